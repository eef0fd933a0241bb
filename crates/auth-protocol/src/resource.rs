//! Resource indicators and their one canonical form. RFC 8707 §2, RFC 9728 §1.2.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::params::Params;
use crate::redirect_uri::{is_plain_authority, is_uri_byte};
use crate::{OAuthError, OAuthErrorCode};

/// The largest length of a resource identifier, in bytes.
pub const MAX_LENGTH: usize = 2000;
/// The largest number of resources in one request.
pub const MAX_RESOURCES: usize = 10;

/// The identifier of a protected resource in canonical form, as it stands in `aud`.
///
/// Scheme and host are lower-case, a default port is left out, and a bare origin has no slash.
/// The path is kept as it is: `/mcp` and `/mcp/` differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Resource(String);

impl Resource {
    /// Reads an absolute http or https URI without fragment or user information.
    ///
    /// # Errors
    ///
    /// `invalid_target`. RFC 8707 §2.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        if text.len() > MAX_LENGTH || !text.bytes().all(is_uri_byte) || text.contains('#') {
            return refuse("the resource is not an absolute URI without fragment");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("the resource is not an absolute URI without fragment");
        };
        if !matches!(url.scheme(), "http" | "https") || !has_host(text) {
            return refuse("the resource must be an http or https URI");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the resource has user information");
        }
        if !is_path_as_written(text, &url) {
            return refuse("the path of the resource is not in normal form");
        }

        let is_bare_origin = url.path() == "/" && url.query().is_none();
        let canonical: String = if is_bare_origin { url.origin().ascii_serialization() } else { url.into() };
        // A query is escaped where it has to be, and may have become too long.
        if canonical.len() > MAX_LENGTH {
            return refuse("the resource is too long");
        }
        Ok(Self(canonical))
    }

    /// The canonical identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a presented identifier means this resource.
    ///
    /// The case of scheme and host, the slash of a bare origin, and a query that the client added to
    /// the right path are tolerated; another scheme, host, port or path is not.
    pub fn accepts(&self, presented: &str) -> bool {
        Self::parse(presented).is_ok_and(|presented| self.covers(&presented))
    }

    fn covers(&self, presented: &Self) -> bool {
        let without_query = |resource: &Self| {
            let bare = resource.0.split_once('?').map_or(resource.as_str(), |(bare, _)| bare);
            Self::parse(bare).ok()
        };

        self == presented || (!self.0.contains('?') && without_query(presented).as_ref() == Some(self))
    }
}

/// Reads every `resource` parameter of a request.
///
/// # Errors
///
/// `invalid_target` for a malformed one, or for more than [`MAX_RESOURCES`]. RFC 8707 §2.
pub fn presented(params: &Params) -> Result<Vec<Resource>, OAuthError> {
    if params.all("resource").count() > MAX_RESOURCES {
        return refuse("too many resources");
    }

    params.all("resource").map(Resource::parse).collect()
}

/// The configured resources a request means, in canonical form.
///
/// None asked for gives the single configured one, or none when there are several.
///
/// # Errors
///
/// `invalid_target`, when one is unknown. RFC 8707 §2.
pub fn requested(presented: &[Resource], configured: &[Resource]) -> Result<Vec<Resource>, OAuthError> {
    match (presented, configured) {
        ([], [only]) => Ok(vec![only.clone()]),
        _ => canonical(presented, configured, "the resource is unknown"),
    }
}

/// The resources of a grant that a token request asks for; all of them when it names none.
///
/// # Errors
///
/// `invalid_target`, when one is not part of the grant. RFC 8707 §2.2.
pub fn narrowed(presented: &[Resource], granted: &[Resource]) -> Result<Vec<Resource>, OAuthError> {
    if presented.is_empty() {
        return Ok(granted.to_vec());
    }

    canonical(presented, granted, "the resource is not part of the grant")
}

fn canonical(presented: &[Resource], known: &[Resource], refusal: &'static str) -> Result<Vec<Resource>, OAuthError> {
    let mut found: Vec<Resource> = Vec::new();

    for resource in presented {
        match known.iter().find(|known| known.covers(resource)) {
            None => return refuse(refusal),
            Some(known) if !found.contains(known) => found.push(known.clone()),
            Some(_) => {}
        }
    }

    Ok(found)
}

/// Whether a plain host stands in the text right after `://`, so that `https:host` is refused.
fn has_host(text: &str) -> bool {
    split(text).is_some_and(|(authority, _)| is_plain_authority(authority))
}

/// Whether the path means what it says: `/other/../mcp` is not another name of `/mcp`.
fn is_path_as_written(text: &str, url: &Url) -> bool {
    split(text).is_some_and(|(_, path)| path == url.path() || (path.is_empty() && url.path() == "/"))
}

/// The authority and the path of the text; none where they do not follow the scheme at once.
fn split(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    let bare = rest.split_once('?').map_or(rest, |(bare, _)| bare);
    bare.split_at_checked(bare.find('/').unwrap_or(bare.len()))
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidTarget, description))
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Resource {
    type Err = OAuthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Resource {
    type Error = OAuthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Resource> for String {
    fn from(resource: Resource) -> Self {
        resource.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(text: &str) -> Resource {
        Resource::parse(text).unwrap()
    }

    #[test]
    fn what_is_taken_is_taken_again_however_long_its_escapes_make_it() {
        let quotes = |number: usize| format!("https://a.example/?{}", "'".repeat(number));

        let taken = Resource::parse(&quotes(600)).unwrap();
        assert_eq!(Resource::parse(taken.as_str()).unwrap(), taken);
        assert!(Resource::parse(&quotes(1900)).is_err(), "longer than a resource may be, once it is escaped");
    }

    #[test]
    fn there_is_one_canonical_form() {
        assert_eq!(resource("HTTPS://MCP.Example:443/mcp").as_str(), "https://mcp.example/mcp");
        assert_eq!(resource("https://mcp.example/").as_str(), "https://mcp.example");
        assert_eq!(resource("https://mcp.example").as_str(), "https://mcp.example");
        assert_eq!(resource("http://localhost:8080/mcp").as_str(), "http://localhost:8080/mcp");
        assert_eq!(resource("http://[::1]:8080/").as_str(), "http://[::1]:8080");
    }

    #[test]
    fn what_is_no_absolute_http_uri_is_an_invalid_target() {
        for bad in [
            "",
            "mcp",
            "/mcp",
            "https:mcp.example",
            "https:///mcp.example",
            "https://u:p@mcp.example/mcp",
            "https://@mcp.example/mcp",
            "https://mcp.example/mcp#x",
            "https://mcp.example/mcp#",
            "urn:example:mcp",
            "ftp://mcp.example/mcp",
            "https://mcp.example/m p",
            "https://mcp.example/other/../mcp",
            "https://mcp.example/./mcp",
            "https://mcp.example/other/%2e%2E/mcp",
            "https://mcp%2eexample/mcp",
            "https://mcp.example;x/mcp",
            "https://mcp.example\\@evil.example/mcp",
            "https://mcp.example/mcp\r\nx: y",
        ] {
            let error = Resource::parse(bad).unwrap_err();

            assert_eq!(error.code, OAuthErrorCode::InvalidTarget, "{bad:?}");
        }
    }

    #[test]
    fn case_slash_of_the_origin_and_added_query_are_tolerated() {
        assert!(resource("https://mcp.example/mcp").accepts("HTTPS://MCP.example/mcp"));
        assert!(resource("https://mcp.example/mcp").accepts("https://mcp.example:443/mcp"));
        assert!(resource("https://mcp.example/mcp").accepts("https://mcp.example/mcp?key=1"));
        assert!(resource("https://mcp.example").accepts("https://mcp.example/"));
        assert!(resource("https://mcp.example").accepts("https://mcp.example/?key=1"));
        assert!(resource("https://mcp.example/").accepts("https://mcp.example?key=1"));
    }

    #[test]
    fn another_host_path_port_or_scheme_is_another_resource() {
        let own = resource("https://mcp.example/mcp");

        for other in [
            "https://evil.example/mcp",
            "https://mcp.example/mcp/",
            "https://mcp.example/MCP",
            "https://mcp.example/mcp/sub",
            "https://mcp.example",
            "https://mcp.example:8443/mcp",
            "http://mcp.example/mcp",
            "https://mcp.example/mcp?x#y",
            "https://mcp.example./mcp",
            "https://mcp.example.evil.example/mcp",
            "https://mcp.example@evil.example/mcp",
            "https://mcp.example/other/../mcp",
            "https://mcp.example//mcp",
            "https://mcp.example/mcp%2F",
            "https://mcp.example/mcp;x",
            "https://mcp.example/%6dcp",
        ] {
            assert!(!own.accepts(other), "{other}");
        }
    }

    #[test]
    fn a_configured_query_is_part_of_the_identifier() {
        let own = resource("https://mcp.example/mcp?tenant=1");

        assert!(own.accepts("https://mcp.example/mcp?tenant=1"));
        assert!(!own.accepts("https://mcp.example/mcp?tenant=2"));
        assert!(!own.accepts("https://mcp.example/mcp"));
    }

    #[test]
    fn an_absent_resource_means_the_single_configured_one() {
        let one = [resource("https://a.example/mcp")];
        let two = [resource("https://a.example/mcp"), resource("https://b.example/mcp")];

        assert_eq!(requested(&[], &one).unwrap(), one);
        assert_eq!(requested(&[], &two).unwrap(), []);
        assert_eq!(requested(&[], &[]).unwrap(), []);
    }

    #[test]
    fn requested_resources_become_canonical_and_count_once() {
        let configured = [resource("https://a.example/mcp"), resource("https://b.example")];
        let asked =
            [resource("https://b.example/?x=1"), resource("https://a.example/mcp"), resource("https://b.example/")];

        let found = requested(&asked, &configured).unwrap();

        assert_eq!(found, [resource("https://b.example"), resource("https://a.example/mcp")]);
    }

    #[test]
    fn an_unknown_resource_is_an_invalid_target() {
        let configured = [resource("https://a.example/mcp")];
        let asked = [resource("https://a.example/mcp"), resource("https://evil.example/mcp")];

        let error = requested(&asked, &configured).unwrap_err();

        assert_eq!(error.code, OAuthErrorCode::InvalidTarget);
        assert!(requested(&asked, &[]).is_err());
    }

    #[test]
    fn a_token_request_narrows_and_never_widens() {
        let granted = [resource("https://a.example/mcp"), resource("https://b.example/mcp")];

        assert_eq!(narrowed(&[], &granted).unwrap(), granted);
        assert_eq!(
            narrowed(&[resource("https://b.example/mcp")], &granted).unwrap(),
            [resource("https://b.example/mcp")]
        );
        assert!(narrowed(&[resource("https://c.example/mcp")], &granted).is_err());
        assert!(narrowed(&[resource("https://a.example/mcp")], &[]).is_err());
    }

    #[test]
    fn a_request_may_repeat_the_parameter() {
        let params =
            Params::parse("resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example", &["resource"]).unwrap();

        assert_eq!(presented(&params).unwrap().len(), 2);
    }

    #[test]
    fn the_number_of_resources_is_capped() {
        let pairs = (0..=MAX_RESOURCES).map(|n| ("resource", format!("https://a.example/{n}")));
        let params = Params::from_pairs(pairs, &["resource"]).unwrap();

        assert_eq!(presented(&params).unwrap_err().code, OAuthErrorCode::InvalidTarget);
    }

    #[test]
    fn the_canonical_form_is_its_own_canonical_form() {
        for text in ["HTTPS://MCP.Example:443/a?b", "https://mcp.example/", "http://[0:0::1]:8080/", "http://127.1/x"] {
            let canonical = resource(text);

            assert_eq!(resource(canonical.as_str()), canonical, "{text}");
            assert!(canonical.accepts(text), "{text}");
        }
    }

    /// Lenient parsers find a host here, and what they make of it is another text each time.
    #[test]
    fn nothing_stands_between_scheme_and_host() {
        for text in ["https:')a?b@:ttp@://s", "https:a://b", "http:/a?://b", "https:///a?x://b"] {
            assert!(Resource::parse(text).is_err(), "{text}");
        }
    }
}
