//! `POST /oauth2/initial-access-tokens`, for operators. RFC 7591 §1.2.

use auth_core::session::CurrentSession;
use auth_core::{ApiError, ErrorBody, JsonBody};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::told;
use crate::flow::administration::Asker;
use crate::flow::administration::initial_access::{self, Issued};
use crate::provider::Provider;

/// What an initial access token is good for.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = oidc::NewInitialAccessToken)]
pub(crate) struct NewInitialAccessToken {
    /// How many clients it registers. Default 1.
    #[serde(default = "once")]
    #[schema(example = 1)]
    uses: u64,
    /// Seconds it works; at most a year. Default a day.
    #[serde(default = "a_day")]
    #[schema(example = 86_400)]
    expires_in: u64,
}

fn once() -> u64 {
    1
}

fn a_day() -> u64 {
    86_400
}

/// An initial access token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::InitialAccessToken)]
pub(crate) struct InitialAccessTokenBody {
    /// The token: it is sent as a bearer token with the registration.
    #[schema(example = "iat_Jw3fYh8rKq5vXn1mZs6tCb9pLd2gTa7eRu4oIi0kWxE")]
    initial_access_token: String,
    /// How many clients it registers.
    #[schema(example = 1)]
    uses: u16,
    /// When it ends, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    expires_at: i64,
}

/// Issues an initial access token. It is told here and never again.
#[utoipa::path(
    post, path = "/oauth2/initial-access-tokens", tag = "oidc", request_body = NewInitialAccessToken,
    responses(
        (status = 201, description = "The token", body = InitialAccessTokenBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn issue(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    JsonBody(NewInitialAccessToken { uses, expires_in }): JsonBody<NewInitialAccessToken>,
) -> Result<Response, ApiError> {
    let issued = initial_access::issue(Asker { provider: &provider, who: &who }, uses, expires_in).await?;
    let Issued { token, uses, expires_at } = issued;
    let expires_at = expires_at.timestamp();
    Ok(told(StatusCode::CREATED, &InitialAccessTokenBody { initial_access_token: token, uses, expires_at }))
}
