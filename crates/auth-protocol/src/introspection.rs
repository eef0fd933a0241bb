//! Token introspection. RFC 7662 §2.

use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::OAuthError;
use crate::claims::Audience;
use crate::dpop::Confirmation;
use crate::params::Params;
use crate::scope::Scope;
use crate::token::{TokenType, TokenTypeHint, required};

/// An introspection request; `Debug` hides the token. RFC 7662 §2.1.
#[derive(Clone, PartialEq, Eq)]
pub struct IntrospectionRequest {
    /// The token asked about.
    pub token: String,
    /// What the caller thinks it is.
    pub token_type_hint: Option<TokenTypeHint>,
}

impl IntrospectionRequest {
    /// Reads the form of an introspection request.
    ///
    /// # Errors
    ///
    /// `invalid_request`, when there is no token.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        Ok(Self { token: required(params, "token")?, token_type_hint: TokenTypeHint::parse(params) })
    }
}

impl fmt::Debug for IntrospectionRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IntrospectionRequest")
            .field("token_type_hint", &self.token_type_hint)
            .finish_non_exhaustive()
    }
}

/// The answer: exactly `{"active":false}` for a token the caller must learn nothing about. RFC 7662 §2.2.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
pub enum IntrospectionResponse {
    /// Unknown, expired, revoked, malformed, or not the caller's business.
    Inactive,
    /// A token that is good now.
    Active(Box<ActiveToken>),
}

/// What is told about a good token; instants are seconds since the epoch. RFC 7662 §2.2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveToken {
    /// What it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The client it was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// How it is used; absent for a refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<TokenType>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The resources it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// The issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Its identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The key it is bound to. RFC 9449 §6.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// The claims of an answer that is signed; `iat` is seconds since the epoch. RFC 9701 §5.
///
/// What is told of the token stands apart, with neither `sub` nor `exp` beside it: so nobody takes the answer
/// for an access token (RFC 9701 §8.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIntrospection {
    /// The issuer.
    pub iss: String,
    /// The client that has asked.
    pub aud: Audience,
    /// When it was answered.
    pub iat: i64,
    /// The answer.
    pub token_introspection: IntrospectionResponse,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    active: bool,
    #[serde(flatten)]
    token: ActiveToken,
}

impl From<Wire> for IntrospectionResponse {
    fn from(wire: Wire) -> Self {
        if wire.active { Self::Active(Box::new(wire.token)) } else { Self::Inactive }
    }
}

impl Serialize for IntrospectionResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Inactive => {
                let mut wire = serializer.serialize_struct("IntrospectionResponse", 1)?;
                wire.serialize_field("active", &false)?;
                wire.end()
            }
            Self::Active(token) => Wire { active: true, token: token.as_ref().clone() }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::OAuthErrorCode;

    #[test]
    fn an_inactive_token_is_told_nothing_else() {
        assert_eq!(serde_json::to_string(&IntrospectionResponse::Inactive).unwrap(), r#"{"active":false}"#);
    }

    #[test]
    fn a_signed_answer_tells_of_the_token_apart() {
        let told = |token_introspection| {
            let (iss, aud) = ("https://as.example".to_owned(), "c1".into());
            serde_json::to_value(SignedIntrospection { iss, aud, iat: 7, token_introspection }).unwrap()
        };
        let token = ActiveToken { sub: Some("u1".to_owned()), exp: Some(9), ..ActiveToken::default() };

        assert_eq!(
            told(IntrospectionResponse::Active(Box::new(token))),
            json!({
                "iss": "https://as.example", "aud": "c1", "iat": 7,
                "token_introspection": {"active": true, "sub": "u1", "exp": 9},
            })
        );
        assert_eq!(told(IntrospectionResponse::Inactive)["token_introspection"], json!({"active": false}));
    }

    #[test]
    fn an_active_token_is_told_without_nulls() {
        let response = IntrospectionResponse::Active(Box::new(ActiveToken {
            scope: Some(Scope::parse("notes:read").unwrap()),
            client_id: Some("c1".to_owned()),
            token_type: Some(TokenType::Bearer),
            exp: Some(9),
            aud: Some("https://mcp.example/mcp".into()),
            ..ActiveToken::default()
        }));

        let json = serde_json::to_value(&response).unwrap();

        assert_eq!(
            json,
            json!({
                "active": true,
                "scope": "notes:read",
                "client_id": "c1",
                "token_type": "Bearer",
                "exp": 9,
                "aud": "https://mcp.example/mcp",
            })
        );
        assert_eq!(serde_json::from_value::<IntrospectionResponse>(json).unwrap(), response);
    }

    #[test]
    fn members_next_to_active_false_count_for_nothing() {
        let response: IntrospectionResponse = serde_json::from_value(json!({"active": false, "sub": "u1"})).unwrap();

        assert_eq!(response, IntrospectionResponse::Inactive);
    }

    #[test]
    fn an_answer_without_active_is_no_answer() {
        for bad in [json!({"sub": "u1"}), json!({"active": "true"}), json!({"active": null})] {
            assert!(serde_json::from_value::<IntrospectionResponse>(bad).is_err());
        }
    }

    #[test]
    fn a_request_names_its_token() {
        let request = |text: &str| IntrospectionRequest::parse(&Params::parse(text, &[]).unwrap());

        assert_eq!(request("").unwrap_err().code, OAuthErrorCode::InvalidRequest);
        assert_eq!(request("token=hush&token_type_hint=x").unwrap().token_type_hint, None);
        assert!(!format!("{:?}", request("token=hush")).contains("hush"));
    }

    #[test]
    fn an_inactive_answer_is_read_back() {
        let json = serde_json::to_string(&IntrospectionResponse::Inactive).unwrap();

        assert_eq!(serde_json::from_str::<IntrospectionResponse>(&json).unwrap(), IntrospectionResponse::Inactive);
    }

    #[test]
    fn the_hint_of_rfc_7662_2_1_is_read() {
        let params = Params::parse("token=mF_9.B5f-4.1JqM&token_type_hint=access_token", &[]).unwrap();

        let request = IntrospectionRequest::parse(&params).unwrap();

        assert_eq!(
            (request.token.as_str(), request.token_type_hint),
            ("mF_9.B5f-4.1JqM", Some(TokenTypeHint::AccessToken))
        );
    }

    #[test]
    fn the_example_of_rfc_7662_2_2_is_read_without_its_extensions() {
        let response: IntrospectionResponse = serde_json::from_value(json!({
            "active": true,
            "client_id": "l238j323ds-23ij4",
            "username": "jdoe",
            "scope": "read write dolphin",
            "sub": "Z5O3upPC88QrAjx00dis",
            "aud": "https://protected.example.net/resource",
            "iss": "https://server.example.com/",
            "exp": 1_419_356_238,
            "iat": 1_419_350_238,
            "extension_field": "twenty-seven",
        }))
        .unwrap();

        let IntrospectionResponse::Active(token) = response else { panic!("inactive") };
        assert_eq!(token.scope.unwrap().to_string(), "read write dolphin");
        assert_eq!(token.aud, Some("https://protected.example.net/resource".into()));
        assert_eq!(token.exp, Some(1_419_356_238));
    }
}
