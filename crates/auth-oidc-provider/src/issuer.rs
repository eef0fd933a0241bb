//! The issuer, and where its documents are found. RFC 8414 §3, OpenID Connect Discovery §4.

use auth_core::is_plain_path;
use auth_protocol::metadata::{WellKnown, appended_well_known_path, well_known_path};

use crate::complaints::WrongOption;
use crate::config::OidcProvider;

/// The documents an issuer has.
const DOCUMENTS: [WellKnown; 2] = [WellKnown::OAuthAuthorizationServer, WellKnown::OpenIdConfiguration];

impl OidcProvider {
    /// The path of the issuer below the origin: `/tenant` gives `https://…/tenant`. Default none: the issuer
    /// is the origin, whose documents every client finds.
    ///
    /// Clients keep what they got under the issuer's name: it is not to change once there are any.
    #[must_use]
    pub fn issuer_path(mut self, path: impl Into<String>) -> Self {
        self.issuer_path = Some(path.into());
        self
    }

    /// The path, where it can be one; the empty one is the origin's.
    pub(crate) fn path_of_issuer(&self) -> &str {
        self.issuer_path.as_deref().filter(|path| is_plain_path(path)).unwrap_or_default()
    }

    /// The places below the path of the issuer, each with the one at the root it is another name of.
    pub(crate) fn appended_documents(&self) -> Vec<(String, &'static str)> {
        let path = self.path_of_issuer();
        let of_path = DOCUMENTS.into_iter().filter(|_| !path.is_empty());
        of_path.map(|of| (appended_well_known_path(of, path), of.root_path())).collect()
    }

    pub(crate) fn complaint_of_issuer(&self) -> Option<WrongOption> {
        let wrong = self.issuer_path.as_deref().filter(|path| !is_plain_path(path))?;
        Some(WrongOption::text("issuer_path", wrong, "use a path such as \"/tenant\", or leave it out"))
    }
}

/// The paths of one document at the origin.
///
/// With a path in the issuer it is inserted and appended, as the two specifications have it; the root stays for
/// clients that look nowhere else. What lies below the base path is not among them: it has routes of its own.
pub(crate) fn places(of: WellKnown, issuer_path: &str, base_path: &str) -> Vec<String> {
    let mut places =
        vec![of.root_path().to_owned(), well_known_path(of, issuer_path), appended_well_known_path(of, issuer_path)];
    places.dedup();
    places.retain(|place| *place != appended_well_known_path(of, base_path));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer::WellKnown::{OAuthAuthorizationServer, OpenIdConfiguration};

    #[test]
    fn the_documents_of_a_bare_origin_lie_at_its_root() {
        assert_eq!(places(OpenIdConfiguration, "", "/api/auth"), ["/.well-known/openid-configuration"]);
    }

    #[test]
    fn a_path_is_inserted_and_appended() {
        let places = |path| places(OAuthAuthorizationServer, path, "/api/auth");
        let root = "/.well-known/oauth-authorization-server";
        let inserted = "/.well-known/oauth-authorization-server/a/b";
        assert_eq!(places("/a/b"), [root, inserted, "/a/b/.well-known/oauth-authorization-server"]);
        assert_eq!(places("/api/auth"), [root, "/.well-known/oauth-authorization-server/api/auth"]);
    }
}
