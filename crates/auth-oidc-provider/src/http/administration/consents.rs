//! `/oauth2/consents`: what people have allowed, for operators.

use auth_core::session::CurrentSession;
use auth_core::{ApiError, ErrorBody, QueryParams};
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{done, told};
use crate::flow::administration::Asker;
use crate::flow::administration::consents;
use crate::flow::allowed::Allowed;
use crate::provider::Provider;
use crate::store::allowed::Side;

/// Whose consents: of one person, or to one client.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListConsents {
    /// The person; or else the client.
    user_id: Option<String>,
    /// The client; or else the person.
    client_id: Option<String>,
    /// At most so many: 1 to 100. Default 50.
    #[param(example = 50)]
    limit: Option<u64>,
    /// Goes on where another page has ended.
    cursor: Option<String>,
}

/// What a person has allowed a client.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::Consent)]
pub(crate) struct ConsentBody {
    /// The person.
    #[schema(example = "0192f0c1-7a4e-7cc3-9c2b-5d1c0e6f8a21")]
    user_id: String,
    /// The client.
    #[schema(example = "Tz7LrQm1xV0sYc4pKd8wBn3uHf6jGa2e")]
    client_id: String,
    /// What the client calls itself.
    #[schema(example = "Notes for the desk")]
    client_name: String,
    /// What it may do.
    #[schema(example = "openid notes:write")]
    scope: String,
    /// Where it may do that.
    #[schema(example = json!(["https://mcp.example.com/mcp"]))]
    resources: Vec<String>,
    /// Whether it holds tokens or can get new ones; else the person would only not be asked again.
    #[schema(example = true)]
    connected: bool,
    /// When something of it was first allowed, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    created_at: i64,
    /// When something was last allowed, in seconds since the Unix epoch.
    #[schema(example = 1_768_478_400)]
    updated_at: i64,
}

/// A page of what was allowed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::Consents)]
pub(crate) struct ConsentsBody {
    /// What was allowed.
    consents: Vec<ConsentBody>,
    /// Leads to the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<Allowed> for ConsentBody {
    fn from(allowed: Allowed) -> Self {
        Self {
            user_id: allowed.user_id,
            client_id: allowed.client.client_id,
            client_name: allowed.client.name,
            scope: allowed.scope.to_string(),
            resources: allowed.resources,
            connected: allowed.is_connected,
            created_at: allowed.since.timestamp(),
            updated_at: allowed.last.timestamp(),
        }
    }
}

/// Lists what one person has allowed, by client, or what one client was allowed, by person.
#[utoipa::path(
    get, path = "/oauth2/consents", tag = "oidc", params(ListConsents),
    responses(
        (status = 200, description = "A page of what was allowed", body = ConsentsBody),
        (status = 403, description = "Not for this account", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn list(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    QueryParams(ListConsents { user_id, client_id, limit, cursor }): QueryParams<ListConsents>,
) -> Result<Response, ApiError> {
    let side = match (&user_id, &client_id) {
        (Some(user_id), None) => Side::Person(user_id),
        (None, Some(client_id)) => Side::Client(client_id),
        (None, None) | (Some(_), Some(_)) => {
            return Err(ApiError::validation("[query] expected either user_id or client_id"));
        }
    };
    let page = consents::list(Asker { provider: &provider, who: &who }, side, limit, cursor.as_deref()).await?;
    let consents = page.entries.into_iter().map(ConsentBody::from).collect();
    Ok(told(StatusCode::OK, &ConsentsBody { consents, next_cursor: page.next }))
}

/// Takes back what a person has allowed a client.
///
/// Its tokens for this person are worth nothing from here on, and it asks again before it gets new ones.
#[utoipa::path(
    delete, path = "/oauth2/consents/{client_id}/{user_id}", tag = "oidc",
    params(
        ("client_id" = String, Path, description = "The client"),
        ("user_id" = String, Path, description = "The person")
    ),
    responses(
        (status = 204, description = "Taken back"),
        (status = 403, description = "Not for this account", body = ErrorBody),
        (status = 404, description = "Nothing was allowed to this client", body = ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn withdraw(
    State(provider): State<Provider>,
    CurrentSession(who): CurrentSession,
    Path((client_id, user_id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    consents::withdraw(Asker { provider: &provider, who: &who }, &user_id, &client_id).await?;
    Ok(done())
}
