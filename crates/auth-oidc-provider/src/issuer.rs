//! The issuer, and where its documents are found. RFC 8414 §3, OpenID Connect Discovery §4.

use auth_core::is_plain_path;
use auth_protocol::metadata::{WellKnown, appended_well_known_path, well_known_path};
use url::Url;

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

    /// The places below the path of the issuer and those of resources, each with the one at the root it is another
    /// name of.
    pub(crate) fn appended_documents(&self) -> Vec<(String, &'static str)> {
        let paths = std::iter::once(self.path_of_issuer().to_owned()).chain(self.paths_of_resources());
        paths
            .filter(|path| !path.is_empty())
            .flat_map(|path| DOCUMENTS.map(|of| (appended_well_known_path(of, &path), of.root_path())))
            .collect()
    }

    /// The paths of the declared resources, as far as they are plain. Those of other origins count too: behind a
    /// proxy they may be one.
    pub(crate) fn paths_of_resources(&self) -> Vec<String> {
        let path = |identifier: &str| match Url::parse(identifier) {
            Ok(url) => url.path().trim_end_matches('/').to_owned(),
            Err(_) => identifier.trim_end_matches('/').to_owned(),
        };
        let paths = self.resources.iter().map(|resource| path(&resource.identifier));
        paths.filter(|path| is_plain_path(path)).collect()
    }

    pub(crate) fn complaint_of_issuer(&self) -> Option<WrongOption> {
        let wrong = self.issuer_path.as_deref().filter(|path| !is_plain_path(path))?;
        Some(WrongOption::text("issuer_path", wrong, "use a path such as \"/tenant\", or leave it out"))
    }
}

/// The paths of one document at the origin.
///
/// With a path in the issuer it is inserted and appended, as the two specifications have it; the root stays for
/// clients that look nowhere else. Some take the base path or their resource for the issuer, and look there. What
/// lies below the base path is not among them: it has routes of its own.
pub(crate) fn places(of: WellKnown, issuer_path: &str, base_path: &str, resources: &[String]) -> Vec<String> {
    let around = |path: &str| [well_known_path(of, path), appended_well_known_path(of, path)];
    let all = std::iter::once(of.root_path().to_owned())
        .chain([issuer_path, base_path].into_iter().flat_map(around))
        .chain(resources.iter().flat_map(|path| around(path)));
    let below_base = appended_well_known_path(of, base_path);
    let mut places = Vec::new();
    for place in all.filter(|place| *place != below_base) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issuer::WellKnown::{OAuthAuthorizationServer, OpenIdConfiguration};

    #[test]
    fn the_documents_of_a_bare_origin_lie_at_its_root_and_where_clients_look_besides() {
        let root = "/.well-known/openid-configuration";
        let of_base = "/.well-known/openid-configuration/api/auth";
        assert_eq!(places(OpenIdConfiguration, "", "/api/auth", &[]), [root, of_base]);

        let resources = ["/mcp".to_owned(), "/mcp".to_owned()];
        let of_resource = ["/.well-known/openid-configuration/mcp", "/mcp/.well-known/openid-configuration"];
        let all = places(OpenIdConfiguration, "", "/api/auth", &resources);
        assert_eq!(all, [root, of_base, of_resource[0], of_resource[1]]);
    }

    #[test]
    fn a_path_is_inserted_and_appended() {
        let places = |path| places(OAuthAuthorizationServer, path, "/api/auth", &[]);
        let root = "/.well-known/oauth-authorization-server";
        let inserted = "/.well-known/oauth-authorization-server/a/b";
        let of_base = "/.well-known/oauth-authorization-server/api/auth";
        assert_eq!(places("/a/b"), [root, inserted, "/a/b/.well-known/oauth-authorization-server", of_base]);
        assert_eq!(places("/api/auth"), [root, of_base]);
    }
}
