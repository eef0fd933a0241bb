//! One identity provider, and what it is trusted with.

use auth_core::Email;
use auth_protocol::identity_assertion::IdentityAssertion;
use auth_resource_server::SIGNATURE_ALGORITHMS;

use crate::store::Identity;

/// An identity provider of a company: who it is, and what it is trusted with.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    pub(crate) issuer: String,
    pub(crate) tenant: Option<String>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) algorithms: Vec<String>,
    pub(crate) max_lifetime: u64,
    pub(crate) create_accounts: bool,
    pub(crate) link_by_email: bool,
    pub(crate) email_domains: Vec<String>,
}

impl IdentityProvider {
    /// The identity provider with this issuer identifier, character by character as its assertions say it.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            tenant: None,
            jwks_uri: None,
            algorithms: SIGNATURE_ALGORITHMS.map(|(name, _)| name.to_owned()).to_vec(),
            max_lifetime: 600,
            create_accounts: false,
            link_by_email: false,
            email_domains: Vec::new(),
        }
    }

    /// The only tenant that is trusted, where several companies share the issuer. Default none: then an
    /// assertion that names a tenant is refused, since its subject may be somebody else in another.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// Where its keys are: an https URL. Default what its metadata says (RFC 8414 §2).
    #[must_use]
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.jwks_uri = Some(url.into());
        self
    }

    /// The only algorithms its signatures may have. Default all of public keys: `ES256`, `ES384`, `EdDSA`,
    /// and those that begin with `PS` and `RS`. A key that names an algorithm takes no other in any case.
    #[must_use]
    pub fn algorithms<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.algorithms = names.into_iter().map(Into::into).collect();
        self
    }

    /// Seconds an assertion may be good for, from its `iat` to its `exp`. Default 600; from 60 to 3600.
    #[must_use]
    pub fn max_lifetime(mut self, seconds: u64) -> Self {
        self.max_lifetime = seconds;
        self
    }

    /// Whether somebody who has no account gets one, when the identity provider says for the first time who
    /// they are. Default no: who may come in is for the app to say. Needs [`Self::email_domains`].
    #[must_use]
    pub fn create_accounts(mut self, on: bool) -> Self {
        self.create_accounts = on;
        self
    }

    /// Whether somebody is taken for whoever has their address here, where both sides have verified it.
    /// Default no: an address can change hands, a subject cannot. Needs [`Self::email_domains`].
    #[must_use]
    pub fn link_by_email(mut self, on: bool) -> Self {
        self.link_by_email = on;
        self
    }

    /// The domains whose addresses it speaks for, such as `acme.example`; what is below one is another.
    /// Default none.
    #[must_use]
    pub fn email_domains<S: Into<String>>(mut self, domains: impl IntoIterator<Item = S>) -> Self {
        self.email_domains = domains.into_iter().map(Into::into).collect();
        self
    }

    /// Whether a signature may have this algorithm.
    pub(crate) fn accepts(&self, algorithm: &str) -> bool {
        self.algorithms.iter().any(|name| name == algorithm)
    }

    /// The name of a person there.
    pub(crate) fn identity<'a>(&'a self, subject: &'a str) -> Identity<'a> {
        Identity { issuer: &self.issuer, tenant: self.tenant.as_deref().unwrap_or_default(), subject }
    }

    /// The address of an assertion, where it says that it is verified and the identity provider speaks for it.
    pub(crate) fn vouched(&self, assertion: &IdentityAssertion) -> Option<Email> {
        let email = Email::parse(assertion.verified_email.as_deref()?)?;
        let (_, domain) = email.as_str().split_once('@')?;
        let speaks = self.email_domains.iter().filter_map(|name| canonical_domain(name)).any(|name| name == domain);
        speaks.then_some(email)
    }
}

/// A domain in the form in which addresses are compared.
pub(crate) fn canonical_domain(name: &str) -> Option<String> {
    let email = Email::parse(&format!("postmaster@{name}"))?;
    email.as_str().split_once('@').map(|(_, domain)| domain.to_owned())
}
