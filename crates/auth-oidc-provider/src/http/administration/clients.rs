//! `/oauth2/clients`: clients for operators, and for those who own some.

use auth_core::session::CurrentSession;
use auth_core::{ApiError, ErrorBody, JsonBody, QueryParams};
use auth_protocol::registration::RegistrationResponse;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::{done, told};
use crate::entity::client;
use crate::flow::administration::Asker;
use crate::flow::administration::clients::{self, Told};
use crate::flow::manage::described;
use crate::http::schema::{ManagedClient, WantedClient};
use crate::provider::Provider;

/// A client as those who manage it see it.
#[derive(Debug, Serialize)]
struct ClientBody {
    #[serde(flatten)]
    client: RegistrationResponse,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_scope: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    introspects: Vec<String>,
    skip_consent: bool,
    disabled: bool,
    declared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    updated_at: i64,
}

impl ClientBody {
    fn of(client: client::Model, secret: Option<String>) -> Self {
        Self {
            client: described(&client, secret),
            introspects: client.introspects().map(str::to_owned).collect(),
            own_scope: client.own_scope,
            skip_consent: client.skip_consent,
            disabled: client.disabled,
            declared: client.declared,
            user_id: client.user_id,
            updated_at: client.updated_at.timestamp(),
        }
    }
}

impl From<Told> for ClientBody {
    fn from(Told { client, secret }: Told) -> Self {
        Self::of(client, secret)
    }
}

/// Which clients.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListClients {
    /// Only those of this owner.
    user_id: Option<String>,
    /// At most so many: 1 to 100. Default 50.
    #[param(example = 50)]
    limit: Option<u64>,
    /// Goes on where another page has ended.
    cursor: Option<String>,
}

/// A page of clients.
#[derive(Debug, Serialize)]
struct ClientsBody {
    clients: Vec<ClientBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of clients.
#[derive(ToSchema)]
#[schema(as = oidc::ManagedClients)]
#[expect(dead_code, reason = "the description reads it")]
pub(crate) struct ManagedClients {
    /// The clients, the newest first.
    clients: Vec<ManagedClient>,
    /// Leads to the next page, where there is one.
    next_cursor: Option<String>,
}

/// Lists clients, the newest first: all of them for operators, their own for owners.
#[utoipa::path(
    get, path = "/oauth2/clients", tag = "oidc", params(ListClients),
    responses(
        (status = 200, description = "A page of clients", body = ManagedClients),
        (status = 403, description = "Not for this account", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn list(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    QueryParams(ListClients { user_id, limit, cursor }): QueryParams<ListClients>,
) -> Result<Response, ApiError> {
    let asker = Asker { provider: &provider, who: &who };
    let page = clients::list(asker, user_id.as_deref(), limit, cursor.as_deref()).await?;
    let clients = page.entries.into_iter().map(|client| ClientBody::of(client, None)).collect();
    Ok(told(StatusCode::OK, &ClientsBody { clients, next_cursor: page.next }))
}

/// Makes a client. Its secret is told here and never again.
///
/// The metadata is judged as at registration; what only an operator gives comes along.
#[utoipa::path(
    post, path = "/oauth2/clients", tag = "oidc", request_body = WantedClient,
    responses(
        (status = 201, description = "The client as it was stored", body = ManagedClient),
        (status = 400, description = "The client cannot be like that", body = ErrorBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn create(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let client = clients::create(Asker { provider: &provider, who: &who }, body).await?;
    Ok(told(StatusCode::CREATED, &ClientBody::from(client)))
}

/// Says what there is about a client.
#[utoipa::path(
    get, path = "/oauth2/clients/{client_id}", tag = "oidc",
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 200, description = "The client", body = ManagedClient),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 404, description = "There is no such client, or not for this account", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn read(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let client = clients::read(Asker { provider: &provider, who: &who }, &client_id).await?;
    Ok(told(StatusCode::OK, &ClientBody::of(client, None)))
}

/// Changes a client: what is left out stays, and what is null goes (RFC 7396).
///
/// A client that is given consent or scope of its own no longer manages itself. One that is declared in
/// code can be disabled, and nothing else. Owners change what a client could register.
#[utoipa::path(
    patch, path = "/oauth2/clients/{client_id}", tag = "oidc", request_body = WantedClient,
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 200, description = "The client as it is stored, with its secret if it is a new one", body = ManagedClient),
        (status = 400, description = "The client cannot be like that", body = ErrorBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 404, description = "There is no such client, or not for this account", body = ErrorBody),
        (status = 409, description = "It is declared in code", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn update(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    Path(client_id): Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let client = clients::update(Asker { provider: &provider, who: &who }, &client_id, body).await?;
    Ok(told(StatusCode::OK, &ClientBody::from(client)))
}

/// Deletes a client: every token it has is worth nothing from here on.
#[utoipa::path(
    delete, path = "/oauth2/clients/{client_id}", tag = "oidc",
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 404, description = "There is no such client, or not for this account", body = ErrorBody),
        (status = 409, description = "It is declared in code", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn delete(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    clients::delete(Asker { provider: &provider, who: &who }, &client_id).await?;
    Ok(done())
}

/// How a secret is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = oidc::RotateSecret)]
pub(crate) struct RotateSecret {
    /// Whether the secret so far ends at once, as when somebody else may have it. Default no: it counts for a
    /// while longer.
    #[serde(default)]
    at_once: bool,
}

/// Gives a client a new secret. It is told here and never again.
#[utoipa::path(
    post, path = "/oauth2/clients/{client_id}/rotate-secret", tag = "oidc", request_body = RotateSecret,
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 200, description = "The client with its new secret", body = ManagedClient),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 404, description = "There is no such client, or not for this account", body = ErrorBody),
        (status = 409, description = "It is declared in code, or has no secret", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn rotate_secret(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    Path(client_id): Path<String>,
    JsonBody(RotateSecret { at_once }): JsonBody<RotateSecret>,
) -> Result<Response, ApiError> {
    let client = clients::rotate_secret(Asker { provider: &provider, who: &who }, &client_id, at_once).await?;
    Ok(told(StatusCode::OK, &ClientBody::from(client)))
}
