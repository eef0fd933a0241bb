//! The cookies of one browser, kept and sent as RFC 6265 says.

use chrono::{DateTime, Utc};
use cookie::{Cookie, Expiration};
use url::Url;

/// The cookies of one browser.
#[derive(Clone, Debug, Default)]
pub struct CookieJar(Vec<Kept>);

#[derive(Clone, Debug)]
struct Kept {
    name: String,
    value: String,
    host: String,
    /// Sent to sub-domains too.
    shared: bool,
    path: String,
    secure: bool,
    /// Milliseconds since the epoch; none until the browser is closed.
    ends: Option<i64>,
}

impl CookieJar {
    /// Keeps what a `Set-Cookie` header says, or forgets, or ignores it as a browser would.
    pub fn store(&mut self, url: &Url, header: &str, now: DateTime<Utc>) {
        let (Ok(cookie), Some(host)) = (Cookie::parse(header), url.host_str()) else {
            return;
        };
        let domain = cookie.domain().map(|domain| domain.trim_start_matches('.').to_ascii_lowercase());
        if !may_be_set(&cookie, url, domain.as_deref()) {
            return;
        }
        let path = cookie.path().filter(|path| path.starts_with('/'));
        let kept = Kept {
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
            shared: domain.is_some(),
            host: domain.unwrap_or_else(|| host.to_owned()),
            path: path.map_or_else(|| default_path(url), str::to_owned),
            secure: cookie.secure() == Some(true),
            ends: ends(&cookie, now),
        };
        let same = |other: &Kept| (&other.name, &other.host, &other.path) == (&kept.name, &kept.host, &kept.path);
        self.0.retain(|other| !same(other));
        if kept.ends.is_none_or(|ends| ends > now.timestamp_millis()) {
            self.0.push(kept);
        }
    }

    /// Writes the `Cookie` header for a request, longest paths first.
    pub fn header(&self, url: &Url, now: DateTime<Utc>) -> Option<String> {
        let mut sent: Vec<&Kept> = self.0.iter().filter(|kept| kept.goes_to(url, now)).collect();
        sent.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<String> = sent.iter().map(|kept| format!("{}={}", kept.name, kept.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Returns the value of a cookie, as it stands on the wire.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|kept| kept.name == name);
        found.map(|kept| kept.value.as_str())
    }

    /// Returns the names of all cookies.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|kept| kept.name.as_str()).collect()
    }

    /// Forgets a cookie.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|kept| kept.name != name);
    }

    /// Forgets what lasts until the browser is closed.
    pub fn close_browser(&mut self) {
        self.0.retain(|kept| kept.ends.is_some());
    }
}

impl Kept {
    fn goes_to(&self, url: &Url, now: DateTime<Utc>) -> bool {
        let host = url.host_str().unwrap_or_default();
        let here = host == self.host || self.shared && is_below(host, &self.host);
        let alive = self.ends.is_none_or(|ends| ends > now.timestamp_millis());
        let safe = !self.secure || url.scheme() == "https";
        here && alive && safe && is_in(url.path(), &self.path)
    }
}

/// RFC 6265bis §4.1.3: the prefixes promise how a cookie was set.
fn may_be_set(cookie: &Cookie<'_>, url: &Url, domain: Option<&str>) -> bool {
    let host = url.host_str().unwrap_or_default();
    let secure = cookie.secure() == Some(true);
    if secure && url.scheme() != "https" {
        return false;
    }
    if cookie.name().starts_with("__Secure-") && !secure {
        return false;
    }
    if cookie.name().starts_with("__Host-") {
        return secure && domain.is_none() && cookie.path() == Some("/");
    }
    domain.is_none_or(|domain| host == domain || is_below(host, domain))
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// RFC 6265 §5.1.4.
fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

fn default_path(url: &Url) -> String {
    match url.path().rsplit_once('/') {
        None | Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

/// `Max-Age` wins over `Expires`. RFC 6265 §5.3.
fn ends(cookie: &Cookie<'_>, now: DateTime<Utc>) -> Option<i64> {
    if let Some(age) = cookie.max_age() {
        let millis = i64::try_from(age.whole_milliseconds()).unwrap_or(i64::MAX);
        return Some(now.timestamp_millis().saturating_add(millis));
    }
    match cookie.expires() {
        Some(Expiration::DateTime(time)) => Some(time.unix_timestamp().saturating_mul(1000)),
        Some(Expiration::Session) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: &str = "http://localhost:3000/a/b";
    const HTTPS: &str = "https://auth.example/a/b";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_478_400 + seconds, 0).unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn jar(from: &str, headers: &[&str]) -> CookieJar {
        let mut jar = CookieJar::default();
        for header in headers {
            jar.store(&url(from), header, at(0));
        }
        jar
    }

    #[test]
    fn a_cookie_goes_to_its_path_and_below() {
        let jar = jar(HTTP, &["a=1; Path=/a", "root=2; Path=/", "own=3"]);

        let sent = |path: &str| jar.header(&url(&format!("http://localhost:3000{path}")), at(0));

        assert_eq!(sent("/a/b").unwrap(), "a=1; own=3; root=2");
        assert_eq!(sent("/ab").unwrap(), "root=2");
        assert_eq!(jar.header(&url("http://other/a"), at(0)), None);
    }

    #[test]
    fn a_cookie_is_replaced_and_forgotten() {
        let mut jar = jar(HTTP, &["a=1; Path=/", "a=2; Path=/"]);
        assert_eq!(jar.get("a"), Some("2"));

        jar.store(&url(HTTP), "a=; Path=/; Max-Age=0", at(0));

        assert_eq!(jar.names(), [""; 0]);
    }

    #[test]
    fn a_cookie_ends_with_its_age() {
        let jar = jar(
            HTTP,
            &[
                "a=1; Max-Age=60",
                "b=2; Expires=Thu, 15 Jan 2026 12:02:00 GMT",
                "c=3",
                "past=4; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            ],
        );

        assert_eq!(jar.header(&url(HTTP), at(59)).unwrap(), "a=1; b=2; c=3");
        assert_eq!(jar.header(&url(HTTP), at(60)).unwrap(), "b=2; c=3");
        assert_eq!(jar.header(&url(HTTP), at(120)).unwrap(), "c=3");
    }

    #[test]
    fn closing_the_browser_ends_what_has_no_age() {
        let mut jar = jar(HTTP, &["a=1; Max-Age=60", "b=2"]);

        jar.close_browser();

        assert_eq!(jar.names(), ["a"]);
    }

    #[test]
    fn the_host_prefix_is_honoured_only_as_promised() {
        let good = "__Host-a=1; Path=/; Secure";
        assert_eq!(jar(HTTPS, &[good]).names(), ["__Host-a"]);

        for bad in [
            "__Host-a=1; Path=/",
            "__Host-a=1; Secure",
            "__Host-a=1; Path=/; Secure; Domain=auth.example",
            "__Secure-a=1; Path=/",
        ] {
            assert_eq!(jar(HTTPS, &[bad]).names(), [""; 0], "{bad}");
        }
        assert_eq!(jar(HTTP, &[good]).names(), [""; 0]);
    }

    #[test]
    fn a_secure_cookie_stays_on_https_and_a_shared_one_goes_to_subdomains() {
        let jar = jar(HTTPS, &["s=1; Path=/; Secure", "d=2; Path=/; Domain=auth.example", "x=3; Domain=other.example"]);

        assert_eq!(jar.header(&url(HTTPS), at(0)).unwrap(), "s=1; d=2");
        assert_eq!(jar.header(&url("http://auth.example/"), at(0)).unwrap(), "d=2");
        assert_eq!(jar.header(&url("https://b.auth.example/"), at(0)).unwrap(), "d=2");
        assert_eq!(jar.header(&url("https://xauth.example/"), at(0)), None);
    }
}
