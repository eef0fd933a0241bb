//! `/oauth2/resources`: what tokens can be good for, for operators.

use auth_core::session::CurrentSession;
use auth_core::{ApiError, ErrorBody, JsonBody};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::told;
use crate::entity::resource;
use crate::flow::administration::Asker;
use crate::flow::administration::resources;
use crate::http::schema::{NewResource, WantedResource};
use crate::provider::Provider;

/// Something tokens can be good for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::Resource)]
pub(crate) struct ResourceBody {
    /// The row's id.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    id: String,
    /// What clients call it.
    #[schema(example = "https://files.example.com")]
    identifier: String,
    /// The scope a client needs to do anything there.
    #[schema(example = "files:read")]
    base_scope: String,
    /// The only scopes of a token for it, besides; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "files:write")]
    allowed_scopes: Option<String>,
    /// `opaque` or `jwt`.
    #[schema(example = "jwt")]
    access_token_format: String,
    /// Seconds its access tokens live; absent means as the provider says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 600)]
    access_token_expires_in: Option<i32>,
    /// Claims that stand in each of its access tokens that is a JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Value>,
    /// Whether its access tokens have to be bound to a key.
    dpop_bound_access_tokens_required: bool,
    /// Whether it is declared in code.
    declared: bool,
    /// Whether no token is issued for it.
    disabled: bool,
    /// When it was written, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    created_at: i64,
    /// When it last changed, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    updated_at: i64,
}

impl From<resource::Model> for ResourceBody {
    fn from(row: resource::Model) -> Self {
        Self {
            id: row.id,
            identifier: row.identifier,
            base_scope: row.base_scope,
            allowed_scopes: row.allowed_scopes,
            access_token_format: row.access_token_format,
            access_token_expires_in: row.access_token_ttl,
            claims: row.custom_claims,
            dpop_bound_access_tokens_required: row.dpop_bound_access_tokens_required,
            declared: row.declared,
            disabled: row.disabled,
            created_at: row.created_at.timestamp(),
            updated_at: row.updated_at.timestamp(),
        }
    }
}

/// All resources.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::Resources)]
pub(crate) struct ResourcesBody {
    /// The resources, the oldest first.
    resources: Vec<ResourceBody>,
}

/// Lists all resources, the oldest first.
#[utoipa::path(
    get, path = "/oauth2/resources", tag = "oidc",
    responses(
        (status = 200, description = "All resources", body = ResourcesBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn list(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
) -> Result<Response, ApiError> {
    let all = resources::list(Asker { provider: &provider, who: &who }).await?;
    Ok(told(StatusCode::OK, &ResourcesBody { resources: all.into_iter().map(ResourceBody::from).collect() }))
}

/// Makes a resource. Every instance knows it within a minute.
#[utoipa::path(
    post, path = "/oauth2/resources", tag = "oidc", request_body = NewResource,
    responses(
        (status = 201, description = "The resource as it was stored", body = ResourceBody),
        (status = 400, description = "The resource cannot be like that", body = ErrorBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 409, description = "There is one of this identifier", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn create(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let row = resources::create(Asker { provider: &provider, who: &who }, body).await?;
    Ok(told(StatusCode::CREATED, &ResourceBody::from(row)))
}

/// Changes a resource: what is left out stays, and what is null goes (RFC 7396).
///
/// For one that is disabled no token is issued; those there are go on to their end. One that is declared in
/// code can be disabled, and nothing else.
#[utoipa::path(
    patch, path = "/oauth2/resources/{id}", tag = "oidc", request_body = WantedResource,
    params(("id" = String, Path, description = "The id of its row")),
    responses(
        (status = 200, description = "The resource as it is stored", body = ResourceBody),
        (status = 400, description = "The resource cannot be like that", body = ErrorBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 404, description = "There is no such resource", body = ErrorBody),
        (status = 409, description = "It is declared in code", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn update(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Result<Response, ApiError> {
    let row = resources::update(Asker { provider: &provider, who: &who }, &id, body).await?;
    Ok(told(StatusCode::OK, &ResourceBody::from(row)))
}
