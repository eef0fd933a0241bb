//! The plugin's own endpoints: resource metadata, and the session of a token.

use auth_core::{ApiError, ErrorBody, Unexpected};
use auth_oidc_provider::Document;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::guard::McpGuard;
use crate::session::McpSession;

/// Describes the MCP endpoint as a protected resource (RFC 9728).
#[utoipa::path(
    get, path = "/.well-known/oauth-protected-resource", tag = "mcp",
    responses((status = 200, description = "Protected resource metadata"))
)]
pub(crate) async fn resource_metadata(State(document): State<Document>, headers: HeaderMap) -> Response {
    document.answer(&headers)
}

/// The session of a token. It never holds a token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = mcp::Session)]
pub(crate) struct SessionBody {
    /// The person.
    user_id: String,
    /// The client that acts for them.
    client_id: String,
    /// What it may do, separated by blanks.
    scopes: String,
    /// The MCP endpoint the token is good for.
    resource: String,
    /// When the token ends.
    expires_at: String,
}

/// Returns the session of the bearer token, or `null`.
#[utoipa::path(
    get, path = "/mcp/get-session", tag = "mcp",
    responses(
        (status = 200, description = "The session, or null without a valid token for the MCP endpoint", body = Option<SessionBody>),
        (status = 500, description = "Something failed on our side", body = ErrorBody),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn get_session(State(guard): State<McpGuard>, headers: HeaderMap) -> Result<Response, ApiError> {
    let session = guard.session(&headers).await.map_err(|denial| Unexpected::new(denial.to_string()))?;
    let body = session.map(|session: McpSession| SessionBody {
        user_id: session.user_id,
        client_id: session.client_id,
        scopes: session.scopes.to_string(),
        resource: session.resource,
        expires_at: DateTime::from_timestamp(session.expires_at, 0)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    let mut response = Json(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
