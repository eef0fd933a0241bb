//! The settings every plugin shares, parsed and checked.

use std::borrow::Cow;
use std::net::IpAddr;

use url::Url;

use crate::complaint::Complaint;
use crate::http::reference::ApiReference;

/// The settings of one app.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) base_url: Url,
    pub(crate) base_path: String,
    pub(crate) app_name: String,
    pub(crate) trusted_origins: Vec<String>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) cookies: CookieOptions,
    pub(crate) session: SessionOptions,
    pub(crate) rate_limits: bool,
    pub(crate) reference: Option<ApiReference>,
}

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Seconds a session lives without use. Default 604 800 (7 days).
    pub expires_in: u64,
    /// Seconds after which a used session is extended. Default 86 400 (1 day).
    pub update_age: u64,
    /// Seconds a session lives when the person did not want to be remembered. Default 86 400
    /// (1 day).
    pub short_expires_in: u64,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { expires_in: 604_800, update_age: 86_400, short_expires_in: 86_400 }
    }
}

/// How cookies are named and where they are valid.
#[derive(Clone, Debug)]
pub struct CookieOptions {
    /// What every name begins with. Default `better-auth`.
    pub prefix: String,
    /// The domain cookies are shared with; default none, so that they stay with the host.
    pub domain: Option<String>,
}

impl Default for CookieOptions {
    fn default() -> Self {
        Self { prefix: "better-auth".to_owned(), domain: None }
    }
}

impl Config {
    /// The public URL of the app: scheme, host and port, no path.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The origin of the base URL as it stands in an `Origin` header: no trailing slash.
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    /// The path everything but pages and well-known documents lives under. Default `/api/auth`.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }

    /// The absolute URL of a path below the base path: `/jwks` gives `https://…/api/auth/jwks`.
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin(), self.base_path)
    }

    /// The name of the app as people see it on its pages.
    pub fn app_name(&self) -> &str {
        &self.app_name
    }

    /// The settings of sessions.
    pub fn session(&self) -> SessionOptions {
        self.session
    }

    /// Says whether the app is served over https, so that cookies are `Secure`.
    pub fn is_https(&self) -> bool {
        self.base_url.scheme() == "https"
    }

    /// Says whether the base URL names this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }

    /// How the API reference is served: as the app says, or by its base URL.
    pub fn api_reference(&self) -> ApiReference {
        self.reference.unwrap_or_else(|| ApiReference::of(self))
    }

    /// Says whether a browser page of this origin may use cookies here.
    pub fn trusts_origin(&self, origin: &str) -> bool {
        origin == self.origin() || self.trusted_origins.iter().any(|trusted| trusted == origin)
    }

    /// The full name of a cookie: `__Host-` or `__Secure-` before it where the app is on https.
    pub fn cookie_name(&self, name: &str) -> String {
        let prefix = &self.cookies.prefix;
        match (self.is_https(), &self.cookies.domain) {
            (false, _) => format!("{prefix}.{name}"),
            (true, None) => format!("__Host-{prefix}.{name}"),
            (true, Some(_)) => format!("__Secure-{prefix}.{name}"),
        }
    }
}

/// Says whether a URL names this machine: `localhost`, `127.0.0.0/8` or `[::1]`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Parses a base URL: an https origin, or http on loopback.
pub(crate) fn parse_base_url(text: &str) -> Result<Url, Complaint> {
    let wrong = |why: &str| {
        let value = format!("{:?}, which {why}", without_userinfo(text));
        Complaint::option("core", "base_url", value, "use an origin such as https://auth.example.com")
    };
    let url = Url::parse(text).map_err(|_| wrong("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("is not an http or https URL"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(wrong("is http on a host other than this machine"));
    }
    let has_more = url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some();
    if has_more {
        return Err(wrong("has more than scheme, host and port"));
    }
    Ok(url)
}

/// Checks an origin an app wants to trust and returns it as browsers send it.
pub(crate) fn parse_origin(text: &str) -> Result<String, Complaint> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() => {
            Ok(url.origin().ascii_serialization())
        }
        _ => {
            let value = format!("{:?}, which is not an origin", without_userinfo(text));
            Err(Complaint::option("core", "trusted_origin", value, "use one such as https://app.example.com"))
        }
    }
}

/// Hides what may be user and password of a URL, wherever its writer put them.
fn without_userinfo(text: &str) -> Cow<'_, str> {
    let Some((before, rest)) = text.rsplit_once('@') else { return Cow::Borrowed(text) };
    let scheme = ["https://", "http://"].into_iter().find(|scheme| before.starts_with(scheme)).unwrap_or_default();
    Cow::Owned(format!("{scheme}***@{rest}"))
}

/// Says whether a path starts with a slash, does not end with one and has plain segments: `/api/auth`.
pub fn is_plain_path(path: &str) -> bool {
    let plain = |segment: &str| {
        let is_dots = matches!(segment, "." | "..");
        !segment.is_empty() && !is_dots && segment.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c))
    };
    path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(plain))
}

/// Checks a base path.
pub(crate) fn check_base_path(path: &str) -> Result<(), Complaint> {
    if is_plain_path(path) {
        return Ok(());
    }
    Err(Complaint::option("core", "base_path", format!("{path:?}"), "use a path such as /api/auth"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_base_url_is_for_this_machine_only() {
        for good in ["https://auth.example.com", "http://localhost:3000", "http://127.0.0.1:3000/", "http://[::1]:1"] {
            assert!(parse_base_url(good).is_ok(), "{good}");
        }
        for bad in ["http://example.com", "ftp://x", "/x", "https://x/y", "https://u@x", "https://x/?q", "localhost:3"]
        {
            assert!(parse_base_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_complaint_of_a_url_shows_no_password() {
        for (text, shown) in [
            ("https://me:s3cr3t@auth.example.com", "\"https://***@auth.example.com\""),
            ("https://me:s3/cr3t@auth.example.com/x", "\"https://***@auth.example.com/x\""),
            ("me:s3cr3t@auth.example.com", "\"***@auth.example.com\""),
            ("ftp://me:s3cr3t@auth.example.com", "\"***@auth.example.com\""),
        ] {
            let complaint = parse_base_url(text).unwrap_err().to_string();
            assert!(complaint.contains(shown) && !complaint.contains("cr3t"), "{complaint}");
        }
        for text in ["https://me:s3cr3t@app.example.com/x", "me:s3cr3t@app.example.com"] {
            let complaint = parse_origin(text).unwrap_err().to_string();
            assert!(complaint.contains("***@app.example.com") && !complaint.contains("cr3t"), "{complaint}");
        }
    }

    #[test]
    fn a_plain_path_is_the_same_however_it_is_read() {
        for good in ["/api/auth", "/a", "/v1.2/~x_y-z"] {
            assert!(is_plain_path(good), "{good}");
        }
        for bad in ["", "/", "a", "/a/", "//a", "/a//b", "/a/../b", "/.", "/a b", "/a%20b", "/a?b", "/{a}", "/é"] {
            assert!(!is_plain_path(bad), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_compared_as_browsers_send_it() {
        assert_eq!(parse_origin("https://App.example.com/").unwrap(), "https://app.example.com");
        assert!(parse_origin("app.example.com").is_err());
        assert!(parse_origin("https://app.example.com/x").is_err());
    }
}
