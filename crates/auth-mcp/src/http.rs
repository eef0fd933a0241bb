//! The plugin's own endpoints: resource metadata, and the session of a token.

use auth_core::{ApiError, Unexpected};
use auth_oidc_provider::Document;
use axum::Json;
use axum::extract::{Request, State};
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
    responses(
        (status = 200, description = "What the MCP endpoint needs; may be kept for five minutes", body = ResourceMetadata),
        (status = 304, description = "The caller has this document"),
    )
)]
pub(crate) async fn resource_metadata(State(document): State<Document>, headers: HeaderMap) -> Response {
    document.answer(&headers)
}

/// The MCP endpoint as a protected resource (RFC 9728 §2). The wire type lives in `auth-protocol`.
#[derive(ToSchema)]
#[schema(as = mcp::ResourceMetadata)]
#[expect(dead_code, reason = "read by the API description only")]
pub(crate) struct ResourceMetadata {
    /// The identifier, as clients must name it in `resource`.
    #[schema(example = "https://app.example.com/mcp")]
    resource: String,
    /// The issuers whose tokens it takes.
    #[schema(example = json!(["https://app.example.com"]))]
    authorization_servers: Vec<String>,
    /// The scope every request needs.
    #[schema(example = json!(["mcp:tools"]))]
    scopes_supported: Option<Vec<String>>,
    /// Where a token goes.
    #[schema(example = json!(["header"]))]
    bearer_methods_supported: Vec<String>,
    /// The algorithms of proofs of possession (RFC 9449).
    #[schema(example = json!(["ES256", "EdDSA"]))]
    dpop_signing_alg_values_supported: Vec<String>,
    /// Whether only tokens that are bound to a key are taken.
    dpop_bound_access_tokens_required: Option<bool>,
}

/// The session of a token. It never holds a token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = mcp::Session)]
pub(crate) struct SessionBody {
    /// The person, as the client knows them; null where it acts for itself.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    user_id: Option<String>,
    /// The client.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: String,
    /// What it may do, separated by blanks.
    #[schema(example = "mcp:tools")]
    scopes: String,
    /// The MCP endpoint the token is good for.
    #[schema(example = "https://app.example.com/mcp")]
    resource: String,
    /// When the token ends.
    #[schema(example = "2026-01-15T13:00:00.000Z")]
    expires_at: String,
}

/// Returns the session of the bearer token, or `null`.
///
/// A token that is missing, over or for something else is no error here: it has no session.
#[utoipa::path(
    get, path = "/mcp/get-session", tag = "mcp",
    responses(
        (status = 200, description = "The session, or null without a valid token for an MCP endpoint", body = Option<SessionBody>),
    ),
    security((), ("bearer" = []))
)]
pub(crate) async fn get_session(State(guard): State<McpGuard>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let mut session = None;
    for guard in guard.each() {
        session = guard.session(&parts).await.map_err(Unexpected::new)?;
        if session.is_some() {
            break;
        }
    }
    let body = session.map(|session: McpSession| SessionBody {
        // Whoever has the token reads this: the client.
        user_id: session.subject,
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
