//! Which pages may call an MCP route, by their `Origin`: the MCP transport's rule against DNS rebinding.

use async_trait::async_trait;
use axum::response::Response;
use http::StatusCode;
use http::header::ORIGIN;
use http::request::Parts;
use url::Url;

use crate::gate::Gate;
use crate::loopback::is_loopback_url;
use crate::refusal::Refusal;

/// The origins a route answers to. A request without an `Origin` is not from a page and passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginRule {
    /// Every origin: right where only a bearer token counts, which a page has to hold itself.
    Any,
    /// Loopback origins of any scheme `http(s)` and port: right for a server on loopback.
    Loopback,
    /// These origins, spelled as browsers send them: `https://app.example`.
    Listed(Vec<String>),
}

impl OriginRule {
    /// Returns the rule of a bearer-protected route: loopback origins on a loopback base, else any.
    pub fn for_base(base: &Url) -> Self {
        if is_loopback_url(base) { Self::Loopback } else { Self::Any }
    }

    /// Judges the value of an `Origin` header.
    pub fn admits(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Loopback => {
                Url::parse(origin).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && is_loopback_url(&url))
            }
            Self::Listed(origins) => origins.iter().any(|listed| listed == origin),
        }
    }

    /// Judges a request. More than one `Origin`, or one that is not text, is refused.
    pub fn admits_request(&self, request: &Parts) -> bool {
        let mut headers = request.headers.get_all(ORIGIN).iter();
        match (headers.next(), headers.next()) {
            (None, _) => true,
            (Some(origin), None) => origin.to_str().is_ok_and(|origin| self.admits(origin)),
            (Some(_), Some(_)) => false,
        }
    }
}

#[async_trait]
impl Gate for OriginRule {
    async fn admit(&self, request: &mut Parts) -> Result<(), Response> {
        if self.admits_request(request) {
            return Ok(());
        }
        tracing::debug!("origin.refused");
        Err(Refusal::new(StatusCode::FORBIDDEN, "Forbidden: this origin may not call this server").response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(base: &str) -> OriginRule {
        OriginRule::for_base(&Url::parse(base).unwrap())
    }

    #[test]
    fn a_loopback_base_admits_loopback_origins_only() {
        let rule = rule("http://localhost:3000");

        for origin in ["http://localhost:5173", "http://127.0.0.1", "https://[::1]:8443", "http://app.localhost"] {
            assert!(rule.admits(origin), "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://localhost@evil.example",
            "app://localhost",
        ] {
            assert!(!rule.admits(origin), "{origin}");
        }
    }

    #[test]
    fn a_public_base_admits_any_origin() {
        let rule = rule("https://mcp.example");

        for origin in ["null", "https://inspector.example", "http://localhost:5173"] {
            assert!(rule.admits(origin), "{origin}");
        }
    }

    #[test]
    fn a_list_admits_exactly_its_origins() {
        let rule = OriginRule::Listed(vec!["https://app.example".to_owned()]);

        assert!(rule.admits("https://app.example"));
        for origin in ["https://app.example:8443", "http://app.example", "https://app.example.evil.example", "null"] {
            assert!(!rule.admits(origin), "{origin}");
        }
    }
}
