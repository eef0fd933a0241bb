//! Claims of ID tokens, access tokens and userinfo. OIDC Core §2 and §5, RFC 9068 §2.2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::dpop::Confirmation;
use crate::scope::{self, Scope};

/// The claims of an ID token; instants are seconds since the epoch. OIDC Core §2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person, as this client knows them.
    pub sub: String,
    /// The client.
    pub aud: Audience,
    /// When the token ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The `nonce` of the authorization request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The digest of the access token that came along; see [`at_hash`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// The session. OIDC Front-Channel Logout §3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The context in which the person signed in. OIDC Core §2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The methods by which they did. RFC 8176 §2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The authorized party: the client it was issued to. OIDC Core §2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// What the token says about the person.
    #[serde(flatten)]
    pub person: PersonClaims,
}

/// The claims of an access token that is a JWT; instants are seconds since the epoch. RFC 9068 §2.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person.
    pub sub: String,
    /// The resources it is for.
    pub aud: Audience,
    /// The client it was issued to.
    pub client_id: String,
    /// When it ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// Its identifier.
    pub jti: String,
    /// What it allows. RFC 9068 §2.2.3.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// When the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The context in which they did. RFC 9068 §2.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The methods by which they did. RFC 9068 §2.2.1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The key it is bound to. RFC 9449 §6.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// Whom a token is for: one string on the wire when there is one. RFC 7519 §4.1.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// A single audience.
    One(String),
    /// Several, or none.
    Many(Vec<String>),
}

impl Audience {
    /// Each audience.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }

    /// Whether the token is for `audience`, compared character for character.
    pub fn contains(&self, audience: &str) -> bool {
        self.iter().any(|own| own == audience)
    }
}

impl From<&str> for Audience {
    fn from(one: &str) -> Self {
        Self::One(one.to_owned())
    }
}

impl<S: Into<String>> FromIterator<S> for Audience {
    fn from_iter<I: IntoIterator<Item = S>>(audiences: I) -> Self {
        let mut many: Vec<String> = audiences.into_iter().map(Into::into).collect();

        match many.pop() {
            Some(one) if many.is_empty() => Self::One(one),
            last => {
                many.extend(last);
                Self::Many(many)
            }
        }
    }
}

/// What is known of a person, before a scope says how much of it may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The full name.
    pub name: String,
    /// The URL of a picture.
    pub picture: Option<String>,
    /// When the profile last changed, in seconds since the epoch.
    pub updated_at: i64,
    /// The e-mail address.
    pub email: String,
    /// Whether the person proved to own that address.
    pub email_verified: bool,
}

/// The standard claims about a person that a scope allows. OIDC Core §5.4.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonClaims {
    /// The full name, by `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL of a picture, by `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// When the profile last changed, by `profile`: a number of seconds. OIDC Core §5.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<i64>,
    /// The e-mail address, by `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether that address is verified, by `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

impl PersonClaims {
    /// The claims about the person that `scope` allows. OIDC Core §5.4.
    pub fn allowed_by(scope: &Scope, person: &Person) -> Self {
        let profile = scope.contains(scope::PROFILE);
        let email = scope.contains(scope::EMAIL);

        Self {
            name: profile.then(|| person.name.clone()),
            picture: person.picture.clone().filter(|_| profile),
            updated_at: profile.then_some(person.updated_at),
            email: email.then(|| person.email.clone()),
            email_verified: email.then_some(person.email_verified),
        }
    }
}

impl PersonClaims {
    /// Those of these names.
    #[must_use]
    pub fn only(self, names: &[&str]) -> Self {
        let has = |name: &str| names.contains(&name);
        Self {
            name: self.name.filter(|_| has("name")),
            picture: self.picture.filter(|_| has("picture")),
            updated_at: self.updated_at.filter(|_| has("updated_at")),
            email: self.email.filter(|_| has("email")),
            email_verified: self.email_verified.filter(|_| has("email_verified")),
        }
    }
}

/// The answer of the userinfo endpoint. OIDC Core §5.3.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInfo {
    /// The person, as in the ID token.
    pub sub: String,
    /// The claims the scope allows.
    #[serde(flatten)]
    pub person: PersonClaims,
}

/// The claims of userinfo that is signed. OIDC Core §5.3.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedUserInfo {
    /// The issuer.
    pub iss: String,
    /// The client.
    pub aud: Audience,
    /// What it is told of the person.
    #[serde(flatten)]
    pub info: UserInfo,
}

/// The left half of the SHA-256 of an access token, in base64url. OIDC Core §3.1.3.6.
///
/// Fits ID tokens signed by an algorithm that hashes with SHA-256, such as RS256 and ES256.
pub fn at_hash(access_token: &str) -> String {
    let digest = Sha256::digest(access_token.as_bytes());
    let left: Vec<u8> = digest.iter().copied().take(digest.len() / 2).collect();

    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person() -> Person {
        Person {
            name: "Jane Doe".to_owned(),
            picture: None,
            updated_at: 1_700_000_000,
            email: "janedoe@example.com".to_owned(),
            email_verified: false,
        }
    }

    fn userinfo(scope: &str) -> serde_json::Value {
        let scope = Scope::parse(scope).unwrap();
        serde_json::to_value(UserInfo { sub: "u1".to_owned(), person: PersonClaims::allowed_by(&scope, &person()) })
            .unwrap()
    }

    #[test]
    fn at_hash_is_that_of_oidc_core_appendix_a_3() {
        assert_eq!(at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn the_same_digest_of_a_code_is_the_c_hash_of_oidc_core_appendix_a_4() {
        assert_eq!(at_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"), "LDktKdoQak3Pk0cnXxCltA");
    }

    #[test]
    fn claims_without_issuer_subject_or_audience_are_no_id_token() {
        let whole = json!({"iss": "https://as.example", "sub": "u1", "aud": "c1", "exp": 2, "iat": 1});

        assert!(serde_json::from_value::<IdTokenClaims>(whole.clone()).is_ok());
        for member in ["iss", "sub", "aud", "exp", "iat"] {
            let mut part = whole.clone();
            part.as_object_mut().unwrap().remove(member);
            assert!(serde_json::from_value::<IdTokenClaims>(part).is_err(), "{member}");
        }
        assert!(serde_json::from_value::<IdTokenClaims>(json!({"iss": 1})).is_err());
    }

    #[test]
    fn an_access_token_has_the_claims_of_rfc_9068_2_2_and_no_nulls() {
        let claims = AccessTokenClaims {
            iss: "https://as.example".to_owned(),
            sub: "u1".to_owned(),
            aud: "https://mcp.example/mcp".into(),
            client_id: "c1".to_owned(),
            exp: 2,
            iat: 1,
            jti: "t1".to_owned(),
            scope: Scope::default(),
            auth_time: None,
            acr: None,
            amr: Vec::new(),
            cnf: None,
        };

        let json = serde_json::to_value(&claims).unwrap();

        assert_eq!(
            json,
            json!({
                "iss": "https://as.example", "sub": "u1", "aud": "https://mcp.example/mcp",
                "client_id": "c1", "exp": 2, "iat": 1, "jti": "t1",
            })
        );
        assert_eq!(serde_json::from_value::<AccessTokenClaims>(json).unwrap(), claims);
    }

    #[test]
    fn an_empty_audience_is_nobody() {
        let none: Audience = serde_json::from_value(json!([])).unwrap();

        assert!(!none.contains("") && none.iter().next().is_none());
    }

    #[test]
    fn a_picture_is_told_by_profile_only() {
        let person = Person { picture: Some("https://a.example/p".to_owned()), ..person() };
        let told = |scope: &str| PersonClaims::allowed_by(&Scope::parse(scope).unwrap(), &person).picture;

        assert_eq!(told("profile"), person.picture);
        assert_eq!(told("openid email Profile"), None);
    }

    #[test]
    fn openid_alone_tells_the_subject_only() {
        assert_eq!(userinfo("openid"), json!({"sub": "u1"}));
    }

    #[test]
    fn each_scope_tells_its_own_claims() {
        assert_eq!(userinfo("openid profile"), json!({"sub": "u1", "name": "Jane Doe", "updated_at": 1_700_000_000}));
        assert_eq!(
            userinfo("openid email"),
            json!({"sub": "u1", "email": "janedoe@example.com", "email_verified": false})
        );
    }

    #[test]
    fn a_single_audience_is_a_string() {
        let one: Audience = ["a"].into_iter().collect();
        let two: Audience = ["a", "b"].into_iter().collect();
        let none: Audience = Vec::<String>::new().into_iter().collect();

        assert_eq!(serde_json::to_value(&one).unwrap(), json!("a"));
        assert_eq!(serde_json::to_value(&two).unwrap(), json!(["a", "b"]));
        assert_eq!(serde_json::to_value(none).unwrap(), json!([]));
        assert!(two.contains("b") && !one.contains("b") && !one.contains("A"));
    }

    #[test]
    fn an_id_token_has_no_nulls() {
        let claims = IdTokenClaims {
            iss: "https://as.example".to_owned(),
            sub: "u1".to_owned(),
            aud: "c1".into(),
            exp: 2,
            iat: 1,
            auth_time: Some(0),
            nonce: None,
            at_hash: None,
            sid: None,
            acr: None,
            amr: Vec::new(),
            azp: None,
            person: PersonClaims::default(),
        };

        let json = serde_json::to_value(&claims).unwrap();

        assert_eq!(
            json,
            json!({"iss": "https://as.example", "sub": "u1", "aud": "c1", "exp": 2, "iat": 1, "auth_time": 0})
        );
        assert_eq!(serde_json::from_value::<IdTokenClaims>(json).unwrap(), claims);
    }
}
