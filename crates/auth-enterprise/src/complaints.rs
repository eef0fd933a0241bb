//! What can be wrong with the options, each with what would be right.

use auth_core::{Contributions, is_loopback};
use auth_resource_server::SIGNATURE_ALGORITHMS;
use url::Url;

use crate::enterprise::Enterprise;
use crate::identity_provider::{IdentityProvider, canonical_domain};

/// The longest issuer, in bytes: what every supported database keeps in an index.
const MAX_ISSUER: usize = 255;
/// The longest name of a tenant, in bytes.
const MAX_TENANT: usize = 128;

impl Enterprise {
    /// Says what is wrong.
    pub(crate) fn complain(&self, to: &mut Contributions) {
        if !self.identity_providers.is_empty() && !self.is_extended() {
            to.complain("is handed no provider; use .provider(|provider| enterprise.extend(provider))");
        }
        for (index, trusted) in self.identity_providers.iter().enumerate() {
            if self.identity_providers.iter().take(index).any(|other| other.issuer == trusted.issuer) {
                to.refuse("trust", format_args!("{:?}", trusted.issuer), "trust each issuer once");
            }
            trusted.complain(to);
        }
    }
}

impl IdentityProvider {
    fn complain(&self, to: &mut Contributions) {
        if self.issuer.len() > MAX_ISSUER || !is_plain_url(&self.issuer) {
            let right = "use an https URL without query and fragment, of at most 255 bytes";
            to.refuse("issuer", format_args!("{:?}", self.issuer), right);
        }
        if let Some(url) = self.jwks_uri.as_deref().filter(|url| Url::parse(url).is_err() || !is_secure(url)) {
            to.refuse("jwks_uri", format_args!("{url:?}"), "use an https URL");
        }
        if let Some(tenant) = self.tenant.as_deref().filter(|name| !(1..=MAX_TENANT).contains(&name.len())) {
            to.refuse("tenant", format_args!("{tenant:?}"), "use a name of 1 to 128 bytes");
        }
        let known = |name: &String| SIGNATURE_ALGORITHMS.iter().any(|(known, _)| known == name);
        if self.algorithms.is_empty() || !self.algorithms.iter().all(known) {
            let names = SIGNATURE_ALGORITHMS.map(|(name, _)| name).join(", ");
            to.refuse("algorithms", format_args!("{:?}", self.algorithms), format!("use some of {names}"));
        }
        if !(60..=3600).contains(&self.max_lifetime) {
            to.refuse("max_lifetime", self.max_lifetime, "use 60 to 3600 seconds");
        }
        for domain in self.email_domains.iter().filter(|domain| canonical_domain(domain).is_none()) {
            to.refuse("email_domains", format_args!("{domain:?}"), "use a domain such as \"acme.example\"");
        }
        if self.email_domains.is_empty() && (self.create_accounts || self.link_by_email) {
            let right = "name the domains the identity provider speaks for, or it could claim any address";
            to.refuse("email_domains", "none", right);
        }
    }
}

fn is_plain_url(text: &str) -> bool {
    let plain = |url: Url| {
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        is_anonymous && url.query().is_none() && url.fragment().is_none()
    };
    Url::parse(text).is_ok_and(plain) && is_secure(text)
}

/// Over https, or to this machine.
fn is_secure(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}
