//! The guard of a protected resource. RFC 6750 §2.1 and §3, RFC 9728 §5.1, MCP authorization.

mod builder;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use auth_protocol::bearer::{PresentedToken, presented_token};
use auth_protocol::dpop::ProvenRequest;
use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::resource::Resource;
use auth_protocol::scope::Scope;
use auth_protocol::scope_hierarchy::ScopeHierarchy;
use auth_protocol::token::TokenType;
use axum::extract::OriginalUri;
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tower::Layer;
use url::Url;

pub use builder::{InvalidGuard, RequireTokenBuilder};

use crate::challenge::{Challenges, InvalidChallenge};
use crate::denial::Denial;
use crate::dpop::{Proofs, Proven, hand_out_nonce, invalid_proof};
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
    hierarchy: ScopeHierarchy,
    challenges: Challenges,
    no_token: Refusal,
    insufficient_scope: Refusal,
    possession: Option<Possession>,
    is_bound_only: bool,
    repeats_granted: bool,
}

/// What proofs of possession are judged by.
struct Possession {
    proofs: Box<dyn Proofs>,
    resource: Resource,
}

impl Possession {
    /// The URLs of a request: that of the resource, and its own path at the same origin.
    fn urls(&self, request: &Parts) -> Vec<String> {
        let path = request.extensions.get::<OriginalUri>().map_or(&request.uri, |original| &original.0).path();
        let resource = self.resource.as_str();
        let own = Url::parse(resource).ok().map(|mut url| {
            url.set_path(path);
            url.to_string()
        });
        std::iter::once(resource.to_owned()).chain(own).collect()
    }
}

impl RequireToken {
    /// Starts a guard that asks `verifier` and points refused clients to `resource_metadata`.
    pub fn builder(verifier: impl Verifier, resource_metadata: Url) -> RequireTokenBuilder {
        RequireTokenBuilder::new(verifier, resource_metadata)
    }

    /// Verifies the access token of a request, whatever its scope, and its proof of possession if the
    /// token is bound to a key.
    ///
    /// # Errors
    ///
    /// Why there is no verified token; [`Denial::NoToken`] where anonymous requests are served.
    pub async fn verify(&self, request: &Parts) -> Result<VerifiedToken, Denial> {
        let presented = presented(&request.headers)?.ok_or(Denial::NoToken)?;
        if presented.token_type == TokenType::DPoP && self.0.possession.is_none() {
            return Err(Denial::NoToken);
        }
        let token = self.0.verifier.verify(presented.token).await.map_err(|error| match error {
            VerifyError::Invalid(reason) => Denial::Invalid(reason),
            VerifyError::Unavailable(source) => Denial::Unavailable(source),
        })?;
        self.judge_possession(request, presented, &token).await?;
        Ok(token)
    }

    /// A token that is bound to a key needs a proof of that key, and one that is bound to none must not
    /// come as if it were. RFC 9449 §7.1.
    async fn judge_possession(
        &self,
        request: &Parts,
        presented: PresentedToken<'_>,
        token: &VerifiedToken,
    ) -> Result<(), Denial> {
        match (presented.token_type, &token.confirmation, &self.0.possession) {
            (TokenType::Bearer, None, _) if !self.0.is_bound_only => Ok(()),
            (TokenType::DPoP, Some(jkt), Some(possession)) => prove(possession, request, presented.token, jkt).await,
            (TokenType::Bearer, Some(_), _) => Err(Denial::Invalid(InvalidToken::Bound)),
            (TokenType::Bearer | TokenType::DPoP, None, _) => Err(Denial::Invalid(InvalidToken::Unbound)),
            (TokenType::DPoP, Some(_), None) => Err(Denial::NoToken),
        }
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
            Denial::Proof(error) => {
                let refusal = challenges.clone().by(TokenType::DPoP).refusal(StatusCode::UNAUTHORIZED, Some(error));
                return self.with_nonce(self.answer(&refusal));
            }
            Denial::Invalid(reason) => {
                let error = OAuthError::new(OAuthErrorCode::InvalidToken, reason.to_string());
                challenges.clone().by(self.asked_for(*reason)).refusal(StatusCode::UNAUTHORIZED, Some(&error))
            }
        };
        self.answer(&refusal)
    }

    /// Where a key was the trouble, a proof is what is needed.
    fn asked_for(&self, reason: InvalidToken) -> TokenType {
        let about_keys = matches!(reason, InvalidToken::Bound | InvalidToken::Unbound | InvalidToken::OtherKey);
        let takes_proofs = self.0.possession.is_some();
        if self.0.is_bound_only || (about_keys && takes_proofs) { TokenType::DPoP } else { TokenType::Bearer }
    }

    fn with_nonce(&self, mut response: Response) -> Response {
        if let Some(possession) = &self.0.possession {
            hand_out_nonce(response.headers_mut(), &*possession.proofs);
        }
        response
    }

    /// Returns the answer to a request whose token lacks `required`, for an operation inside the route.
    ///
    /// All scopes of the operation are named at once, so that one more consent is enough.
    pub fn insufficient_scope(&self, required: &Scope) -> Response {
        self.answer(&self.0.challenges.clone().naming(required).insufficient_scope())
    }

    /// The same for a token that has some scope already: with
    /// [`RequireTokenBuilder::challenge_repeats_granted`] that is named too.
    pub fn insufficient_scope_for(&self, required: &Scope, granted: &Scope) -> Response {
        if self.0.repeats_granted {
            return self.insufficient_scope(&required.union(granted));
        }
        self.insufficient_scope(required)
    }

    /// Returns the answer to a request without a token that needs `required`, for an operation inside the route.
    pub fn no_token(&self, required: &Scope) -> Response {
        Denial::NoToken.log();
        self.answer(&self.0.challenges.clone().naming(required).refusal(StatusCode::UNAUTHORIZED, None))
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
        match self.verify(request).await {
            Ok(token) if self.0.hierarchy.covers(&token.scope, &self.0.scope) => {
                request.extensions.insert(token);
                Ok(())
            }
            Ok(token) => {
                Denial::Scope.log();
                Err(self.insufficient_scope_for(&self.0.scope, &token.scope))
            }
            Err(denial) => Err(self.refuse(&denial)),
        }
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

/// Judges the proof of a request, and uses it up once it is of the right key.
async fn prove(possession: &Possession, request: &Parts, token: &str, jkt: &str) -> Result<(), Denial> {
    let urls = possession.urls(request);
    let proven = ProvenRequest { method: request.method.as_str(), urls: &urls, access_token: Some(token) };
    let proven = Proven::of(&request.headers, proven, &*possession.proofs).map_err(Denial::Proof)?;
    let proven = proven.ok_or_else(|| Denial::Proof(invalid_proof("the request has no proof")))?;
    if proven.jkt != jkt {
        return Err(Denial::Invalid(InvalidToken::OtherKey));
    }
    match possession.proofs.spend(&proven).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Denial::Proof(invalid_proof("the proof was used before"))),
        Err(source) => Err(Denial::Unavailable(source)),
    }
}

/// The answer where nobody can say, logged with its cause under the reference id it names.
fn unavailable(cause: &(dyn Error + 'static)) -> Response {
    let reference = reference::draw();
    tracing::warn!(reference, cause, "verifier.unavailable");
    let message = format!("Unavailable: tokens cannot be verified now, reference {reference}");
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, &message).readable_by_pages().worth_retrying().response()
}

/// Reads the token from the one `Authorization` header there may be. RFC 6750 §2.1, RFC 9449 §7.1.
fn presented(headers: &HeaderMap) -> Result<Option<PresentedToken<'_>>, Denial> {
    let malformed = |why: &'static str| Denial::Malformed(OAuthError::new(OAuthErrorCode::InvalidRequest, why));
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().map(HeaderValue::to_str).transpose();
    if values.next().is_some() {
        return Err(malformed("more than one Authorization header"));
    }
    let value = value.map_err(|_| malformed("the Authorization header is not text"))?;
    presented_token(value).map_err(Denial::Malformed)
}

/// Marks the credentials as sensitive, so that no log of the headers shows them.
fn hide_credentials(headers: &mut HeaderMap) {
    if let http::header::Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        for value in values.iter_mut() {
            value.set_sensitive(true);
        }
    }
}
