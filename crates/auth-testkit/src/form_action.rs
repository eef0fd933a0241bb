//! The `form-action` rule of a page's content security policy. CSP 3 §6.4.1.

use url::Url;

/// Says whether a form of a page with this policy may lead to a URL.
///
/// Chromium applies the rule to every redirect that follows the post, so a page that forgets the
/// redirect URI of a client works in other browsers and fails there.
pub(crate) fn allows(policy: Option<&str>, page: &Url, target: &Url) -> bool {
    let directives = policy.into_iter().flat_map(|policy| policy.split(';'));
    let sources = directives.map(str::trim).find_map(|directive| directive.strip_prefix("form-action "));
    let Some(sources) = sources else { return true };
    sources.split_whitespace().any(|source| fits(source, page, target))
}

fn fits(source: &str, page: &Url, target: &Url) -> bool {
    if source == "'self'" {
        return page.origin() == target.origin();
    }
    if let Some(scheme) = source.strip_suffix(':') {
        return target.scheme() == scheme;
    }
    if let Some(any_port) = source.strip_suffix(":*") {
        let mut target = target.clone();
        return target.set_port(None).is_ok() && target.origin().ascii_serialization() == any_port;
    }
    target.origin().ascii_serialization() == source.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_only_where_its_policy_says() {
        let policy = "default-src 'none'; form-action 'self' https://client.example cursor: http://127.0.0.1:*";
        let page = Url::parse("https://auth.example/consent").unwrap();
        let may = |target: &str| allows(Some(policy), &page, &Url::parse(target).unwrap());

        for good in [
            "https://auth.example/next",
            "https://client.example/callback?x=y",
            "cursor://anysphere/callback",
            "http://127.0.0.1:8976/callback",
        ] {
            assert!(may(good), "{good}");
        }
        for bad in ["https://client.example:8443/callback", "http://client.example/", "http://localhost:1/"] {
            assert!(!may(bad), "{bad}");
        }
        let anywhere = Url::parse("https://x.example").unwrap();
        assert!(allows(None, &page, &anywhere));
    }
}
