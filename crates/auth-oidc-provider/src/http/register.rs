//! `POST /oauth2/register`. RFC 7591 §3.

use auth_protocol::error::{OAuthError, OAuthErrorCode};
use auth_protocol::registration::ClientMetadata as Metadata;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};

use super::bearer::{challenge, presented};
use super::form::body;
use super::schema::{Client, ClientMetadata};
use crate::error::{ErrorBody, OAuthFailure, no_store};
use crate::flow::admission::Applicant;
use crate::flow::register;
use crate::provider::Provider;

/// Client metadata as JSON.
pub(crate) struct MetadataBody(pub(super) Metadata);

impl<S: Send + Sync> FromRequest<S> for MetadataBody {
    type Rejection = OAuthFailure;

    async fn from_request(request: Request, state: &S) -> Result<Self, OAuthFailure> {
        read(request, state).await.map(Self).inspect_err(OAuthFailure::log)
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Metadata, OAuthFailure> {
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = given.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(OAuthFailure::new(OAuthErrorCode::InvalidClientMetadata, "the body must be application/json"));
    }
    let body = body(request, state).await.map_err(|failure| match failure {
        OAuthFailure::Refused(error) => {
            OAuthFailure::Refused(OAuthError::new(OAuthErrorCode::InvalidClientMetadata, error.description))
        }
        OAuthFailure::Coded { .. } | OAuthFailure::TooMany { .. } | OAuthFailure::Unexpected(_) => failure,
    })?;
    Ok(Metadata::parse(&body)?)
}

/// Registers a client. The answer states what was stored: what is not acceptable is left out.
///
/// Who may is the app's to say: anybody, people who are signed in, or whoever has an initial access
/// token; a session counts only where the request comes from a page of this origin, and then
/// its person is noted as the owner.
#[utoipa::path(
    post, path = "/oauth2/register", tag = "oidc", request_body = ClientMetadata,
    responses(
        (status = 201, description = "The client as it was stored", body = Client),
        (status = 400, description = "No redirect URI is acceptable, or the metadata is malformed", body = ErrorBody),
        (status = 401, description = "An initial access token is needed", body = ErrorBody, headers(
            ("www-authenticate" = String, description = "`Bearer`, with the error if there was a token")
        )),
        (status = 403, description = "Only people who are signed in may register clients", body = ErrorBody),
    )
)]
pub(crate) async fn register(
    State(provider): State<Provider>,
    headers: HeaderMap,
    MetadataBody(metadata): MetadataBody,
) -> Result<Response, OAuthFailure> {
    let person = owner(&provider, &headers).await?;
    let token = match presented(&headers) {
        Ok(token) => token,
        Err(error) => return Ok(challenge(StatusCode::BAD_REQUEST, Some(&error))),
    };
    let applicant = Applicant { person, token };
    match register::register(&provider, &metadata, applicant).await {
        Ok(client) => {
            let mut response = (StatusCode::CREATED, Json(client)).into_response();
            no_store(response.headers_mut());
            Ok(response)
        }
        Err(OAuthFailure::Refused(error)) if error.code == OAuthErrorCode::InvalidToken => {
            Ok(challenge(StatusCode::UNAUTHORIZED, token.map(|_| &error)))
        }
        Err(failure) => Err(failure),
    }
}

/// The person signed in on a page of ours; a cookie that came from anywhere else counts for nothing.
async fn owner(provider: &Provider, headers: &HeaderMap) -> Result<Option<String>, OAuthFailure> {
    let ours = headers.get(header::ORIGIN).is_some_and(|origin| origin == provider.cx().config().origin().as_str());
    if !ours {
        return Ok(None);
    }
    Ok(provider.cx().find_session(headers).await?.map(|who| who.user.id))
}
