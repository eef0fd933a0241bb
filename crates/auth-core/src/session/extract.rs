//! The session as an argument of a handler.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::issue::SignedIn;
use crate::codes::UNAUTHORIZED;
use crate::context::AuthContext;
use crate::error::ApiError;

/// The live session of the request; without one the answer is 401.
#[derive(Clone, Debug)]
pub struct CurrentSession(pub SignedIn);

/// The live session of the request, if there is one.
#[derive(Clone, Debug)]
pub struct OptionalSession(pub Option<SignedIn>);

impl<S> FromRequestParts<S> for CurrentSession
where
    AuthContext: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = AuthContext::from_ref(state).find_session(&parts.headers).await?;
        found.map(Self).ok_or_else(|| ApiError::code(UNAUTHORIZED))
    }
}

impl<S> FromRequestParts<S> for OptionalSession
where
    AuthContext: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(AuthContext::from_ref(state).find_session(&parts.headers).await?))
    }
}
