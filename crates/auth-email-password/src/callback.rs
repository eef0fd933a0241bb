//! Where a person may be sent after signing in: here, or to an origin the app trusts. CWE-601.

use auth_core::Config;
use url::Url;

/// A checked `callbackURL`: a path at this origin, or a URL of a trusted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallbackUrl {
    url: String,
    origin: Option<String>,
}

impl CallbackUrl {
    /// Parses what a request named; nothing comes back if a person must not be sent there.
    ///
    /// Stricter than Better Auth in what a path may hide (a backslash or a slash behind dot
    /// segments), and wider in that a path may have a fragment.
    pub(crate) fn parse(typed: &str, config: &Config) -> Option<Self> {
        let harmless = |c: char| c.is_ascii_graphic() && !"\\\"<>^`{|}".contains(c);
        if typed.len() > 2048 || !typed.chars().all(harmless) {
            return None;
        }
        if typed.starts_with('/') {
            return Self::path(typed, config.base_url());
        }
        if !typed.starts_with("https://") && !typed.starts_with("http://") {
            return None;
        }
        let url = Url::parse(typed).ok()?;
        let origin = url.origin().ascii_serialization();
        let fits = url.username().is_empty() && url.password().is_none() && config.trusts_origin(&origin);
        fits.then(|| Self { url: url.into(), origin: Some(origin) })
    }

    fn path(typed: &str, base: &Url) -> Option<Self> {
        let rest = typed.strip_prefix('/')?.to_ascii_lowercase();
        if rest.starts_with('/') || rest.starts_with("%2f") || rest.starts_with("%5c") {
            return None;
        }
        let resolved = base.join(typed).ok()?;
        let stays = resolved.origin() == base.origin() && !resolved.path().starts_with("//");
        stays.then(|| Self { url: typed.to_owned(), origin: None })
    }

    /// The URL or path, as it may stand in a `Location` header.
    pub(crate) fn as_str(&self) -> &str {
        &self.url
    }

    /// The other origin it leads to, unless it is a path here.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth_core::Auth;

    fn parsed(typed: &str) -> Option<String> {
        let auth =
            Auth::builder("https://auth.example.com").trusted_origin("https://app.example.com").assemble().unwrap();
        CallbackUrl::parse(typed, auth.context().config()).map(|url| url.as_str().to_owned())
    }

    #[test]
    fn a_path_here_or_a_url_of_a_trusted_origin_is_taken() {
        for good in [
            "/",
            "/dashboard",
            "/a/b-c_d.e?x=1&y=a%20b#part",
            "/?next=https://evil.example",
            "https://app.example.com/home?x=1",
            "https://auth.example.com/here",
        ] {
            assert_eq!(parsed(good).as_deref(), Some(good));
        }
    }

    #[test]
    fn nothing_leads_anywhere_else() {
        for bad in [
            "",
            "dashboard",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/%2f/evil.example",
            "/%2F%2Fevil.example",
            "/%5cevil.example",
            "/.//evil.example",
            "/x/..//evil.example",
            "/\t/evil.example",
            "/a b",
            "/x\r\nLocation: https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https:///evil.example",
            "https://evil.example",
            "http://app.example.com",
            "https://app.example.com.evil.example",
            "https://app.example.com@evil.example",
            "https://user@app.example.com",
            "https://app.example.com:444/",
            "https://good.evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "HTTPS:\\\\evil.example",
            "/ü",
        ] {
            assert_eq!(parsed(bad), None, "{bad:?}");
        }
        assert_eq!(parsed(&format!("/{}", "a".repeat(3000))), None);
    }
}
