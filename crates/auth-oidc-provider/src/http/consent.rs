//! The consent page, and `POST /oauth2/consent` for an app's own page.

use auth_core::pages::{ConsentView, FormTarget, Hidden, ScopeView, page};
use auth_core::{ApiError, CSRF_FIELD, Csrf, ErrorCode, FormBody, JsonBody};
use auth_protocol::params::Params;
use auth_protocol::scope::Scope;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::page::{error_page, no_renderer, nothing_to_answer, redirect, sign_in};
use crate::error::no_store;
use crate::flow::consent::{self, Answer, NothingToAnswer, Pending};
use crate::provider::Provider;

/// What every answer without something to answer says.
pub(crate) const INVALID_CONSENT_CODE: ErrorCode = ErrorCode {
    code: "INVALID_CONSENT_CODE",
    status: 400,
    message: "There is no such request to answer; it may have expired or been answered before",
};

/// Which request a consent page is about.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the API description only")]
pub(crate) struct ConsentQuery {
    /// The handle of the request.
    consent_code: String,
}

/// Shows what a client asks for.
#[utoipa::path(
    get, path = "/consent", tag = "oidc", params(ConsentQuery),
    responses(
        (status = 200, description = "The page"),
        (status = 400, description = "A page that says why there is nothing to answer"),
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
        NothingToAnswer::SignInFirst => sign_in(provider, handle, StatusCode::SEE_OTHER),
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

/// The host of the client's home page, where the answer goes there too. Any other host is a claim
/// nobody has checked, and would lend its name to whoever registers it.
pub(crate) fn client_host(pending: &Pending) -> Option<String> {
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
    consent_code: String,
    /// `allow` or `deny`.
    decision: String,
    /// The page's CSRF token.
    csrf: String,
}

/// Takes the answer of the built-in page and sends the browser back to the client.
#[utoipa::path(
    post, path = "/consent", tag = "oidc",
    request_body(content = ConsentForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Back to the client, with a code or an error"),
        (status = 403, description = "A page: the form is out of date, or not this person's"),
    )
)]
pub(crate) async fn consent_form(
    State(provider): State<Provider>,
    headers: HeaderMap,
    form: Result<FormBody, ApiError>,
) -> Response {
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
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
    accept: bool,
    /// The handle of the request.
    consent_code: String,
    /// What of it the person allows, separated by blanks; absent means all. Never more than asked.
    #[serde(alias = "scope")]
    scopes: Option<String>,
}

/// Where to send the browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = oidc::ConsentRedirect)]
pub(crate) struct ConsentRedirect {
    /// The client's URL, with a code or an error.
    #[serde(rename = "redirectURI")]
    redirect_uri: String,
}

/// Takes the answer of an app's own page. Needs the session, the browser's cookie and our origin.
#[utoipa::path(
    post, path = "/oauth2/consent", tag = "oidc", request_body = ConsentAnswer,
    responses(
        (status = 200, body = ConsentRedirect),
        (status = 400, description = "There is nothing to answer", body = auth_core::ErrorBody),
        (status = 403, description = "Not from a trusted origin", body = auth_core::ErrorBody),
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
        return Err(ApiError::Refused {
            status: StatusCode::FORBIDDEN,
            code: "MISSING_OR_NULL_ORIGIN".into(),
            message: "Missing or null Origin".into(),
        });
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
