//! The consent page, and `POST /oauth2/consent` for an app's own page.

use auth_core::pages::{ConsentView, FormTarget, Hidden, ScopeView, page};
use auth_core::{ApiError, CSRF_FIELD, Csrf, FormBody, JsonBody, codes};
use auth_protocol::client_id_document::ClientIdUrl;
use auth_protocol::params::Params;
use auth_protocol::scope::Scope;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{enter, error_page, no_renderer, nothing_to_answer, redirect, unread};
use crate::codes::INVALID_CONSENT_CODE;
use crate::error::no_store;
use crate::flow::consent::{self, Answer, NothingToAnswer, Pending};
use crate::flow::next::Door;
use crate::provider::Provider;

/// Which request a consent page is about.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the API description only")]
pub(crate) struct ConsentQuery {
    /// The handle of the request.
    #[param(example = "oCk3vT9sYq2mXw7rLz5pBd8nGf1hJa4eKu6iRt0cWxE")]
    consent_code: String,
}

/// Shows what a client asks for.
#[utoipa::path(
    get, path = "/consent", tag = "oidc", params(ConsentQuery),
    responses(
        (status = 200, description = "The page", content_type = "text/html", body = String),
        (status = 303, description = "The client asks for a more recent sign-in", headers(
            ("location" = String, description = "The sign-in page")
        )),
        (status = 400, description = "A page that says why there is nothing to answer",
            content_type = "text/html", body = String),
        (status = 403, description = "A page: the request waits for somebody else",
            content_type = "text/html", body = String),
        (status = 501, description = "The app lists no renderer of pages", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn consent_page(
    State(provider): State<Provider>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(handle) = handle(query) else { return nothing_to_answer(&provider, NothingToAnswer::Expired) };
    match consent::pending(&provider, &headers, &handle).await {
        Ok(Ok(pending)) => show(&provider, &headers, &pending, &handle),
        Ok(Err(why)) => unanswerable(&provider, why, &handle),
        Err(failure) => provider.cx().failure_page(&failure),
    }
}

/// The handle a query names, once.
pub(crate) fn handle(query: Option<String>) -> Option<String> {
    let params = Params::parse(query.unwrap_or_default(), &[]).ok()?;
    params.get("consent_code").map(str::to_owned)
}

/// Sends a person whose sign-in is not recent enough to sign in again, and tells others why not.
fn unanswerable(provider: &Provider, why: NothingToAnswer, handle: &str) -> Response {
    match why {
        NothingToAnswer::SignInFirst => enter(provider, Door::SignIn, handle, StatusCode::SEE_OTHER),
        NothingToAnswer::Expired | NothingToAnswer::Answered | NothingToAnswer::NotYours => {
            nothing_to_answer(provider, why)
        }
    }
}

fn show(provider: &Provider, headers: &HeaderMap, pending: &Pending, handle: &str) -> Response {
    let Some(pages) = provider.cx().pages() else { return no_renderer(provider) };
    let csrf = match Csrf::of(provider.cx(), headers) {
        Ok(csrf) => csrf,
        Err(failure) => return provider.cx().failure_page(&failure),
    };
    let hidden =
        vec![Hidden { name: CSRF_FIELD, value: csrf.token }, Hidden { name: "consent_code", value: handle.to_owned() }];
    let to = pending.asked.redirect_uri();
    let html = pages.consent(&ConsentView {
        app_name: provider.cx().config().app_name().to_owned(),
        form: FormTarget { action: provider.options().consent_page.clone(), hidden },
        client_name: pending.asked.client.name.clone(),
        client_host: client_host(pending),
        redirect_target: to.display_target().to_owned(),
        local_program: to.is_loopback() || to.is_private_use(),
        scopes: scopes(provider, pending),
        resources: pending.asked.resources.iter().map(ToString::to_string).collect(),
        account: pending.who.user.email.clone(),
    });
    let response = page(StatusCode::OK, html, Some(&to.form_action_source()));
    super::page::with_cookie(response, csrf.cookie)
}

/// The host of its metadata document, or that of the client's home page, where the answer goes there too. Any other host is a claim
/// nobody has checked, and would lend its name to whoever registers it.
pub(crate) fn client_host(pending: &Pending) -> Option<String> {
    if pending.asked.client.document_expires_at.is_some() {
        // It has shown that it is at home there.
        return Some(ClientIdUrl::parse(&pending.asked.client.client_id).ok()?.host().to_owned());
    }
    let uri = pending.asked.client.metadata.as_ref()?.get("client_uri")?.as_str()?;
    let host = url::Url::parse(uri).ok()?.host_str()?.to_owned();
    let to = pending.asked.redirect_uri();
    let goes_there = !to.is_private_use() && to.display_target() == host;
    goes_there.then_some(host)
}

pub(crate) fn scopes(provider: &Provider, pending: &Pending) -> Vec<ScopeView> {
    let view = |name: &str| ScopeView { name: name.to_owned(), description: provider.describe(name) };
    pending.asked.scope.iter().map(view).collect()
}

/// The answer of a person, from the built-in page.
#[derive(ToSchema)]
#[schema(as = oidc::ConsentForm)]
#[expect(dead_code, reason = "read by the API description only")]
pub(crate) struct ConsentForm {
    /// The handle of the request.
    #[schema(example = "oCk3vT9sYq2mXw7rLz5pBd8nGf1hJa4eKu6iRt0cWxE")]
    consent_code: String,
    /// `allow` or `deny`.
    #[schema(example = "allow")]
    decision: String,
    /// The page's CSRF token.
    #[schema(example = "m3Vq8xTz1rKp6wLs9yNb4dGc7fHj2aEe5uIo0kRtWxQ")]
    csrf: String,
}

/// Takes the answer of the built-in page and sends the browser back to the client.
#[utoipa::path(
    post, path = "/consent", tag = "oidc",
    request_body(content = ConsentForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the client, with a code or an error", headers(
            ("location" = String, description = "The redirect URI with `iss`, the `state`, and a `code` or an `error`; \
                or the sign-in page where the client asks for a more recent sign-in")
        )),
        (status = 400, description = "A page: nothing to answer, or the form says neither yes nor no",
            content_type = "text/html", body = String),
        (status = 403, description = "A page: the form is out of date, or not this person's",
            content_type = "text/html", body = String),
        (status = 413, description = "A page: the form is too large", content_type = "text/html", body = String),
        (status = 415, description = "A page: the body is no form", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn consent_form(
    State(provider): State<Provider>,
    headers: HeaderMap,
    form: Result<FormBody, ApiError>,
) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return unread(&provider, refusal.into()),
    };
    if Csrf::check(provider.cx(), &headers, form.get(CSRF_FIELD)).is_err() {
        let message = "This form is out of date, or your browser did not keep its cookie.";
        let hint = "Go back, reload the page and answer again.";
        return error_page(&provider, StatusCode::FORBIDDEN, "Please answer again", message, Some(hint));
    }
    let answer = match form.get("decision") {
        "allow" => Answer::Allow(None),
        "deny" => Answer::Deny,
        _ => {
            let message = "The form says neither yes nor no.";
            return error_page(&provider, StatusCode::BAD_REQUEST, "Please answer again", message, None);
        }
    };
    let pending = match consent::pending(&provider, &headers, form.get("consent_code")).await {
        Ok(Ok(pending)) => pending,
        Ok(Err(why)) => return unanswerable(&provider, why, form.get("consent_code")),
        Err(failure) => return provider.cx().failure_page(&failure),
    };
    match consent::answer(&provider, &pending, &answer).await {
        Ok(Some(url)) => redirect(&provider, &url, StatusCode::SEE_OTHER),
        Ok(None) => nothing_to_answer(&provider, NothingToAnswer::Answered),
        Err(failure) => provider.cx().failure_page(&failure),
    }
}

/// The answer of a person, from an app's own page.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = oidc::ConsentAnswer)]
pub(crate) struct ConsentAnswer {
    /// Yes or no.
    #[schema(example = true)]
    accept: bool,
    /// The handle of the request.
    #[schema(example = "oCk3vT9sYq2mXw7rLz5pBd8nGf1hJa4eKu6iRt0cWxE")]
    consent_code: String,
    /// What of it the person allows, separated by blanks; absent means all. Never more than asked.
    #[serde(alias = "scope")]
    #[schema(example = "openid")]
    scopes: Option<String>,
}

/// Where to send the browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::ConsentRedirect)]
pub(crate) struct ConsentRedirect {
    /// The client's URL, with a code or an error.
    #[serde(rename = "redirectURI")]
    #[schema(
        example = "http://127.0.0.1:8976/callback?code=ac_pV9sT2kLr7Wm4xQz1bNc8yHd5gJf3aSe0uKi6oRtEwY&iss=https%3A%2F%2Fauth.example.com"
    )]
    redirect_uri: String,
}

/// Takes the answer of an app's own page. Needs the session, the browser's cookie and our origin.
#[utoipa::path(
    post, path = "/oauth2/consent", tag = "oidc", request_body = ConsentAnswer,
    responses(
        (status = 200, description = "Answered; the browser is to go on", body = ConsentRedirect),
        (status = 400, description = "There is nothing to answer, or the body does not have this shape",
            body = auth_core::ErrorBody),
    ),
    security(("session" = []))
)]
pub(crate) async fn consent_json(
    State(provider): State<Provider>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ConsentAnswer>,
) -> Result<Response, ApiError> {
    // A page of ours always sends its origin; without one this is no answer of a person.
    if !headers.contains_key(header::ORIGIN) {
        return Err(ApiError::code(codes::MISSING_OR_NULL_ORIGIN));
    }
    let nothing = || ApiError::code(INVALID_CONSENT_CODE);
    let pending = consent::pending(&provider, &headers, &body.consent_code).await?.map_err(|_| nothing())?;
    if !pending.of_browser {
        return Err(nothing());
    }
    let answer = if body.accept { Answer::Allow(narrowed(&pending, body.scopes.as_deref())?) } else { Answer::Deny };
    let redirect_uri = consent::answer(&provider, &pending, &answer).await?.ok_or_else(nothing)?;
    let mut response = Json(ConsentRedirect { redirect_uri }).into_response();
    no_store(response.headers_mut());
    Ok(response)
}

/// Reads the scope a person allows; more than was asked for is refused.
fn narrowed(pending: &Pending, scopes: Option<&str>) -> Result<Option<Scope>, ApiError> {
    let Some(scopes) = scopes else { return Ok(None) };
    match Scope::parse(scopes) {
        Ok(scope) if !scope.is_empty() && scope.is_subset_of(&pending.asked.scope) => Ok(Some(scope)),
        Ok(_) | Err(_) => Err(ApiError::validation("[body.scopes] must be part of what was asked for")),
    }
}
