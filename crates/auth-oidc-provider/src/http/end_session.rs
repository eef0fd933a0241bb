//! `GET|POST /oauth2/end-session`. OpenID Connect RP-Initiated Logout.

use auth_core::pages::{ConfirmView, FormTarget, Hidden, NoticeView, page};
use auth_core::{CSRF_FIELD, Csrf};
use auth_protocol::end_session::{Confirmation, EndSessionRequest as SignOutRequest};
use auth_protocol::params::Params;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};

use super::form::{OAuthForm, REPEATABLE};
use super::page::{no_renderer, redirect, unread, with_cookie};
use super::schema::EndSessionRequest;
use crate::error::OAuthFailure;
use crate::flow::end_session::{Question, SignOut, end_session as sign_out};
use crate::provider::Provider;

/// Signs a person out at the wish of a client, or asks first.
#[utoipa::path(
    get, path = "/oauth2/end-session", tag = "oidc", params(EndSessionRequest),
    responses(
        (status = 303, description = "Signed out; on to the client", headers(
            ("location" = String, description = "The post_logout_redirect_uri, with the state")
        )),
        (status = 200, description = "A page: a question, or that nobody is signed in any more",
            content_type = "text/html", body = String),
        (status = 400, description = "A page: the request cannot be read", content_type = "text/html", body = String),
        (status = 501, description = "The app lists no renderer of pages", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn end_session(
    State(provider): State<Provider>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match Params::parse(query.unwrap_or_default(), &REPEATABLE) {
        Ok(params) => answer(&provider, &headers, &params).await,
        Err(error) => unread(&provider, error.into()),
    }
}

/// The same with posted parameters, and the answer of the page that asks.
#[utoipa::path(
    post, path = "/oauth2/end-session", tag = "oidc",
    request_body(content = EndSessionRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "Signed out; on to the client, or to a GET of this endpoint", headers(
            ("location" = String, description = "The post_logout_redirect_uri with the state, or this endpoint")
        )),
        (status = 200, description = "A page: a question, or that nobody is signed in any more",
            content_type = "text/html", body = String),
        (status = 400, description = "A page: the request cannot be read", content_type = "text/html", body = String),
        (status = 501, description = "The app lists no renderer of pages", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn end_session_post(
    State(provider): State<Provider>,
    headers: HeaderMap,
    form: Result<OAuthForm, OAuthFailure>,
) -> Response {
    match form {
        Ok(OAuthForm(params)) if params.get(CSRF_FIELD).is_none() => to_get(&provider, &params),
        Ok(OAuthForm(params)) => answer(&provider, &headers, &params).await,
        Err(failure) => unread(&provider, failure),
    }
}

/// Sends a post of a client on to a GET: a post from another site brings no cookies, and nobody must
/// be told they are signed out because their session was not seen.
fn to_get(provider: &Provider, params: &Params) -> Response {
    const READ: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(params.iter().filter(|(name, _)| READ.contains(name)));
    let base_path = provider.cx().config().base_path();
    redirect(provider, &format!("{base_path}/oauth2/end-session?{}", query.finish()), StatusCode::SEE_OTHER)
}

async fn answer(provider: &Provider, headers: &HeaderMap, params: &Params) -> Response {
    let request = SignOutRequest::read(params);
    let confirmed = match params.get(CSRF_FIELD) {
        Some(token) if Csrf::check(provider.cx(), headers, token).is_ok() => Confirmation::Given,
        Some(_) | None => Confirmation::Missing,
    };
    match sign_out(provider, headers, &request, confirmed).await {
        Ok(SignOut::Done { redirect: Some(url), cookie }) => {
            with_cookie(redirect(provider, &url, StatusCode::SEE_OTHER), cookie)
        }
        Ok(SignOut::Done { redirect: None, cookie }) => with_cookie(signed_out(provider), cookie),
        Ok(SignOut::Confirm(question)) => confirm(provider, headers, &request, question),
        Err(failure) => provider.cx().failure_page(&failure),
    }
}

fn signed_out(provider: &Provider) -> Response {
    let Some(pages) = provider.cx().pages() else { return "You are signed out.\n".into_response() };
    let view = NoticeView {
        app_name: provider.cx().config().app_name().to_owned(),
        title: "You are signed out".to_owned(),
        message: "You can close this page.".to_owned(),
    };
    page(StatusCode::OK, pages.notice(&view), None)
}

fn confirm(provider: &Provider, headers: &HeaderMap, request: &SignOutRequest, question: Question) -> Response {
    let cx = provider.cx();
    let Some(pages) = cx.pages() else { return no_renderer(provider) };
    let csrf = match Csrf::of(cx, headers) {
        Ok(csrf) => csrf,
        Err(failure) => return cx.failure_page(&failure),
    };
    let mut hidden = vec![Hidden { name: CSRF_FIELD, value: csrf.token }];
    let carried = [
        ("id_token_hint", &request.id_token_hint),
        ("client_id", &request.client_id),
        ("post_logout_redirect_uri", &request.post_logout_redirect_uri),
        ("state", &request.state),
    ];
    for (name, value) in carried {
        hidden.extend(value.clone().map(|value| Hidden { name, value }));
    }
    let Question { account, client_name, leads_to } = question;
    let message = match client_name {
        Some(client) => format!("{client} asks to sign you out. You are signed in as {account}."),
        None => format!("You are signed in as {account}."),
    };
    let html = pages.confirm(&ConfirmView {
        app_name: cx.config().app_name().to_owned(),
        title: "Sign out?".to_owned(),
        message,
        form: FormTarget { action: format!("{}/oauth2/end-session", cx.config().base_path()), hidden },
        button: "Sign out".to_owned(),
    });
    let source = leads_to.map(|uri| uri.form_action_source());
    with_cookie(page(StatusCode::OK, html, source.as_deref()), csrf.cookie)
}
