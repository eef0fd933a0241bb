//! The claims of a JWT access token, judged without a clock of their own. RFC 9068 §2.2 and §4.

use std::time::Duration;

use auth_protocol::dpop::is_thumbprint;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use crate::token::{InvalidToken, VerifiedToken};

/// What a token must say to be for us.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) issuer: String,
    resource: Resource,
    leeway: i64,
}

impl Expected {
    pub(crate) fn new(issuer: String, resource: Resource, leeway: Duration) -> Self {
        Self { issuer, resource, leeway: i64::try_from(leeway.as_secs()).unwrap_or(i64::MAX) }
    }
}

/// The claims of a token whose signature was right.
///
/// `client_id` is required by RFC 9068 §2.2 and left out by several issuers; nothing here depends on it.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Number,
    nbf: Option<Number>,
    client_id: Option<String>,
    scope: Option<String>,
    cnf: Option<Value>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(audience) => vec![audience],
            Self::Many(audiences) => audiences,
        }
    }

    fn names(&self, resource: &Resource) -> bool {
        let is_ours = |audience: &String| Resource::parse(audience).as_ref() == Ok(resource);
        match self {
            Self::One(audience) => is_ours(audience),
            Self::Many(audiences) => audiences.iter().any(is_ours),
        }
    }
}

impl Claims {
    /// Judges issuer, audience and lifetime; `now` is in seconds since the Unix epoch.
    pub(crate) fn judge(&self, expected: &Expected, now: i64) -> Result<(), InvalidToken> {
        if self.iss != expected.issuer {
            return Err(InvalidToken::Issuer);
        }
        if !self.aud.names(&expected.resource) {
            return Err(InvalidToken::Audience);
        }
        if now >= seconds(&self.exp)?.saturating_add(expected.leeway) {
            return Err(InvalidToken::Expired);
        }
        match self.nbf.as_ref().map(seconds).transpose()? {
            Some(not_before) if now < not_before.saturating_sub(expected.leeway) => Err(InvalidToken::NotYetValid),
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn into_verified(self) -> Result<VerifiedToken, InvalidToken> {
        let scope = self.scope.as_deref().unwrap_or_default();
        Ok(VerifiedToken {
            scope: Scope::parse(scope).map_err(|_| InvalidToken::Claims)?,
            expires_at: Some(seconds(&self.exp)?),
            subject: self.sub,
            client_id: self.client_id,
            audience: self.aud.into_vec(),
            issuer: Some(self.iss),
            confirmation: self.cnf.as_ref().map(confirmed).transpose()?,
            claims: self.rest,
        })
    }
}

/// The key a token is bound to. One that is bound by other means is not for us: nobody here can tell
/// whether the client holds what it is bound to. RFC 7800 §3.1.
fn confirmed(cnf: &Value) -> Result<String, InvalidToken> {
    let Value::Object(members) = cnf else { return Err(InvalidToken::Claims) };
    match (members.get("jkt"), members.len()) {
        (Some(Value::String(jkt)), 1) if is_thumbprint(jkt) => Ok(jkt.clone()),
        _ => Err(InvalidToken::Claims),
    }
}

/// Reads a `NumericDate`, which may have a fraction. RFC 7519 §2.
fn seconds(date: &Number) -> Result<i64, InvalidToken> {
    let whole = || Duration::try_from_secs_f64(date.as_f64()?).ok()?.as_secs().try_into().ok();
    date.as_i64().or_else(whole).ok_or(InvalidToken::Claims)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn judged(changes: &Value) -> Result<(), InvalidToken> {
        let mut claims = json!({
            "iss": "https://issuer.example",
            "sub": "alice",
            "aud": "https://mcp.example/mcp",
            "exp": NOW + 600,
        });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let claims: Claims = serde_json::from_value(claims).map_err(|_| InvalidToken::Claims)?;
        let resource = Resource::parse("https://mcp.example/mcp").unwrap();
        claims.judge(&Expected::new("https://issuer.example".to_owned(), resource, Duration::from_secs(30)), NOW)
    }

    #[test]
    fn a_token_of_our_issuer_for_us_is_valid() {
        assert_eq!(judged(&json!({})), Ok(()));
        assert_eq!(judged(&json!({ "aud": ["https://other.example", "https://mcp.example/mcp"] })), Ok(()));
        assert_eq!(judged(&json!({ "exp": 1_700_000_600.5, "nbf": NOW })), Ok(()));
    }

    #[test]
    fn the_issuer_is_compared_exactly() {
        for iss in ["https://issuer.example/", "https://ISSUER.example", "https://issuer.example/tenant"] {
            assert_eq!(judged(&json!({ "iss": iss })), Err(InvalidToken::Issuer), "{iss}");
        }
    }

    #[test]
    fn the_audience_must_contain_our_resource() {
        for aud in [
            json!("https://other.example"),
            json!("https://mcp.example"),
            json!("https://mcp.example/mcp/deeper"),
            json!("https://mcp.example/mcp?tenant=1"),
            json!([]),
        ] {
            assert_eq!(judged(&json!({ "aud": aud })), Err(InvalidToken::Audience), "{aud}");
        }
    }

    #[test]
    fn a_token_is_valid_between_nbf_and_exp_give_or_take_the_leeway() {
        assert_eq!(judged(&json!({ "exp": NOW - 29 })), Ok(()));
        assert_eq!(judged(&json!({ "exp": NOW - 30 })), Err(InvalidToken::Expired));
        assert_eq!(judged(&json!({ "nbf": NOW + 30 })), Ok(()));
        assert_eq!(judged(&json!({ "nbf": NOW + 31 })), Err(InvalidToken::NotYetValid));
    }

    #[test]
    fn a_missing_or_malformed_claim_is_refused() {
        for changes in [
            json!({ "exp": null }),
            json!({ "exp": "tomorrow" }),
            json!({ "exp": -1.5 }),
            json!({ "exp": 1e300 }),
            json!({ "nbf": "today" }),
            json!({ "aud": null }),
            json!({ "sub": null }),
            json!({ "iss": ["https://issuer.example"] }),
        ] {
            assert_eq!(judged(&changes), Err(InvalidToken::Claims), "{changes}");
        }
    }

    #[test]
    fn the_audience_may_be_an_alias_of_our_resource_and_nothing_else() {
        assert_eq!(judged(&json!({ "aud": "HTTPS://MCP.example:443/mcp" })), Ok(()));
        for aud in [
            "https://mcp.example/other/../mcp",
            "https://mcp.example/mcp/",
            "http://mcp.example/mcp",
            "https://mcp.example.evil.example/mcp",
            "mcp",
            "",
        ] {
            assert_eq!(judged(&json!({ "aud": aud })), Err(InvalidToken::Audience), "{aud}");
        }
    }

    #[test]
    fn a_claim_that_is_there_twice_is_refused() {
        for twice in ["aud", "iss", "exp", "scope"] {
            let text = format!(
                r#"{{"iss":"a","sub":"s","aud":"b","exp":1,"scope":"c","{twice}":{}}}"#,
                if twice == "exp" { "2" } else { r#""x""# }
            );

            assert!(serde_json::from_str::<Claims>(&text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_is_bound_to_a_key_or_not_for_us() {
        let verified = |cnf: &Value| {
            let claims = json!({ "iss": "a", "sub": "s", "aud": "b", "exp": 1, "cnf": cnf });
            serde_json::from_value::<Claims>(claims).unwrap().into_verified().map(|token| token.confirmation)
        };
        let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

        assert_eq!(verified(&json!({ "jkt": jkt })), Ok(Some(jkt.to_owned())));
        for other in [
            json!({"x5t#S256": jkt}),
            json!({"jkt": "short"}),
            json!({"jkt": jkt, "x5t#S256": jkt}),
            json!("x"),
            json!({}),
        ] {
            assert_eq!(verified(&other), Err(InvalidToken::Claims), "{other}");
        }
    }

    #[test]
    fn a_token_without_scope_allows_nothing() {
        let claims = json!({ "iss": "a", "sub": "s", "aud": "b", "exp": 1 });

        let token = serde_json::from_value::<Claims>(claims).unwrap().into_verified().unwrap();

        assert!(token.scope.is_empty());
    }
}
