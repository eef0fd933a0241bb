//! What a person has allowed: `GET /oauth2/get-consents`, `POST /oauth2/delete-consent`.

use auth_core::session::CurrentSession;
use auth_core::{ApiError, JsonBody};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes::CONSENT_NOT_FOUND;
use crate::error::no_store;
use crate::flow::allowed::{self, Allowed, Withdrawal};
use crate::provider::Provider;

/// A client, and all that the person who is signed in has allowed it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = oidc::AllowedClient)]
pub(crate) struct AllowedBody {
    /// The client.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: String,
    /// What the client calls itself; nobody has checked it.
    #[schema(example = "Notes for the desk")]
    client_name: String,
    /// Its home page, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://notes.example.com")]
    client_uri: Option<String>,
    /// What it may do, in plain words.
    scopes: Vec<AllowedScope>,
    /// Where it may do that.
    #[schema(example = json!(["https://mcp.example.com/mcp"]))]
    resources: Vec<String>,
    /// Whether it holds tokens or can get new ones; else it would only not be asked about again.
    #[schema(example = true)]
    connected: bool,
    /// When something of it was first allowed.
    #[schema(example = "2026-01-15T12:00:00.000Z")]
    created_at: String,
    /// When something was last allowed.
    #[schema(example = "2026-01-15T12:00:00.000Z")]
    updated_at: String,
}

/// A scope in plain words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::AllowedScope)]
pub(crate) struct AllowedScope {
    /// The scope.
    #[schema(example = "notes:write")]
    name: String,
    /// What it allows.
    #[schema(example = "Write and delete your notes")]
    description: String,
}

/// Lists the clients the person who is signed in has allowed anything, the latest first.
#[utoipa::path(
    get, path = "/oauth2/get-consents", tag = "oidc",
    responses((status = 200, description = "What was allowed, by client", body = Vec<AllowedBody>)),
    security(("session" = []))
)]
pub(crate) async fn get_consents(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
) -> Result<Response, ApiError> {
    let all = allowed::list(&provider, &who.user.id).await?;
    let all: Vec<AllowedBody> = all.into_iter().map(|allowed| body(&provider, allowed)).collect();
    let mut response = Json(all).into_response();
    no_store(response.headers_mut());
    Ok(response)
}

fn body(provider: &Provider, allowed: Allowed) -> AllowedBody {
    let scopes = allowed
        .scope
        .iter()
        .map(|name| AllowedScope { name: name.to_owned(), description: provider.describe(name) })
        .collect();
    let metadata = allowed.client.metadata.as_ref();
    let client_uri = metadata.and_then(|metadata| metadata.get("client_uri")?.as_str()).map(str::to_owned);
    AllowedBody {
        client_id: allowed.client.client_id,
        client_name: allowed.client.name,
        client_uri,
        scopes,
        resources: allowed.resources,
        connected: allowed.is_connected,
        created_at: written(allowed.since),
        updated_at: written(allowed.last),
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Which client.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = oidc::DeleteConsent)]
pub(crate) struct DeleteConsent {
    /// The client.
    #[serde(alias = "clientId")]
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: String,
}

/// That it is done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::ConsentDeleted)]
pub(crate) struct ConsentDeleted {
    /// Always true.
    #[schema(example = true)]
    status: bool,
}

/// Takes back all that the person who is signed in has allowed a client.
///
/// Its tokens are worth nothing from here on, and it asks again before it gets new ones.
#[utoipa::path(
    post, path = "/oauth2/delete-consent", tag = "oidc", request_body = DeleteConsent,
    responses(
        (status = 200, description = "Taken back", body = ConsentDeleted),
        (status = 404, description = "Nothing was allowed to this client", body = auth_core::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn delete_consent(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    JsonBody(DeleteConsent { client_id }): JsonBody<DeleteConsent>,
) -> Result<Json<ConsentDeleted>, ApiError> {
    let withdrawal = Withdrawal { user_id: &who.user.id, client_id: &client_id, by: None };
    if allowed::withdraw(&provider, withdrawal).await? {
        return Ok(Json(ConsentDeleted { status: true }));
    }
    Err(ApiError::code(CONSENT_NOT_FOUND))
}
