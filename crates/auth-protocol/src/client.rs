//! What a client is registered as. RFC 6749 §2.1, RFC 7591 §2, OIDC Registration §2.

use serde::{Deserialize, Serialize};

use crate::client_auth::ClientAuthMethod;

/// Whether a client can keep a secret. RFC 6749 §2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// It cannot: anyone may present its `client_id`.
    Public,
    /// It can, and authenticates at the token endpoint.
    Confidential,
}

impl From<ClientAuthMethod> for ClientKind {
    fn from(method: ClientAuthMethod) -> Self {
        match method {
            ClientAuthMethod::None => Self::Public,
            ClientAuthMethod::ClientSecretBasic
            | ClientAuthMethod::ClientSecretPost
            | ClientAuthMethod::PrivateKeyJwt => Self::Confidential,
        }
    }
}

/// A grant type that a client may register. RFC 7591 §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// The authorization code grant. RFC 6749 §4.1.
    AuthorizationCode,
    /// The refresh token grant. RFC 6749 §6.
    RefreshToken,
    /// The client credentials grant: the client acts for itself. RFC 6749 §4.4.
    ClientCredentials,
}

impl GrantType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// The grant type as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant type of that name, if it is known.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == text)
    }
}

/// The only response type. OAuth 2.1 §4.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseType {
    /// An authorization code.
    Code,
}

impl ResponseType {
    /// The response type as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
        }
    }
}

/// Where a client runs. OIDC Registration §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    /// On a server.
    Web,
    /// On the person's machine.
    Native,
}

impl ApplicationType {
    /// The application type as it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_names_are_the_wire_names() {
        for grant in GrantType::ALL {
            assert_eq!(serde_json::to_value(grant).unwrap(), grant.as_str());
            assert_eq!(GrantType::parse(grant.as_str()), Some(grant));
        }
        for application in [ApplicationType::Web, ApplicationType::Native] {
            assert_eq!(serde_json::to_value(application).unwrap(), application.as_str());
        }
        assert_eq!(serde_json::to_value(ResponseType::Code).unwrap(), "code");
    }

    #[test]
    fn an_unknown_grant_type_is_none() {
        assert_eq!(GrantType::parse("password"), None);
        assert_eq!(GrantType::parse("Authorization_Code"), None);
    }

    #[test]
    fn a_client_without_secret_is_public() {
        assert_eq!(ClientKind::from(ClientAuthMethod::None), ClientKind::Public);
        assert_eq!(ClientKind::from(ClientAuthMethod::ClientSecretPost), ClientKind::Confidential);
    }
}
