//! The one canonical form of an e-mail address.

use unicode_normalization::UnicodeNormalization as _;
use url::Host;

/// An address in the form in which it is stored and compared.
///
/// Trimmed, NFKC-normalised, lower case, one `@`, and a domain in its ASCII form (RFC 5890 §2.3.2.1):
/// `bob@bücher.example` is stored as `bob@xn--bcher-kva.example`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Parses what a person typed; nothing comes back if it cannot be an address.
    ///
    /// Normalises first and judges after, so that no second form of an accepted address exists.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 1024 {
            return None;
        }
        let form: String = typed.trim().nfkc().collect::<String>().to_lowercase();
        let (local, host) = form.split_once('@')?;
        let host = ascii_host(host)?;
        let fits = !local.is_empty()
            && local.len() <= 64
            && local.chars().all(is_local_char)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let form = format!("{local}@{host}");
        (fits && form.len() <= 254).then_some(Self(form))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5321 `atext`, and letters beyond ASCII (RFC 6531).
fn is_local_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}

/// The ASCII form of a domain; nothing comes back for an address literal or a single label.
fn ascii_host(host: &str) -> Option<String> {
    // `Host::parse` would decode it, and no address is spelled so.
    if host.contains('%') {
        return None;
    }
    let Ok(Host::Domain(host)) = Host::parse(host) else { return None };
    (host.split('.').count() >= 2 && host.split('.').all(is_host_label)).then_some(host)
}

fn is_host_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_have_one_form() {
        for spelling in ["alice@example.com", " Alice@Example.COM ", "alice＠example.com", "ａlice@example.com"] {
            assert_eq!(Email::parse(spelling).unwrap().as_str(), "alice@example.com", "{spelling}");
        }
    }

    #[test]
    fn a_domain_beyond_ascii_has_one_form() {
        for spelling in
            ["bob@bücher.example", "bob@BÜCHER.example", "bob@bu\u{308}cher.example", "bob@XN--bcher-kva.example"]
        {
            assert_eq!(Email::parse(spelling).unwrap().as_str(), "bob@xn--bcher-kva.example", "{spelling}");
        }
        assert_eq!(Email::parse("bob@bücher。example").unwrap().as_str(), "bob@xn--bcher-kva.example");
    }

    #[test]
    fn a_host_that_is_no_domain_is_refused() {
        for host in [
            "127.0.0.1",
            "1.2",
            "0x7f.1",
            "[::1]",
            "[127.0.0.1]",
            "xn--a.example",
            "a%2eb.example",
            "a_b.example",
            "-a.example",
        ] {
            assert_eq!(Email::parse(&format!("bob@{host}")), None, "{host}");
        }
    }

    #[test]
    fn what_is_no_single_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(10_000));
        for typed in [
            "",
            "alice",
            "@example.com",
            "alice@",
            "alice@host",
            "a@x.com,b@y.com",
            "a b@x.com",
            "\"a b\"@x.com",
            "a@x.com\r\nBcc: b@y.com",
            "a@x.com.",
            "a@@x.com",
            ".a@x.com",
            "a..b@x.com",
            &long,
        ] {
            assert_eq!(Email::parse(typed), None, "{typed:?}");
        }
    }
}
