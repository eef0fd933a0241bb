//! Redirect URIs: what may be registered, and what matches. RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{OAuthError, OAuthErrorCode};

/// The largest length of a redirect URI, in bytes.
pub const MAX_LENGTH: usize = 2000;

/// The hosts for which plain http is allowed and the port is ignored. RFC 8252 §7.3.
///
/// `localhost` is against the advice of RFC 8252 §8.3, yet large MCP clients register it.
const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Schemes that run code, read local data or leave OAuth, refused even when an allow-list names them.
const NEVER: [&str; 17] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "resource",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// A redirect URI that is safe to send a browser to, kept character for character.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri {
    text: String,
    url: Url,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Https,
    LoopbackHttp,
    PrivateUse,
}

impl RedirectUri {
    /// Reads a redirect URI that was registered before, or matched a registered one.
    ///
    /// Https goes anywhere, http to a loopback host only; no fragment, no user information, no
    /// wildcard, printable ASCII only.
    ///
    /// # Errors
    ///
    /// `invalid_redirect_uri`, naming the broken rule.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        if text.len() > MAX_LENGTH {
            return refuse("the redirect URI is too long");
        }
        if !text.bytes().all(is_uri_byte) {
            return refuse("the redirect URI has a character that a URI may not have");
        }
        if text.contains('#') {
            return refuse("the redirect URI has a fragment");
        }
        if text.contains('*') {
            return refuse("the redirect URI has a wildcard");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("the redirect URI is not an absolute URI");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the redirect URI has user information");
        }
        let kind = match url.scheme() {
            "https" if has_plain_authority(text) => Kind::Https,
            "https" => return refuse("the redirect URI has no plain host"),
            "http" if loopback_parts(text).is_some() => Kind::LoopbackHttp,
            "http" => return refuse("the redirect URI must use https, or http on a loopback host"),
            scheme if NEVER.contains(&scheme) => {
                return refuse("the scheme of the redirect URI is never allowed");
            }
            _ => Kind::PrivateUse,
        };

        Ok(Self { text: text.to_owned(), url, kind })
    }

    /// Reads a redirect URI for registration: [`RedirectUri::parse`], and private-use URIs only listed.
    ///
    /// `private_use` holds whole URIs without their query, such as
    /// `cursor://anysphere.cursor-mcp/oauth/callback`.
    ///
    /// # Errors
    ///
    /// `invalid_redirect_uri`, naming the broken rule.
    pub fn for_registration(text: &str, private_use: &[String]) -> Result<Self, OAuthError> {
        let uri = Self::parse(text)?;

        if uri.is_private_use() {
            let bare = text.split_once('?').map_or(text, |(bare, _)| bare);
            if !private_use.iter().any(|listed| listed == bare) {
                return refuse("the scheme of the redirect URI is not allowed here");
            }
        }

        Ok(uri)
    }

    /// The URI character for character as registered or presented.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a presented URI is this registered one: equal as a string (RFC 9700 §2.1), or
    /// on plain http loopback equal but for the port (RFC 8252 §7.3).
    pub fn matches(&self, presented: &str) -> bool {
        self.text == presented
            || (self.kind == Kind::LoopbackHttp
                && loopback_parts(presented).is_some_and(|parts| loopback_parts(&self.text) == Some(parts)))
    }

    /// Whether the URI leads to a listener on the person's own machine, by http or https.
    ///
    /// The unspecified address counts: most systems connect it to the machine itself.
    pub fn is_loopback(&self) -> bool {
        match (self.kind, self.url.host()) {
            (Kind::PrivateUse, _) | (_, None) => false,
            (_, Some(Host::Domain(name))) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            (_, Some(Host::Ipv4(address))) => is_own_machine(address.into()),
            (_, Some(Host::Ipv6(address))) => is_own_machine(address.to_canonical()),
        }
    }

    /// Whether the URI has a private-use scheme. RFC 8252 §7.1.
    pub fn is_private_use(&self) -> bool {
        self.kind == Kind::PrivateUse
    }

    /// Where the answer goes, for a person to read: the host, or the scheme of a private-use URI.
    pub fn display_target(&self) -> &str {
        match (self.kind, self.url.host_str()) {
            (Kind::Https | Kind::LoopbackHttp, Some(host)) => host,
            (Kind::Https | Kind::LoopbackHttp, None) | (Kind::PrivateUse, _) => self.url.scheme(),
        }
    }

    /// The source for `form-action` of a Content Security Policy: the origin, or `scheme:`.
    ///
    /// An IPv6 host is no valid host source (CSP3 §2.3.1), so `[::1]` gives its scheme.
    pub fn form_action_source(&self) -> String {
        match (self.kind, self.url.host()) {
            (Kind::Https | Kind::LoopbackHttp, Some(Host::Domain(_) | Host::Ipv4(_))) => {
                self.url.origin().ascii_serialization()
            }
            (Kind::Https | Kind::LoopbackHttp, Some(Host::Ipv6(_)) | None) | (Kind::PrivateUse, _) => {
                format!("{}:", self.url.scheme())
            }
        }
    }

    /// The URI with parameters added after those its query already has. RFC 6749 §4.1.2.
    pub fn with_query(&self, parameters: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        url.into()
    }
}

/// The characters of RFC 3986 §2, so no blank, control, backslash, quote or non-ASCII.
pub(crate) fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

/// Whether the text after `https://` starts with a host that reads the same to every parser.
///
/// URL parsers let a host have `;`, `,`, `(` and the like, which would break out of the policy that
/// [`RedirectUri::form_action_source`] goes into, or mislead a person who reads the host.
fn has_plain_authority(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        is_plain_authority(authority)
    })
}

/// Whether an authority is made of letters, digits and what separates labels, brackets and a port.
pub(crate) fn is_plain_authority(authority: &str) -> bool {
    !authority.is_empty() && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

/// The host and everything after the port of an http URI on a loopback host.
fn loopback_parts(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let (authority, rest) = rest.split_at_checked(rest.find(['/', '?']).unwrap_or(rest.len()))?;
    let bracketed = authority.find(']').map_or(0, |end| end + 1);
    let colon = authority.get(bracketed..)?.find(':').map_or(authority.len(), |at| bracketed + at);
    let (host, port) = authority.split_at_checked(colon)?;

    (LOOPBACK_HOSTS.contains(&host) && is_port(port)).then_some((host, rest))
}

fn is_own_machine(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified()
}

/// Nothing, or a colon and a port number.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_prefix(':')
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok())
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidRedirectUri, description))
}

impl PartialEq for RedirectUri {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RedirectUri {}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for RedirectUri {
    type Err = OAuthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = OAuthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    fn registers(text: &str) -> bool {
        RedirectUri::for_registration(text, &[CURSOR.to_owned(), "javascript:x".to_owned()]).is_ok()
    }

    #[test]
    fn https_registers_anywhere() {
        assert!(registers("https://claude.ai/api/mcp/auth_callback"));
        assert!(registers("https://client.example:8443/cb?tenant=1"));
        assert!(registers("https://192.0.2.1/cb"));
    }

    #[test]
    fn http_registers_on_loopback_only() {
        for good in [
            "http://localhost/callback",
            "http://127.0.0.1:33418/",
            "http://127.0.0.1",
            "http://[::1]:9/oauth_callback",
        ] {
            assert!(registers(good), "{good}");
        }
        for bad in [
            "http://client.example/cb",
            "http://localhost.evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.2/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://localhost@evil.example/cb",
            "http://localhost:80@evil.example/cb",
            "http://[::1]evil.example/cb",
            "http://[::2]/cb",
            "http://localhost:99999/cb",
            "http://localhost:+80/cb",
            "http:localhost/cb",
        ] {
            assert!(!registers(bad), "{bad}");
        }
    }

    #[test]
    fn private_use_schemes_register_only_when_listed() {
        assert!(registers(CURSOR));
        assert!(registers("cursor://anysphere.cursor-mcp/oauth/callback?x=1"));
        assert!(!registers("cursor://anysphere.cursor-mcp/oauth/callback/more"));
        assert!(!registers("cursor://evil/oauth/callback"));
        assert!(!registers("com.example.app:/callback"));
        assert!(RedirectUri::for_registration(CURSOR, &[]).is_err());
    }

    #[test]
    fn dangerous_schemes_never_register() {
        for bad in [
            "javascript:x",
            "JavaScript:x",
            " javascript:x",
            "java\tscript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://c/x",
            "about:blank",
        ] {
            assert!(!registers(bad), "{bad:?}");
        }
    }

    #[test]
    fn fragments_users_wildcards_and_odd_hosts_never_register() {
        for bad in [
            "",
            "/cb",
            "https://c/cb#frag",
            "https://c/cb#",
            "https://c@evil/cb",
            "https://@evil/cb",
            "https://c:x@evil/cb",
            "https://*.c/cb",
            "https://c/cb*",
            "https:evil/cb",
            "https:/evil/cb",
            "https:///evil/cb",
            "https:\\\\evil\\cb",
            "https://c\\@evil/cb",
            "https://%65vil/cb",
            "https://c/c b",
            "https://c/cb\r\n",
            "https://exämple/cb",
            "https://evil.example;script-src/cb",
            "https://evil.example,x/cb",
            "https://claude.ai(official).evil.example/cb",
            "https://evil'example/cb",
            "https://c/cb\u{0}",
            "https://c/\u{202e}cb",
            "\u{feff}https://c/cb",
        ] {
            assert!(!registers(bad), "{bad:?}");
        }
        assert!(!registers(&format!("https://c/{}", "x".repeat(MAX_LENGTH))));
    }

    #[test]
    fn matching_is_simple_string_comparison() {
        let registered = uri("https://c/cb");

        assert!(registered.matches("https://c/cb"));
        for other in [
            "https://c/cb/",
            "https://c/CB",
            "https://C/cb",
            "https://c:443/cb",
            "https://c/cb?x=1",
            "https://c/./cb",
            "https://c/cb#",
            "http://c/cb",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
        assert!(!uri("https://localhost/cb").matches("https://localhost:1/cb"));
    }

    #[test]
    fn a_loopback_redirect_matches_on_any_port() {
        for host in LOOPBACK_HOSTS {
            let registered = uri(&format!("http://{host}:3000/cb?x=1"));

            assert!(registered.matches(&format!("http://{host}:51234/cb?x=1")));
            assert!(registered.matches(&format!("http://{host}/cb?x=1")));
        }
        assert!(uri("http://127.0.0.1/").matches("http://127.0.0.1:33418/"));
    }

    #[test]
    fn a_loopback_redirect_keeps_host_path_and_query() {
        let registered = uri("http://127.0.0.1/cb");

        for other in [
            "http://localhost:1/cb",
            "http://[::1]:1/cb",
            "http://127.0.0.1:1/cb/",
            "http://127.0.0.1:1/cb?x=1",
            "http://127.0.0.1:1/cb#x",
            "http://127.0.0.1:1",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:1@evil/cb",
            "http://127.0.0.1:x/cb",
            "https://127.0.0.1:1/cb",
            "HTTP://127.0.0.1:1/cb",
        ] {
            assert!(!registered.matches(other), "{other}");
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        assert!(uri("http://[::1]/cb").is_loopback());
        assert!(uri("https://localhost/cb").is_loopback());
        assert!(uri("https://app.localhost/cb").is_loopback());
        for own in ["https://127.1/cb", "https://0x7f000001/cb", "https://0.0.0.0/cb", "https://[::]/cb"] {
            assert!(uri(own).is_loopback(), "{own}");
        }
        assert!(uri("https://[::ffff:127.0.0.1]/cb").is_loopback());
        assert!(uri("https://localhost./cb").is_loopback());
        assert!(!uri("https://c/cb").is_loopback());
        assert!(!uri("https://localhost.example/cb").is_loopback());
        assert!(uri(CURSOR).is_private_use());
        assert!(!uri(CURSOR).is_loopback());
        assert!(!uri("https://c/cb").is_private_use());
    }

    #[test]
    fn a_person_sees_the_host_or_the_scheme() {
        assert_eq!(uri("https://claude.ai:8443/cb").display_target(), "claude.ai");
        assert_eq!(uri("http://localhost:1/cb").display_target(), "localhost");
        assert_eq!(uri(CURSOR).display_target(), "cursor");
    }

    #[test]
    fn the_form_action_source_is_origin_or_scheme() {
        assert_eq!(uri("https://c.example/cb").form_action_source(), "https://c.example");
        assert_eq!(uri("http://127.0.0.1:51/cb").form_action_source(), "http://127.0.0.1:51");
        assert_eq!(uri("http://[::1]:51/cb").form_action_source(), "http:");
        assert_eq!(uri(CURSOR).form_action_source(), "cursor:");
    }

    #[test]
    fn parameters_are_added_after_an_existing_query() {
        let answer = [("code", "a&b"), ("state", "x y"), ("iss", "https://as.example")];

        assert_eq!(
            uri("https://c/cb?tenant=1").with_query(&answer),
            "https://c/cb?tenant=1&code=a%26b&state=x+y&iss=https%3A%2F%2Fas.example"
        );
        assert_eq!(
            uri("http://127.0.0.1:5/cb").with_query(&[("error", "access_denied")]),
            "http://127.0.0.1:5/cb?error=access_denied"
        );
        assert_eq!(uri(CURSOR).with_query(&[("code", "x")]), format!("{CURSOR}?code=x"));
        assert_eq!(uri("com.example.app:/cb").with_query(&[("code", "x")]), "com.example.app:/cb?code=x");
    }

    #[test]
    fn json_is_checked_on_the_way_in() {
        assert!(serde_json::from_str::<RedirectUri>(r#""https://c/cb""#).is_ok());
        assert!(serde_json::from_str::<RedirectUri>(r#""javascript:x""#).is_err());
        assert_eq!(serde_json::to_string(&uri("https://C/cb")).unwrap(), r#""https://C/cb""#);
    }

    /// A redirect URI as a client registers it: origin, port, and path with query.
    type Parts = (&'static str, Option<u16>, String);

    fn parts() -> impl Strategy<Value = Parts> {
        let origin = prop_oneof![
            Just("https://c.example"),
            Just("https://localhost"),
            Just("http://localhost"),
            Just("http://127.0.0.1"),
            Just("http://[::1]"),
        ];
        (origin, proptest::option::of(1..=u16::MAX), "(/[a-cA]{0,2}){0,2}(\\?[ab]=1)?")
    }

    fn written((origin, port, rest): &Parts) -> String {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{origin}{port}{rest}")
    }

    /// The model of matching: all parts are equal, but plain http on loopback forgets the port.
    fn model(one: &Parts, other: &Parts) -> bool {
        let port_counts = one.0.starts_with("https:");
        one.0 == other.0 && one.2 == other.2 && (!port_counts || one.1 == other.1)
    }

    proptest! {
        #[test]
        fn matching_is_the_model(one in parts(), other in parts(), port in 1..=u16::MAX) {
            let moved = (one.0, Some(port), one.2.clone());
            let registered = uri(&written(&one));

            for presented in [&one, &moved, &other] {
                prop_assert_eq!(registered.matches(&written(presented)), model(&one, presented), "{:?}", presented);
            }
        }

        #[test]
        fn a_changed_character_matches_in_the_port_only(one in parts(), at in 0_usize..64, to in "[ -~]") {
            let text = written(&one);
            let at = at % text.len();
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            let port = one.0.len()..text.len() - one.2.len();

            if uri(&text).matches(&changed) {
                prop_assert!(changed == text || (one.0.starts_with("http:") && port.contains(&at)), "{}", changed);
            }
        }

        #[test]
        fn what_parses_leads_to_the_host_it_shows(text in "[ -~é]{0,40}", scheme in "(https|http|HTTPS|https:|javascript|x)") {
            let text = format!("{scheme}://{text}");
            if let Ok(uri) = RedirectUri::parse(&text) {
                let answer = uri.with_query(&[("code", "x")]);
                let sent_to = Url::parse(&answer).unwrap();

                prop_assert!(!answer.contains(['\r', '\n', ' ', '"', '<', '\\']), "{}", answer);
                prop_assert!(sent_to.fragment().is_none());
                prop_assert!(sent_to.username().is_empty() && sent_to.password().is_none());
                if !uri.is_private_use() {
                    prop_assert_eq!(sent_to.host_str(), Some(uri.display_target()));
                    prop_assert!(!uri.form_action_source().contains([';', ',', ' ', '\'', '*']));
                }
            }
        }
    }
}
