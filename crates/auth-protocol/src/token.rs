//! The token request and its answer. RFC 6749 §4.1.3, §5.1 and §6.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::client::GrantType;
use crate::params::Params;
use crate::resource::{self, Resource};
use crate::scope::Scope;
use crate::{OAuthError, OAuthErrorCode};

/// A token request, without its client authentication; `Debug` hides the secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenRequest {
    /// Redeems a code. RFC 6749 §4.1.3.
    AuthorizationCode {
        /// The code.
        code: String,
        /// The redirect URI, if the authorization request named one.
        redirect_uri: Option<String>,
        /// The PKCE verifier; a missing one is judged with the code, as `invalid_grant`.
        code_verifier: Option<String>,
        /// The resources the access token is for. RFC 8707 §2.2.
        resources: Vec<Resource>,
    },
    /// Exchanges a refresh token. RFC 6749 §6.
    RefreshToken {
        /// The refresh token.
        refresh_token: String,
        /// A narrower scope for the access token.
        scope: Option<Scope>,
        /// The resources the access token is for. RFC 8707 §2.2.
        resources: Vec<Resource>,
    },
    /// Acts for itself. RFC 6749 §4.4.2.
    ClientCredentials {
        /// The scope asked for; `None` means all the client has.
        scope: Option<Scope>,
        /// The resources the access token is for. RFC 8707 §2.2.
        resources: Vec<Resource>,
    },
}

impl TokenRequest {
    /// Reads the form of a token request.
    ///
    /// # Errors
    ///
    /// `invalid_request` for a missing parameter, `unsupported_grant_type`, `invalid_scope` or
    /// `invalid_target`.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let grant_type = required(params, "grant_type")?;
        let Some(grant_type) = GrantType::parse(&grant_type) else {
            return Err(OAuthError::new(OAuthErrorCode::UnsupportedGrantType, "the grant_type is not offered here"));
        };

        Ok(match grant_type {
            GrantType::AuthorizationCode => Self::AuthorizationCode {
                code: required(params, "code")?,
                redirect_uri: params.get("redirect_uri").map(str::to_owned),
                code_verifier: params.get("code_verifier").map(str::to_owned),
                resources: resource::presented(params)?,
            },
            GrantType::RefreshToken => Self::RefreshToken {
                refresh_token: required(params, "refresh_token")?,
                scope: params.get("scope").map(Scope::parse).transpose()?,
                resources: resource::presented(params)?,
            },
            GrantType::ClientCredentials => Self::ClientCredentials {
                scope: params.get("scope").map(Scope::parse).transpose()?,
                resources: resource::presented(params)?,
            },
        })
    }

    /// The grant type, which the client must have registered.
    pub fn grant_type(&self) -> GrantType {
        match self {
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
        }
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenRequest({})", self.grant_type().as_str())
    }
}

/// Reads a parameter that must be there.
pub(crate) fn required(params: &Params, name: &str) -> Result<String, OAuthError> {
    params
        .get(name)
        .map(str::to_owned)
        .ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, format!("{name} is required")))
}

/// What a client thinks a token is; a hint that is not known is ignored. RFC 7009 §2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// An access token.
    AccessToken,
    /// A refresh token.
    RefreshToken,
}

impl TokenTypeHint {
    /// Reads `token_type_hint` of a revocation or introspection request.
    pub fn parse(params: &Params) -> Option<Self> {
        match params.get("token_type_hint") {
            Some("access_token") => Some(Self::AccessToken),
            Some("refresh_token") => Some(Self::RefreshToken),
            Some(_) | None => None,
        }
    }
}

/// How an access token is used, and the scheme it is sent by. RFC 6749 §7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TokenType {
    /// Whoever has it may use it. RFC 6750.
    #[default]
    Bearer,
    /// Along with a proof of the key it is bound to. RFC 9449 §7.1.
    DPoP,
}

impl TokenType {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::DPoP => "DPoP",
        }
    }

    /// The type of a token that is bound to a key, or to none.
    pub fn of(confirmation: Option<&str>) -> Self {
        if confirmation.is_some() { Self::DPoP } else { Self::Bearer }
    }
}

/// The answer to a token request, without nulls; `Debug` hides the tokens. RFC 6749 §5.1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// How it is used.
    pub token_type: TokenType,
    /// How long the access token lives, in seconds.
    pub expires_in: i64,
    /// The refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The granted scope, stated also when it is the one asked for.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// The ID token. OIDC Core §3.1.3.3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<TokenRequest, OAuthErrorCode> {
        let params = Params::parse(text, &["resource"]).unwrap();
        TokenRequest::parse(&params).map_err(|error| error.code)
    }

    #[test]
    fn a_code_request_is_read() {
        let request = parse(
            "grant_type=authorization_code&code=x&redirect_uri=https%3A%2F%2Fc%2Fcb&code_verifier=v\
             &resource=https%3A%2F%2Fmcp.example%2F",
        );

        assert_eq!(
            request,
            Ok(TokenRequest::AuthorizationCode {
                code: "x".to_owned(),
                redirect_uri: Some("https://c/cb".to_owned()),
                code_verifier: Some("v".to_owned()),
                resources: vec![Resource::parse("https://mcp.example").unwrap()],
            })
        );
    }

    #[test]
    fn a_refresh_request_is_read() {
        let request = parse("grant_type=refresh_token&refresh_token=r&scope=a");

        assert_eq!(
            request,
            Ok(TokenRequest::RefreshToken {
                refresh_token: "r".to_owned(),
                scope: Some(Scope::parse("a").unwrap()),
                resources: vec![],
            })
        );
    }

    #[test]
    fn missing_parameters_are_an_invalid_request() {
        for text in [
            "",
            "grant_type=",
            "grant_type=authorization_code",
            "grant_type=authorization_code&code=",
            "grant_type=refresh_token",
        ] {
            assert_eq!(parse(text), Err(OAuthErrorCode::InvalidRequest), "{text}");
        }
    }

    #[test]
    fn other_grants_are_unsupported() {
        for grant in ["password", "urn:ietf:params:oauth:grant-type:token-exchange", "implicit", "AUTHORIZATION_CODE"] {
            assert_eq!(parse(&format!("grant_type={grant}")), Err(OAuthErrorCode::UnsupportedGrantType));
        }
    }

    #[test]
    fn malformed_scope_and_resource_have_their_own_codes() {
        assert_eq!(parse("grant_type=refresh_token&refresh_token=r&scope=%22"), Err(OAuthErrorCode::InvalidScope));
        assert_eq!(parse("grant_type=refresh_token&refresh_token=r&resource=x"), Err(OAuthErrorCode::InvalidTarget));
    }

    #[test]
    fn an_unknown_hint_is_ignored() {
        let hint = |text: &str| TokenTypeHint::parse(&Params::parse(text, &[]).unwrap());

        assert_eq!(hint("token_type_hint=refresh_token"), Some(TokenTypeHint::RefreshToken));
        assert_eq!(hint("token_type_hint=access_token"), Some(TokenTypeHint::AccessToken));
        assert_eq!(hint("token_type_hint=saml"), None);
    }

    #[test]
    fn the_answer_has_no_nulls() {
        let response = TokenResponse {
            access_token: "a".to_owned(),
            token_type: TokenType::Bearer,
            expires_in: 3600,
            refresh_token: None,
            scope: Scope::parse("openid").unwrap(),
            id_token: None,
        };

        let json = serde_json::to_value(&response).unwrap();

        assert_eq!(json, json!({"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "scope": "openid"}));
        assert_eq!(serde_json::from_value::<TokenResponse>(json).unwrap(), response);
    }

    #[test]
    fn debug_hides_every_token() {
        let request = parse("grant_type=refresh_token&refresh_token=hush").unwrap();
        let response = TokenResponse {
            access_token: "hush".to_owned(),
            token_type: TokenType::Bearer,
            expires_in: 1,
            refresh_token: Some("hush".to_owned()),
            scope: Scope::default(),
            id_token: None,
        };

        assert!(!format!("{request:?}{response:?}").contains("hush"));
    }

    #[test]
    fn a_repeated_parameter_never_becomes_a_request() {
        for text in [
            "grant_type=authorization_code&grant_type=authorization_code&code=x",
            "grant_type=authorization_code&code=x&code=y",
            "grant_type=authorization_code&code=&code=y",
            "grant_type=refresh_token&refresh_token=r&refresh_token=",
        ] {
            assert_eq!(Params::parse(text, &["resource"]).unwrap_err().code, OAuthErrorCode::InvalidRequest, "{text}");
        }
    }

    #[test]
    fn a_json_body_is_not_read_as_a_form() {
        assert_eq!(parse(r#"{"grant_type":"authorization_code","code":"x"}"#), Err(OAuthErrorCode::InvalidRequest));
    }

    #[test]
    fn a_code_request_has_no_scope() {
        let with = parse("grant_type=authorization_code&code=x&scope=admin");

        assert_eq!(with, parse("grant_type=authorization_code&code=x"));
    }
}
