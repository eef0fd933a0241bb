//! What an access token claims, judged without a clock of its own: the same rules whether the token says it by
//! itself (RFC 9068 §2.2 and §4) or its issuer does (RFC 7662 §2.2).

use std::time::Duration;

use auth_protocol::dpop::is_thumbprint;
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use crate::token::{InvalidToken, VerifiedToken};

/// Who says what a token claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ToldBy {
    /// The token, under the signature of its issuer. RFC 9068 §2.2 wants issuer and end in it.
    Token,
    /// The issuer, who was asked. It need not say who it is, nor when a token ends that works now.
    Issuer,
}

/// What a token must claim to be for us.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) issuer: String,
    resource: Resource,
    leeway: i64,
    told_by: ToldBy,
}

impl Expected {
    pub(crate) fn new(issuer: String, resource: Resource, leeway: Duration, told_by: ToldBy) -> Self {
        Self { issuer, resource, leeway: i64::try_from(leeway.as_secs()).unwrap_or(i64::MAX), told_by }
    }
}

/// What a token claims, from a source that is believed.
///
/// `client_id` is required by RFC 9068 §2.2 and left out by several issuers; nothing here depends on it.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: Option<String>,
    sub: String,
    aud: Audience,
    exp: Option<Number>,
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
    /// Judges issuer, audience, lifetime and kind, and returns what is claimed; `now` is in seconds since the Unix
    /// epoch.
    pub(crate) fn judge(self, expected: &Expected, now: i64) -> Result<VerifiedToken, InvalidToken> {
        let issuer = match (&self.iss, expected.told_by) {
            (Some(iss), _) => iss,
            (None, ToldBy::Issuer) => &expected.issuer,
            (None, ToldBy::Token) => return Err(InvalidToken::Claims),
        };
        if *issuer != expected.issuer {
            return Err(InvalidToken::Issuer);
        }
        if !self.aud.names(&expected.resource) {
            return Err(InvalidToken::Audience);
        }
        let expires_at = match (&self.exp, expected.told_by) {
            (Some(exp), _) => Some(seconds(exp)?),
            (None, ToldBy::Issuer) => None,
            (None, ToldBy::Token) => return Err(InvalidToken::Claims),
        };
        if expires_at.is_some_and(|expires_at| now >= expires_at.saturating_add(expected.leeway)) {
            return Err(InvalidToken::Expired);
        }
        if let Some(not_before) = self.nbf.as_ref().map(seconds).transpose()?
            && now < not_before.saturating_sub(expected.leeway)
        {
            return Err(InvalidToken::NotYetValid);
        }
        let confirmation = self.cnf.as_ref().map(confirmed).transpose()?;
        if expected.told_by == ToldBy::Issuer {
            self.judge_kind(confirmation.is_some())?;
        }
        Ok(VerifiedToken {
            scope: Scope::parse(self.scope.as_deref().unwrap_or_default()).map_err(|_| InvalidToken::Claims)?,
            expires_at,
            subject: self.sub,
            client_id: self.client_id,
            audience: self.aud.into_vec(),
            issuer: Some(expected.issuer.clone()),
            confirmation,
            claims: self.rest,
        })
    }

    /// An issuer that is asked says what it has looked up, where a JWT has its `typ`: a refresh token is none of
    /// ours. `token_use` is what some issuers say that in, whose `token_type` is `Bearer` all the same.
    fn judge_kind(&self, is_bound: bool) -> Result<(), InvalidToken> {
        let said =
            |name: &str| self.rest.get(name).map(|value| value.as_str().unwrap_or_default().to_ascii_lowercase());
        if said("token_use").is_some_and(|kind| kind != "access_token" && kind != "access") {
            return Err(InvalidToken::Type);
        }
        match said("token_type").as_deref() {
            None | Some("bearer") => Ok(()),
            // RFC 9449 §6.2: bound to a key, which has to be told.
            Some("dpop") if is_bound => Ok(()),
            Some("dpop") => Err(InvalidToken::Claims),
            Some(_) => Err(InvalidToken::Type),
        }
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

    fn expected(told_by: ToldBy) -> Expected {
        let resource = Resource::parse("https://mcp.example/mcp").unwrap();
        Expected::new("https://issuer.example".to_owned(), resource, Duration::from_secs(30), told_by)
    }

    fn verified(changes: &Value, told_by: ToldBy) -> Result<VerifiedToken, InvalidToken> {
        let mut claims = json!({
            "iss": "https://issuer.example",
            "sub": "alice",
            "aud": "https://mcp.example/mcp",
            "exp": NOW + 600,
        });
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let claims: Claims = serde_json::from_value(claims).map_err(|_| InvalidToken::Claims)?;
        claims.judge(&expected(told_by), NOW)
    }

    /// By both, which have to agree.
    fn judged(changes: &Value) -> Result<(), InvalidToken> {
        let [by_token, by_issuer] = [ToldBy::Token, ToldBy::Issuer].map(|told_by| verified(changes, told_by));
        assert_eq!(by_token, by_issuer, "{changes}");
        by_token.map(|_| ())
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
        let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

        for told_by in [ToldBy::Token, ToldBy::Issuer] {
            let confirmation = |cnf: &Value| verified(&json!({ "cnf": cnf }), told_by).map(|token| token.confirmation);
            assert_eq!(confirmation(&json!({ "jkt": jkt })), Ok(Some(jkt.to_owned())));
            for other in [
                json!({"x5t#S256": jkt}),
                json!({"jkt": "short"}),
                json!({"jkt": jkt, "x5t#S256": jkt}),
                json!("x"),
                json!({}),
            ] {
                assert_eq!(confirmation(&other), Err(InvalidToken::Claims), "{other}");
            }
        }
    }

    #[test]
    fn a_token_without_scope_allows_nothing() {
        assert!(verified(&json!({}), ToldBy::Token).unwrap().scope.is_empty());
    }

    #[test]
    fn only_an_issuer_that_is_asked_may_leave_out_who_it_is_and_when_a_token_ends() {
        for changes in [json!({ "iss": null }), json!({ "exp": null })] {
            assert_eq!(verified(&changes, ToldBy::Token), Err(InvalidToken::Claims), "{changes}");
            let token = verified(&changes, ToldBy::Issuer).unwrap();
            assert_eq!(token.issuer.as_deref(), Some("https://issuer.example"));
        }
    }

    #[test]
    fn an_issuer_that_is_asked_says_that_it_is_an_access_token() {
        let told = |changes: &Value| verified(changes, ToldBy::Issuer).map(|_| ());
        let cnf = json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"});

        for good in [
            json!({"token_type": "Bearer"}),
            json!({"token_type": "bearer", "token_use": "access_token"}),
            json!({"token_type": "DPoP", "cnf": cnf}),
            json!({"token_type": "Bearer", "cnf": cnf}),
        ] {
            assert_eq!(told(&good), Ok(()), "{good}");
        }
        for other in [
            json!({"token_type": "refresh_token"}),
            json!({"token_type": "N_A"}),
            json!({"token_type": 7}),
            json!({"token_type": "Bearer", "token_use": "refresh_token"}),
        ] {
            assert_eq!(told(&other), Err(InvalidToken::Type), "{other}");
        }
        assert_eq!(told(&json!({"token_type": "DPoP"})), Err(InvalidToken::Claims), "bound to nothing");
        assert_eq!(verified(&json!({"token_type": "access"}), ToldBy::Token).map(|_| ()), Ok(()), "a claim of its own");
    }
}
