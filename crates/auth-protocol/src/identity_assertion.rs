//! What an enterprise's identity provider says of a person, for a client to get a token with (ID-JAG).
//! draft-ietf-oauth-identity-assertion-authz-grant-04, RFC 7521 §5.2, RFC 7523 §3, and the MCP extension
//! "enterprise-managed authorization" (EMA).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Number, Value};

use crate::client_assertion::{MAX_JTI_LENGTH, SingleUse};
use crate::dpop::is_thumbprint;
use crate::resource::{MAX_RESOURCES, Resource};
use crate::scope::{OFFLINE_ACCESS, Scope};
use crate::{OAuthError, OAuthErrorCode};

mod judged_scope;

pub use judged_scope::judge_identity_scope;

/// The `grant_type` by which it is presented. RFC 7523 §2.1.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The value of `authorization_grant_profiles_supported` that tells of it. ID-JAG §7.2.
pub const GRANT_PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";
/// The one value of `typ`. ID-JAG §3.1.
pub const ASSERTION_TYPE: &str = "oauth-id-jag+jwt";
/// The largest length of a `sub`, in bytes.
const MAX_SUBJECT_LENGTH: usize = 255;
/// How much the clocks of identity provider and server may differ, in seconds.
const SKEW: i64 = 30;

/// What an assertion says before anybody has looked at its signature: enough to know whose keys to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedAssertion {
    /// The `alg` of its header.
    pub algorithm: String,
    /// Whom it claims to be from.
    pub issuer: String,
}

/// The header, read before a library does: nothing that counts may be passed over. What it says of keys
/// (`jwk`, `jku`, `x5u`, `x5c`) counts for nothing, since anybody could write it.
#[derive(Deserialize)]
struct Head {
    typ: Option<String>,
    alg: String,
    #[serde(default)]
    crit: Option<Value>,
}

impl UnverifiedAssertion {
    /// Reads the `assertion` of a request and judges its header.
    ///
    /// # Errors
    ///
    /// `invalid_request` where there is none (RFC 6749 §5.2); `invalid_grant` where it is no JWT, of another
    /// type (RFC 8725 §3.11), or has a critical extension (RFC 7515 §4.1.11).
    pub fn read(assertion: Option<&str>) -> Result<Self, OAuthError> {
        #[derive(Deserialize)]
        struct Claimed {
            iss: String,
        }
        let Some(assertion) = assertion else {
            return Err(OAuthError::new(OAuthErrorCode::InvalidRequest, "assertion is required"));
        };
        let mut parts = assertion.split('.');
        let (Some(head), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return malformed();
        };
        let Some(head) = decoded::<Head>(head) else { return malformed() };
        if head.typ.as_deref() != Some(ASSERTION_TYPE) {
            return refuse("the type of the assertion is not oauth-id-jag+jwt");
        }
        if head.crit.is_some() {
            return refuse("the assertion has a critical extension");
        }
        let Some(Claimed { iss }) = decoded(payload) else { return malformed() };
        Ok(Self { algorithm: head.alg, issuer: iss })
    }
}

/// What an assertion claims, once its signature is known to be right. ID-JAG §3.1.
///
/// `aud_sub`, `acr`, `amr` and `auth_time` are not read: who a person is here, and how they have proved it here,
/// is for this server to say.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct IdentityAssertionClaims {
    iss: String,
    sub: String,
    aud: OneOrMany,
    client_id: String,
    jti: String,
    exp: Number,
    iat: Number,
    #[serde(default)]
    nbf: Option<Number>,
    #[serde(default)]
    tenant: Option<String>,
    #[serde(default)]
    resource: Option<OneOrMany>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    cnf: Option<Value>,
    #[serde(default)]
    authorization_details: Option<Value>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<Value>,
    #[serde(default)]
    name: Option<String>,
}

/// A text, or a list of texts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// What an assertion must say to be for this server, this client and this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedAssertion<'a> {
    /// The identity provider whose keys have signed it.
    pub issuer: &'a str,
    /// The tenant there that is trusted; none where the issuer has no tenants.
    pub tenant: Option<&'a str>,
    /// The issuer of this server.
    pub audience: &'a str,
    /// The client that has authenticated.
    pub client_id: &'a str,
    /// The thumbprint of the key whose possession the request has proven, if it has.
    pub dpop_jkt: Option<&'a str>,
    /// The longest time an assertion may be good for, in seconds.
    pub max_lifetime: i64,
}

/// An assertion in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityAssertion {
    /// Who the person is at the identity provider.
    pub subject: String,
    /// What must not come a second time.
    pub single_use: SingleUse,
    /// The resources the identity provider has allowed; empty where it has named none.
    pub resources: Vec<Resource>,
    /// The scope it has allowed; none where it has named none.
    pub scope: Option<Scope>,
    /// The person's address, where the identity provider says that it is theirs.
    pub verified_email: Option<String>,
    /// What the person is called.
    pub name: Option<String>,
}

impl IdentityAssertionClaims {
    /// Judges what a well-signed assertion says; `now` is in seconds since the epoch.
    ///
    /// # Errors
    ///
    /// `invalid_grant`, with the claim that is wrong. RFC 7521 §4.1.1, ID-JAG §4.4.1, EMA §7.6.2.
    pub fn judge(self, expected: ExpectedAssertion<'_>, now: i64) -> Result<IdentityAssertion, OAuthError> {
        if self.iss != expected.issuer {
            return refuse("the assertion is from another issuer");
        }
        // A subject of a shared issuer is somebody else in each tenant: ID-JAG §6.3.
        if self.tenant.as_deref() != expected.tenant {
            return refuse("the assertion is of another tenant, or of one where none is expected");
        }
        // One for several servers could be one that another of them was given: ID-JAG §4.4.1.
        if !matches!(self.aud.as_slice(), [only] if only == expected.audience) {
            return refuse("the audience of the assertion must be the issuer of this server, and nothing else");
        }
        if self.client_id != expected.client_id {
            return refuse("the assertion is for another client");
        }
        self.judge_key(expected.dpop_jkt)?;
        let until = self.judge_time(expected.max_lifetime, now)?;
        if !(1..=MAX_JTI_LENGTH).contains(&self.jti.len()) {
            return refuse("the assertion needs a jti of at most 256 bytes");
        }
        if !is_subject(&self.sub) {
            return refuse("the assertion needs a sub of at most 255 bytes, without blanks around it");
        }
        if self.authorization_details.is_some() {
            // They narrow what is allowed, so they cannot be passed over: RFC 9396 §5.
            return refuse("the assertion has authorization_details, which are not known here");
        }
        Ok(IdentityAssertion {
            resources: self.resources()?,
            scope: self.scope()?,
            subject: self.sub,
            single_use: SingleUse { jti: self.jti, until },
            verified_email: self.email.filter(|_| self.email_verified == Some(Value::Bool(true))),
            name: self.name,
        })
    }

    /// One that is bound to a key comes with a proof of it, or is a stolen one: ID-JAG §9.8.
    fn judge_key(&self, proven: Option<&str>) -> Result<(), OAuthError> {
        let Some(cnf) = &self.cnf else { return Ok(()) };
        let bound = match cnf.as_object() {
            Some(members) if members.len() == 1 => members.get("jkt").and_then(Value::as_str),
            Some(_) | None => None,
        };
        match bound.filter(|jkt| is_thumbprint(jkt)) {
            Some(jkt) if proven == Some(jkt) => Ok(()),
            Some(_) => refuse("the assertion is bound to a key, and needs a proof of its possession"),
            None => refuse("the assertion is bound by other means than the thumbprint of a key"),
        }
    }

    /// Says until when its identifier has to be remembered.
    fn judge_time(&self, max_lifetime: i64, now: i64) -> Result<i64, OAuthError> {
        let (issued, ends) = (seconds(&self.iat)?, seconds(&self.exp)?);
        if ends <= now.saturating_sub(SKEW) {
            return refuse("the assertion has ended");
        }
        for begins in [Some(issued), self.nbf.as_ref().map(seconds).transpose()?].into_iter().flatten() {
            if begins > now.saturating_add(SKEW) {
                return refuse("the assertion is not valid yet");
            }
        }
        if ends.saturating_sub(issued) > max_lifetime || ends > now.saturating_add(max_lifetime + SKEW) {
            return refuse("the assertion is good for too long");
        }
        Ok(ends.saturating_add(SKEW))
    }

    fn resources(&self) -> Result<Vec<Resource>, OAuthError> {
        let named = self.resource.as_ref().map(OneOrMany::as_slice).unwrap_or_default();
        if named.len() > MAX_RESOURCES {
            return refuse("the assertion names too many resources");
        }
        let read: Result<_, _> = named.iter().map(|text| Resource::parse(text)).collect();
        read.or_else(|_| refuse("the assertion names a resource that cannot be one"))
    }

    /// Without `offline_access`: there is no refresh token, so that the identity provider decides each time.
    fn scope(&self) -> Result<Option<Scope>, OAuthError> {
        let Some(text) = &self.scope else { return Ok(None) };
        match Scope::parse(text) {
            Ok(scope) => Ok(Some(scope.without(&[OFFLINE_ACCESS]))),
            Err(_) => refuse("the scope of the assertion is malformed"),
        }
    }
}

/// Whether a text can be who somebody is at an identity provider.
///
/// Blanks at an end are none: some databases compare as if they were not there, and take two subjects for one.
pub fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT_LENGTH).contains(&text.len()) && !text.contains(char::is_control) && text.trim() == text
}

/// Reads a `NumericDate`, which may have a fraction. RFC 7519 §2.
fn seconds(date: &Number) -> Result<i64, OAuthError> {
    #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest integer there is")]
    let fraction = || date.as_f64().map(|seconds| seconds as i64);
    date.as_i64().or_else(fraction).map_or_else(|| refuse("a date of the assertion cannot be read"), Ok)
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn malformed<T>() -> Result<T, OAuthError> {
    refuse("the assertion cannot be read")
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidGrant, description))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    const EXPECTED: ExpectedAssertion<'static> = ExpectedAssertion {
        issuer: "https://acme.idp.example",
        tenant: None,
        audience: "https://auth.chat.example",
        client_id: "f53f191f9311af35",
        dpop_jkt: None,
        max_lifetime: 600,
    };

    /// The example of ID-JAG §3.1, changed.
    fn claims(changes: &Value) -> Result<IdentityAssertionClaims, String> {
        let mut claims = json!({
            "jti": "9e43f81b64a33f20116179",
            "iss": "https://acme.idp.example",
            "sub": "U019488227",
            "aud": "https://auth.chat.example",
            "client_id": "f53f191f9311af35",
            "exp": NOW + 300,
            "iat": NOW,
            "resource": "https://mcp.chat.example/",
            "scope": "chat.read chat.history",
        });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        serde_json::from_value(claims).map_err(|error| error.to_string())
    }

    fn judged_as(changes: &Value, expected: ExpectedAssertion<'_>) -> Result<IdentityAssertion, String> {
        claims(changes)?.judge(expected, NOW).map_err(|error| {
            assert_eq!(error.code, OAuthErrorCode::InvalidGrant);
            error.description.into_owned()
        })
    }

    fn judged(changes: &Value) -> Result<IdentityAssertion, String> {
        judged_as(changes, EXPECTED)
    }

    #[test]
    fn an_assertion_in_order_says_who_may_what_where() {
        let assertion = judged(&json!({"name": "Alice", "email": "alice@acme.example"})).unwrap();

        assert_eq!(assertion.subject, "U019488227");
        assert_eq!(assertion.single_use, SingleUse { jti: "9e43f81b64a33f20116179".to_owned(), until: NOW + 330 });
        assert_eq!(assertion.resources, [Resource::parse("https://mcp.chat.example").unwrap()]);
        assert_eq!(assertion.scope, Some(Scope::parse("chat.read chat.history").unwrap()));
        assert_eq!((assertion.verified_email, assertion.name.as_deref()), (None, Some("Alice")));
    }

    #[test]
    fn it_is_for_this_server_alone() {
        assert!(judged(&json!({"aud": ["https://auth.chat.example"]})).is_ok(), "a list of one is one");
        for aud in [
            json!("https://auth.chat.example/"),
            json!("https://auth.other.example"),
            json!(["https://auth.chat.example", "https://auth.other.example"]),
            json!(["https://auth.chat.example", "https://auth.chat.example"]),
            json!([]),
        ] {
            assert!(judged(&json!({"aud": aud})).unwrap_err().contains("audience"), "{aud}");
        }
    }

    #[test]
    fn it_is_of_its_issuer_its_tenant_and_its_client() {
        assert!(judged(&json!({"iss": "https://acme.idp.example/"})).unwrap_err().contains("another issuer"));
        assert!(judged(&json!({"client_id": "other"})).unwrap_err().contains("another client"));
        assert!(judged(&json!({"tenant": "acme"})).unwrap_err().contains("tenant"));
        let of_acme = ExpectedAssertion { tenant: Some("acme"), ..EXPECTED };
        assert!(judged_as(&json!({"tenant": "acme"}), of_acme).is_ok());
        for wrong in [json!({}), json!({"tenant": "other"})] {
            assert!(judged_as(&wrong, of_acme).unwrap_err().contains("tenant"), "{wrong}");
        }
    }

    #[test]
    fn its_time_is_short_and_now() {
        for (wrong, why) in [
            (json!({"exp": NOW - 30, "iat": NOW - 60}), "has ended"),
            (json!({"exp": NOW + 601}), "too long"),
            (json!({"iat": NOW - 400, "exp": NOW + 201}), "too long"),
            (json!({"exp": 1e300}), "too long"),
            (json!({"iat": NOW + 31}), "not valid yet"),
            (json!({"nbf": NOW + 31}), "not valid yet"),
            (json!({"exp": null}), "missing field `exp`"),
            (json!({"iat": null}), "missing field `iat`"),
            (json!({"exp": "soon"}), "invalid type"),
        ] {
            assert!(judged(&wrong).unwrap_err().contains(why), "{wrong}");
        }
        assert!(judged(&json!({"exp": NOW - 29, "iat": NOW - 60})).is_ok(), "clocks differ");
        assert!(judged(&json!({"iat": NOW + 30, "exp": f64::from(1_700_000_600_u32)})).is_ok(), "clocks differ");
    }

    #[test]
    fn it_has_an_identifier_and_a_subject() {
        for (wrong, why) in [
            (json!({"jti": null}), "missing field `jti`"),
            (json!({"jti": ""}), "jti"),
            (json!({"jti": "j".repeat(257)}), "jti"),
            (json!({"sub": null}), "missing field `sub`"),
            (json!({"sub": ""}), "sub"),
            (json!({"sub": "s".repeat(256)}), "sub"),
            (json!({"sub": "a\nb"}), "sub"),
            (json!({"sub": "a "}), "sub"),
            (json!({"client_id": null}), "missing field `client_id`"),
        ] {
            assert!(judged(&wrong).unwrap_err().contains(why), "{wrong}");
        }
    }

    #[test]
    fn one_that_is_bound_to_a_key_needs_a_proof_of_it() {
        let bound = json!({"cnf": {"jkt": JKT}});
        let proven = ExpectedAssertion { dpop_jkt: Some(JKT), ..EXPECTED };

        assert!(judged_as(&bound, proven).is_ok());
        assert!(judged_as(&json!({}), proven).is_ok(), "a proof may come with any");
        assert!(judged(&bound).unwrap_err().contains("proof"));
        let other = ExpectedAssertion { dpop_jkt: Some("other"), ..EXPECTED };
        assert!(judged_as(&bound, other).unwrap_err().contains("proof"));
        for cnf in [json!({"x5t#S256": JKT}), json!({"jkt": JKT, "x5t#S256": JKT}), json!("x"), json!({"jkt": "x"})] {
            assert!(judged_as(&json!({"cnf": cnf}), proven).unwrap_err().contains("other means"), "{cnf}");
        }
    }

    #[test]
    fn an_address_counts_only_where_the_identity_provider_vouches_for_it() {
        let address = |changes: &Value| judged(changes).unwrap().verified_email;

        let vouched = json!({"email": "alice@acme.example", "email_verified": true});
        assert_eq!(address(&vouched).as_deref(), Some("alice@acme.example"));
        for no in [json!(false), json!("true"), json!(1)] {
            assert_eq!(address(&json!({"email": "alice@acme.example", "email_verified": no})), None);
        }
        assert_eq!(address(&json!({"email": "alice@acme.example"})), None);
    }

    #[test]
    fn what_it_allows_is_read_or_it_allows_nothing() {
        for (wrong, why) in [
            (json!({"resource": "not a URI"}), "resource"),
            (json!({"resource": vec!["https://mcp.chat.example"; 11]}), "too many resources"),
            (json!({"scope": "a\"b"}), "scope"),
            (json!({"authorization_details": [{"type": "chat"}]}), "authorization_details"),
        ] {
            assert!(judged(&wrong).unwrap_err().contains(why), "{wrong}");
        }
        let offline = judged(&json!({"scope": "openid offline_access chat.read"})).unwrap();
        assert_eq!(offline.scope, Some(Scope::parse("openid chat.read").unwrap()));
        assert_eq!(judged(&json!({"scope": null, "resource": null})).unwrap().scope, None);
    }

    fn jwt(head: &Value, payload: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(head), part(payload))
    }

    #[test]
    fn whose_keys_to_ask_for_is_read_without_trust() {
        let head = json!({"typ": ASSERTION_TYPE, "alg": "ES256", "jku": "https://evil.example", "jwk": {}});

        let read = UnverifiedAssertion::read(Some(&jwt(&head, &json!({"iss": "https://acme.idp.example"})))).unwrap();

        assert_eq!((&*read.algorithm, &*read.issuer), ("ES256", "https://acme.idp.example"));
    }

    #[test]
    fn what_is_no_assertion_is_refused_by_its_header() {
        let payload = json!({"iss": "https://acme.idp.example"});
        let why = |text: &str| UnverifiedAssertion::read(Some(text)).unwrap_err().description.into_owned();

        for typ in [json!("JWT"), json!("at+jwt"), json!("OAuth-ID-JAG+jwt"), json!("application/oauth-id-jag+jwt")] {
            let text = jwt(&json!({"typ": typ, "alg": "ES256"}), &payload);
            assert!(why(&text).contains("type"), "{text}");
        }
        assert!(why(&jwt(&json!({"alg": "ES256"}), &payload)).contains("type"));
        let critical = json!({"typ": ASSERTION_TYPE, "alg": "ES256", "crit": ["exp"]});
        assert!(why(&jwt(&critical, &payload)).contains("critical"));
        let good = json!({"typ": ASSERTION_TYPE, "alg": "ES256"});
        let twice = URL_SAFE_NO_PAD.encode(r#"{"typ":"oauth-id-jag+jwt","typ":"JWT","alg":"ES256"}"#);
        for text in ["", "a", "a.b", "a.b.c", &jwt(&good, &json!({})), &format!("{}.x", jwt(&good, &payload)), &twice] {
            assert!(why(text).contains("cannot be read"), "{text}");
        }
        let twice = jwt(&good, &payload).replacen(&URL_SAFE_NO_PAD.encode(good.to_string()), &twice, 1);
        assert!(why(&twice).contains("cannot be read"), "{twice}");
        assert_eq!(UnverifiedAssertion::read(None).unwrap_err().code, OAuthErrorCode::InvalidRequest);
    }
}
