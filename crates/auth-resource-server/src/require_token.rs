//! The guard of a protected resource. RFC 6750 §2.1 and §3, RFC 9728 §5.1, MCP authorization.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use auth_protocol::bearer::bearer_token;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::scope::Scope;
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tower::Layer;
use url::Url;

use crate::challenge::{Challenges, InvalidChallenge};
use crate::gate::{Gate, Guarded};
use crate::reference;
use crate::refusal::Refusal;
use crate::token::{InvalidToken, VerifiedToken, Verifier, VerifyError};

/// Lets requests through that carry a valid access token with the required scope.
///
/// The token comes from the `Authorization` header alone, never from the query or the body. What it
/// says is put into the request extensions as [`VerifiedToken`]. `OPTIONS` passes without a token.
#[derive(Clone)]
pub struct RequireToken(Arc<Inner>);

struct Inner {
    verifier: Box<dyn Verifier>,
    scope: Scope,
    challenges: Challenges,
    no_token: Refusal,
    insufficient_scope: Refusal,
}

impl RequireToken {
    /// Starts a guard that asks `verifier` and points refused clients to `resource_metadata`.
    pub fn builder(verifier: impl Verifier, resource_metadata: Url) -> RequireTokenBuilder {
        let challenges = Challenges::new(resource_metadata);
        RequireTokenBuilder { verifier: Box::new(verifier), scope: Scope::default(), challenges }
    }

    /// Verifies the bearer token of a request, whatever its scope.
    ///
    /// # Errors
    ///
    /// Why there is no verified token; [`Denial::NoToken`] where anonymous requests are served.
    pub async fn verify(&self, headers: &HeaderMap) -> Result<VerifiedToken, Denial> {
        let token = presented(headers)?.ok_or(Denial::NoToken)?;
        self.0.verifier.verify(token).await.map_err(|error| match error {
            VerifyError::Invalid(reason) => Denial::Invalid(reason),
            VerifyError::Unavailable(source) => Denial::Unavailable(source),
        })
    }

    /// Returns the answer to a denied request, and logs once why it was denied.
    ///
    /// Where nobody can say, the answer names the reference id under which the log tells the cause.
    pub fn refuse(&self, denial: &Denial) -> Response {
        let challenges = &self.0.challenges;
        denial.log();
        let refusal = match denial {
            Denial::NoToken => return self.0.no_token.response(),
            Denial::Scope => return self.0.insufficient_scope.response(),
            Denial::Unavailable(source) => return unavailable(&**source),
            Denial::Malformed(error) => challenges.refusal(StatusCode::BAD_REQUEST, Some(error)),
            Denial::Invalid(reason) => {
                let error = OAuthError::new(OAuthErrorCode::InvalidToken, reason.to_string());
                challenges.refusal(StatusCode::UNAUTHORIZED, Some(&error))
            }
        };
        self.answer(&refusal)
    }

    /// Returns the answer to a request whose token lacks `required`, for an operation inside the route.
    ///
    /// All scopes of the operation are named at once, so that one more consent is enough.
    pub fn insufficient_scope(&self, required: &Scope) -> Response {
        self.answer(&self.0.challenges.clone().naming(required).insufficient_scope())
    }

    /// What went into a challenge was checked when the guard was made, so the fallback is theory.
    fn answer(&self, refusal: &Result<Refusal, InvalidChallenge>) -> Response {
        refusal.as_ref().unwrap_or(&self.0.no_token).response()
    }
}

#[async_trait]
impl Gate for RequireToken {
    async fn admit(&self, request: &mut Parts) -> Result<(), Response> {
        hide_credentials(&mut request.headers);
        if request.method == Method::OPTIONS {
            return Ok(());
        }
        let denial = match self.verify(&request.headers).await {
            Ok(token) if self.0.scope.is_subset_of(&token.scope) => {
                request.extensions.insert(token);
                return Ok(());
            }
            Ok(_) => Denial::Scope,
            Err(denial) => denial,
        };
        Err(self.refuse(&denial))
    }
}

impl<S> Layer<S> for RequireToken {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded::new(Arc::new(self.clone()), inner)
    }
}

impl fmt::Debug for RequireToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireToken").field("scope", &self.0.scope).finish_non_exhaustive()
    }
}

/// Why a request is not let through.
#[derive(Debug, thiserror::Error)]
pub enum Denial {
    /// The request carries no access token. Answered with 401 and no `error`, RFC 6750 §3.1.
    #[error("no access token")]
    NoToken,
    /// The `Authorization` header cannot be read. Answered with 400.
    #[error(transparent)]
    Malformed(OAuthError),
    /// The token is not valid here. Answered with 401.
    #[error(transparent)]
    Invalid(InvalidToken),
    /// The token lacks a required scope. Answered with 403.
    #[error("the access token lacks a scope")]
    Scope,
    /// Nobody can say. Answered with 503.
    #[error("tokens cannot be verified right now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl Denial {
    fn log(&self) {
        let error = match self {
            // RFC 6750 §3.1: without credentials there is no error.
            Self::NoToken => None,
            // Logged with its cause, under its reference id.
            Self::Unavailable(_) => return,
            Self::Malformed(error) => Some(error.code.as_str()),
            Self::Invalid(_) => Some(OAuthErrorCode::InvalidToken.as_str()),
            Self::Scope => Some(OAuthErrorCode::InsufficientScope.as_str()),
        };
        tracing::debug!(error, reason = %self, "token.refused");
    }
}

/// Makes a [`RequireToken`].
pub struct RequireTokenBuilder {
    verifier: Box<dyn Verifier>,
    scope: Scope,
    challenges: Challenges,
}

impl RequireTokenBuilder {
    /// Sets the scope every request needs. Default none: any valid token is enough.
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Makes the guard and the challenges it answers with.
    ///
    /// # Errors
    ///
    /// If a challenge does not fit into a header.
    pub fn build(self) -> Result<RequireToken, InvalidChallenge> {
        let challenges = self.challenges.naming(&self.scope);
        Ok(RequireToken(Arc::new(Inner {
            no_token: challenges.refusal(StatusCode::UNAUTHORIZED, None)?,
            insufficient_scope: challenges.insufficient_scope()?,
            verifier: self.verifier,
            scope: self.scope,
            challenges,
        })))
    }
}

impl fmt::Debug for RequireTokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireTokenBuilder").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// The answer where nobody can say, logged with its cause under the reference id it names.
fn unavailable(cause: &(dyn Error + 'static)) -> Response {
    let reference = reference::draw();
    tracing::warn!(reference, cause, "verifier.unavailable");
    let message = format!("Unavailable: tokens cannot be verified now, reference {reference}");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, &message).readable_by_pages().worth_retrying().response()
}

/// Reads the token from the one `Authorization` header there may be. RFC 6750 §2.1.
fn presented(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    let malformed = |why: &'static str| Denial::Malformed(OAuthError::new(OAuthErrorCode::InvalidRequest, why));
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().map(HeaderValue::to_str).transpose();
    if values.next().is_some() {
        return Err(malformed("more than one Authorization header"));
    }
    let value = value.map_err(|_| malformed("the Authorization header is not text"))?;
    bearer_token(value).map_err(Denial::Malformed)
}

/// Marks the credentials as sensitive, so that no log of the headers shows them.
fn hide_credentials(headers: &mut HeaderMap) {
    if let http::header::Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        for value in values.iter_mut() {
            value.set_sensitive(true);
        }
    }
}
