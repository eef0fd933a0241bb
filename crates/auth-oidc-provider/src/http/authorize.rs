//! `GET|POST /oauth2/authorize`. RFC 6749 §3.1.

use auth_protocol::params::Params;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::form::{OAuthForm, REPEATABLE};
use super::page;
use super::schema::AuthorizationRequest;
use crate::error::OAuthFailure;
use crate::flow::authorize;
use crate::flow::next::Next;
use crate::provider::Provider;

/// Begins an authorization, or goes on with one that waited for its person.
///
/// Answers with a redirect: to the sign-in page, to the consent page, or back to the client with a
/// code or an error. Until client and redirect URI are trusted, with a page of our own.
#[utoipa::path(
    get, path = "/oauth2/authorize", tag = "oidc", params(AuthorizationRequest),
    responses(
        (status = 302, description = "On to sign-in, consent, or back to the client", headers(
            ("location" = String, description = "The sign-in page, the consent page, or the redirect URI with `iss`, \
                the `state`, and a `code` or an `error`: `access_denied`, `consent_required`, \
                `invalid_request`, `invalid_scope`, `invalid_target`, `login_required`, \
                `registration_not_supported`, `request_not_supported`, `request_uri_not_supported` or \
                `unsupported_response_type`")
        )),
        (status = 400, description = "A page that says what is wrong: client or redirect URI cannot be trusted, \
            or the request has expired, was answered or began in another browser",
            content_type = "text/html", body = String),
        (status = 403, description = "A browser asked for the page before its person did",
            content_type = "text/html", body = String),
        (status = 429, description = "A page: too many requests, or too many open ones in this browser",
            content_type = "text/html", body = String),
    )
)]
pub(crate) async fn authorize(
    State(provider): State<Provider>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if is_prefetch(&headers) {
        return page::error_page(&provider, StatusCode::FORBIDDEN, "Not prefetched", "Open this page yourself.", None);
    }
    let params = match Params::parse(query.unwrap_or_default(), &REPEATABLE) {
        Ok(params) => params,
        Err(error) => return page::next(&provider, Next::Malformed(error)),
    };
    let next = match params.get("interaction") {
        Some(handle) => authorize::resume(&provider, &headers, handle).await,
        None => authorize::begin(&provider, &headers, &params).await,
    };
    match next {
        Ok(next) => page::next(&provider, next),
        Err(failure) => provider.cx().failure_page(&failure),
    }
}

/// Begins an authorization with posted parameters.
///
/// The session is not read: the request is stored and the browser sent to a GET.
#[utoipa::path(
    post, path = "/oauth2/authorize", tag = "oidc",
    request_body(content = AuthorizationRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "On to a GET of this endpoint, or back to the client", headers(
            ("location" = String, description = "This endpoint, or the redirect URI with an `error`")
        )),
        (status = 400, description = "A page that says what is wrong", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn authorize_post(
    State(provider): State<Provider>,
    form: Result<OAuthForm, OAuthFailure>,
) -> Response {
    let params = match form {
        Ok(OAuthForm(params)) => params,
        Err(failure) => return page::unread(&provider, failure),
    };
    match authorize::store_posted(&provider, &params).await {
        Ok(Next::Redirect(url)) => page::redirect(&provider, &url, StatusCode::SEE_OTHER),
        Ok(next) => page::next(&provider, next),
        Err(failure) => provider.cx().failure_page(&failure),
    }
}

/// Browsers announce speculative loads; one must not begin anything.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("prerender"))
}
