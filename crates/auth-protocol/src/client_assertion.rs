//! A client that proves itself by a signed JWT. RFC 7523 §2.2 and §3, OIDC Core §9.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Number;

use crate::claims::Audience;
use crate::{OAuthError, OAuthErrorCode};

/// The only value of `client_assertion_type`. RFC 7523 §2.2.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The largest length of an assertion, in bytes.
pub const MAX_ASSERTION_LENGTH: usize = 16_384;
/// The largest length of a `jti`, in bytes.
pub const MAX_JTI_LENGTH: usize = 256;
/// How far ahead an assertion may end, in seconds. Its `jti` is remembered until then.
pub const MAX_ASSERTION_LIFETIME: i64 = 600;
/// How much the clocks of client and server may differ, in seconds.
const SKEW: i64 = 30;

/// What an assertion claims. RFC 7523 §3.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AssertionClaims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Number,
    #[serde(default)]
    nbf: Option<Number>,
    #[serde(default)]
    iat: Option<Number>,
    #[serde(default)]
    jti: Option<String>,
}

/// An assertion whose claims are in order, to be used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleUse {
    /// The identifier, which its client must never use again.
    pub jti: String,
    /// Until when it has to be remembered, in seconds since the epoch.
    pub until: i64,
}

/// The client an assertion claims to be from, before anything about it is checked.
pub fn claimed_client(assertion: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claimed {
        sub: String,
    }
    if assertion.len() > MAX_ASSERTION_LENGTH {
        return None;
    }
    let mut parts = assertion.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = URL_SAFE_NO_PAD.decode(payload).ok().filter(|_| parts.next().is_none())?;
    let Claimed { sub } = serde_json::from_slice(&payload).ok()?;
    (!sub.is_empty() && !sub.contains(char::is_control)).then_some(sub)
}

/// Judges what a well-signed assertion claims; `now` is in seconds since the epoch.
///
/// Its one audience is the issuer: an assertion for the token endpoint, or for several servers at
/// once, could be one that another server was given (RFC 9700 §2.5).
///
/// # Errors
///
/// `invalid_client`, with the claim that is wrong.
pub fn judge_assertion(
    claims: &AssertionClaims,
    client_id: &str,
    issuer: &str,
    now: i64,
) -> Result<SingleUse, OAuthError> {
    if claims.iss != client_id || claims.sub != client_id {
        return refuse("iss and sub of the assertion must be the client_id");
    }
    let mut audiences = claims.aud.iter();
    if audiences.next() != Some(issuer) || audiences.next().is_some() {
        return refuse("the audience of the assertion must be the issuer, and nothing else");
    }
    let ends = seconds(&claims.exp)?;
    if ends <= now.saturating_sub(SKEW) {
        return refuse("the assertion has ended");
    }
    if ends > now.saturating_add(MAX_ASSERTION_LIFETIME + SKEW) {
        return refuse("the assertion ends too late");
    }
    for begins in [&claims.nbf, &claims.iat].into_iter().flatten() {
        if seconds(begins)? > now.saturating_add(SKEW) {
            return refuse("the assertion is not valid yet");
        }
    }
    match &claims.jti {
        Some(jti) if (1..=MAX_JTI_LENGTH).contains(&jti.len()) => {
            Ok(SingleUse { jti: jti.clone(), until: ends.saturating_add(SKEW) })
        }
        Some(_) | None => refuse("the assertion needs a jti of at most 256 bytes"),
    }
}

/// Reads a `NumericDate`, which may have a fraction. RFC 7519 §2.
fn seconds(date: &Number) -> Result<i64, OAuthError> {
    #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest integer there is")]
    let fraction = || date.as_f64().map(|seconds| seconds as i64);
    date.as_i64().or_else(fraction).map_or_else(|| refuse("a date of the assertion cannot be read"), Ok)
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidClient, description))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const ISSUER: &str = "https://issuer.example";

    fn judged(changes: &Value) -> Result<SingleUse, String> {
        let mut claims = json!({"iss": "c1", "sub": "c1", "aud": ISSUER, "exp": NOW + 60, "jti": "j1"});
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        let claims: AssertionClaims = serde_json::from_value(claims).map_err(|error| error.to_string())?;
        judge_assertion(&claims, "c1", ISSUER, NOW).map_err(|error| {
            assert_eq!(error.code, OAuthErrorCode::InvalidClient);
            error.description.into_owned()
        })
    }

    #[test]
    fn an_assertion_in_order_is_used_once_and_remembered_until_it_ends() {
        assert_eq!(judged(&json!({})), Ok(SingleUse { jti: "j1".to_owned(), until: NOW + 90 }));
        assert!(
            judged(&json!({"aud": [ISSUER], "iat": NOW, "nbf": NOW - 5, "exp": f64::from(1_700_000_060_u32)})).is_ok()
        );
    }

    #[test]
    fn it_speaks_for_its_own_client_only() {
        for wrong in [json!({"iss": "c2"}), json!({"sub": "c2"}), json!({"iss": ISSUER})] {
            assert!(judged(&wrong).unwrap_err().contains("iss and sub"), "{wrong}");
        }
    }

    #[test]
    fn its_only_audience_is_the_issuer() {
        for wrong in [
            json!({"aud": format!("{ISSUER}/")}),
            json!({"aud": format!("{ISSUER}/api/auth/oauth2/token")}),
            json!({"aud": [ISSUER, "https://other.example"]}),
            json!({"aud": []}),
        ] {
            assert!(judged(&wrong).unwrap_err().contains("audience"), "{wrong}");
        }
    }

    #[test]
    fn its_time_is_short_and_now() {
        for (wrong, why) in [
            (json!({"exp": NOW - 30}), "has ended"),
            (json!({"exp": NOW + 631}), "ends too late"),
            (json!({"exp": 1e300}), "ends too late"),
            (json!({"nbf": NOW + 31}), "not valid yet"),
            (json!({"iat": NOW + 31}), "not valid yet"),
            (json!({"exp": null}), "missing field"),
            (json!({"exp": "soon"}), "invalid type"),
        ] {
            assert!(judged(&wrong).unwrap_err().contains(why), "{wrong}");
        }
        assert!(judged(&json!({"exp": NOW - 29, "nbf": NOW + 30})).is_ok(), "clocks differ");
    }

    #[test]
    fn without_an_identifier_it_could_be_used_twice() {
        for wrong in [json!({"jti": null}), json!({"jti": ""}), json!({"jti": "j".repeat(257)})] {
            assert!(judged(&wrong).unwrap_err().contains("jti"), "{wrong}");
        }
    }

    #[test]
    fn whom_it_claims_to_be_from_is_read_without_trust() {
        let with = |payload: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload));

        assert_eq!(claimed_client(&with(r#"{"sub":"c1"}"#)).as_deref(), Some("c1"));
        let long = with(&format!(r#"{{"sub":"{}"}}"#, "c".repeat(MAX_ASSERTION_LENGTH)));
        let four = format!("{}.x", with(r#"{"sub":"c1"}"#));
        for wrong in ["", "a.b", "a.!.c", &with("{}"), &with(r#"{"sub":""}"#), &with(r#"{"sub":1}"#), &long, &four] {
            assert_eq!(claimed_client(wrong), None);
        }
    }
}
