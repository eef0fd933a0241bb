//! What a verified token says, and who verifies it.

use std::error::Error;

use async_trait::async_trait;
use auth_protocol::scope::Scope;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde_json::{Map, Value};

use crate::reference;
use crate::refusal::Refusal;

/// What an access token says, after it was verified. It never holds the token itself.
///
/// Behind a guard it is in the request extensions, and an axum extractor.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedToken {
    /// The person, or the client where it acts for itself (`sub`).
    pub subject: String,
    /// The client the token was issued to (`client_id`).
    pub client_id: Option<String>,
    /// What was granted.
    pub scope: Scope,
    /// The resources the token is for (`aud`); the verifier has found its own among them.
    pub audience: Vec<String>,
    /// The authorization server (`iss`).
    pub issuer: Option<String>,
    /// When the token expires, in seconds since the Unix epoch.
    pub expires_at: Option<i64>,
    /// The thumbprint of the key it is bound to, if it is (`cnf.jkt`). RFC 9449 §6.
    pub confirmation: Option<String>,
    /// Everything else the token says, by claim name.
    pub claims: Map<String, Value>,
}

impl<S: Sync> FromRequestParts<S> for VerifiedToken {
    /// 500: the route has no guard, which is the app's mistake and not the caller's.
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get().cloned().ok_or_else(|| {
            let reference = reference::draw();
            let cause = "a handler asks for a VerifiedToken on a route that has no guard";
            tracing::error!(reference, cause, "request.failed");
            let message = format!("Internal error: something went wrong on our side, reference {reference}");
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, &message).response()
        })
    }
}

/// Verifies access tokens for one resource.
#[async_trait]
pub trait Verifier: Send + Sync + 'static {
    /// Returns what the token says if it is valid now and issued for this resource.
    ///
    /// The audience is the verifier's to check (RFC 8707 §2, RFC 9068 §4); scopes are the guard's.
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError>;
}

#[async_trait]
impl<V: Verifier + ?Sized> Verifier for Box<V> {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        (**self).verify(token).await
    }
}

/// Why a token was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token is not valid here. Answered with 401.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// Whoever knows cannot be asked right now. Answered with 503.
    #[error("tokens cannot be verified right now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// Why a token is not valid. The text goes into the `error_description` of the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// It cannot be read.
    #[error("the access token is malformed")]
    Malformed,
    /// It is not one of the issuer's, or no longer.
    #[error("the access token is unknown")]
    Unknown,
    /// Its lifetime is over.
    #[error("the access token has expired")]
    Expired,
    /// Its lifetime has not begun.
    #[error("the access token is not valid yet")]
    NotYetValid,
    /// It, or the grant it belongs to, was revoked.
    #[error("the access token was revoked")]
    Revoked,
    /// It is for another resource, or for none.
    #[error("the access token is for another resource")]
    Audience,
    /// Somebody else issued it.
    #[error("the access token is from another issuer")]
    Issuer,
    /// It is another kind of JWT, such as an ID token. RFC 9068 §4.
    #[error("the token is not an access token")]
    Type,
    /// It is bound to a key, and came without a proof of it. RFC 9449 §7.1.
    #[error("the access token is bound to a key, and has to come with a proof of it")]
    Bound,
    /// It is bound to no key, and came as if it were.
    #[error("the access token is bound to no key")]
    Unbound,
    /// It is bound to another key than the one that was proven.
    #[error("the access token is bound to another key")]
    OtherKey,
    /// Its algorithm is not accepted.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// The issuer has no such key.
    #[error("the signing key is unknown")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("the signature is invalid")]
    Signature,
    /// A claim is missing or has the wrong form.
    #[error("a required claim is missing or malformed")]
    Claims,
}
