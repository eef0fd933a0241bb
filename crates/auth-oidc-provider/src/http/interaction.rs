//! `GET /oauth2/interaction`: what an app's own consent page shows.

use auth_core::{ApiError, ErrorBody};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use super::consent::{ConsentQuery, client_host, handle, scopes};
use crate::codes::INVALID_CONSENT_CODE;
use crate::error::no_store;
use crate::flow::consent;
use crate::provider::Provider;

/// What a client asks for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = oidc::Interaction)]
pub(crate) struct InteractionBody {
    /// The client.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: String,
    /// What the client calls itself; nobody has checked it.
    #[schema(example = "Notes for the desk")]
    client_name: String,
    /// The host of its home page, if the answer goes there too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "notes.example.com")]
    client_host: Option<String>,
    /// The host or scheme the answer goes to.
    #[schema(example = "127.0.0.1")]
    redirect_target: String,
    /// Whether the answer goes to a program on this person's machine.
    #[schema(example = true)]
    local_program: bool,
    /// What it asks for, in plain words.
    scopes: Vec<InteractionScope>,
    /// What its tokens would be good for.
    #[schema(example = json!(["https://mcp.example.com/mcp"]))]
    resources: Vec<String>,
    /// The account that is signed in.
    #[schema(example = "alice@example.com")]
    account: String,
}

/// A scope in plain words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::InteractionScope)]
pub(crate) struct InteractionScope {
    /// The scope.
    #[schema(example = "notes:write")]
    name: String,
    /// What it allows.
    #[schema(example = "Write and delete your notes")]
    description: String,
}

/// Says what a client asks for, to the person it asks.
#[utoipa::path(
    get, path = "/oauth2/interaction", tag = "oidc", params(ConsentQuery),
    responses(
        (status = 200, description = "What the client asks for", body = InteractionBody),
        (status = 400, description = "There is nothing to answer", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn interaction(
    State(provider): State<Provider>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let nothing = || ApiError::code(INVALID_CONSENT_CODE);
    let handle = handle(query).ok_or_else(nothing)?;
    let pending = consent::pending(&provider, &headers, &handle).await?.map_err(|_| nothing())?;
    let to = pending.asked.redirect_uri();
    let body = InteractionBody {
        client_id: pending.asked.client.client_id.clone(),
        client_name: pending.asked.client.name.clone(),
        client_host: client_host(&pending),
        redirect_target: to.display_target().to_owned(),
        local_program: to.is_loopback() || to.is_private_use(),
        scopes: scopes(&provider, &pending)
            .into_iter()
            .map(|scope| InteractionScope { name: scope.name, description: scope.description })
            .collect(),
        resources: pending.asked.resources.iter().map(ToString::to_string).collect(),
        account: pending.who.user.email.clone(),
    };
    let mut response = Json(body).into_response();
    no_store(response.headers_mut());
    Ok(response)
}
