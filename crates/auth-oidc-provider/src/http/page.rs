//! What people see when a request cannot go on.

use auth_core::Unexpected;
use auth_core::pages::ErrorView;
use auth_protocol::authorize::UntrustedRequest;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use crate::error::OAuthFailure;
use crate::flow::consent::NothingToAnswer;
use crate::flow::next::{Door, Next};
use crate::provider::Provider;

/// Renders what an authorization request came to.
pub(crate) fn next(provider: &Provider, next: Next) -> Response {
    match next {
        Next::Redirect(url) => redirect(provider, &url, StatusCode::FOUND),
        Next::SignIn { door, handle, cookie } => with_cookie(enter(provider, door, &handle, StatusCode::FOUND), cookie),
        Next::Consent { handle, client_id, scope, cookie } => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("consent_code", &handle);
            query.append_pair("client_id", &client_id);
            query.append_pair("scope", &scope.to_string());
            let url = format!("{}?{}", provider.options().consent_page, query.finish());
            with_cookie(redirect(provider, &url, StatusCode::FOUND), cookie)
        }
        Next::Untrusted(why) => untrusted(provider, why),
        Next::Document(error) => error_page(
            provider,
            StatusCode::BAD_REQUEST,
            "This app cannot be identified",
            &format!("The app is known by a document on its own web site: {}.", error.description),
            Some("Try again in a minute. If that does not help, tell the app's makers."),
        ),
        Next::Malformed(error) => {
            error_page(provider, StatusCode::BAD_REQUEST, "This request cannot be read", &error.description, None)
        }
        Next::TooManyOpen => error_page(
            provider,
            StatusCode::TOO_MANY_REQUESTS,
            "Too many open requests",
            "This browser has too many sign-in requests open.",
            Some("Wait a few minutes, then start again from the app."),
        ),
        Next::Gone => error_page(
            provider,
            StatusCode::BAD_REQUEST,
            "Nobody to connect",
            "The app's registration or your account was deleted a moment ago.",
            Some("Connect the app again, and sign in anew."),
        ),
        Next::Expired => nothing_to_answer(provider, NothingToAnswer::Expired),
        Next::Answered => nothing_to_answer(provider, NothingToAnswer::Answered),
        Next::Restart(url) => {
            let view = ErrorView {
                retry_url: Some(url),
                ..view(
                    provider,
                    "Start again",
                    "This request began in another browser, or your browser did not keep its cookie.",
                    Some("Continue to start the same request again here."),
                )
            };
            provider.cx().error_page(StatusCode::BAD_REQUEST, &view)
        }
    }
}

/// Sends the browser to the page where its person comes in, to come back to this request.
pub(crate) fn enter(provider: &Provider, door: Door, handle: &str, status: StatusCode) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("interaction", handle);
    let options = provider.options();
    let page = match (door, &options.sign_up_page) {
        (Door::SignUp, Some(page)) => page,
        (Door::SignUp, None) | (Door::SignIn, _) => &options.login_page,
    };
    redirect(provider, &format!("{page}?{}", query.finish()), status)
}

/// Says that the app lists nobody who could render this page.
pub(crate) fn no_renderer(provider: &Provider) -> Response {
    let message = "This app lists no renderer of pages, and has named no page of its own.";
    error_page(provider, StatusCode::NOT_IMPLEMENTED, "There is no page here", message, None)
}

fn untrusted(provider: &Provider, why: UntrustedRequest) -> Response {
    let (title, message, hint) = match why {
        UntrustedRequest::UnknownClient => (
            "This app is not registered",
            "The app's registration is gone, or it was never made here.",
            Some("Disconnect the app and connect it again: it will then register anew."),
        ),
        UntrustedRequest::MissingClientId => {
            ("This request is incomplete", "The request does not say which app it is from.", None)
        }
        UntrustedRequest::UnregisteredRedirectUri => (
            "This request is not safe",
            "The app asks to send you to an address it has not registered.",
            Some("Disconnect the app and connect it again. If that does not help, tell the app's makers."),
        ),
        UntrustedRequest::MissingRedirectUri | UntrustedRequest::OpenIdWithoutRedirectUri => {
            ("This request is incomplete", "The request does not say where to send you afterwards.", None)
        }
    };
    error_page(provider, StatusCode::BAD_REQUEST, title, message, hint)
}

/// Shows a person why what they posted was not read.
pub(crate) fn unread(provider: &Provider, failure: OAuthFailure) -> Response {
    let (status, message) = match failure {
        OAuthFailure::Refused(error) => (StatusCode::BAD_REQUEST, error.description),
        OAuthFailure::Coded { status, description, .. } => (status, description),
        OAuthFailure::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "There were too many requests.".into()),
        OAuthFailure::Unexpected(failure) => return provider.cx().failure_page(&failure),
    };
    error_page(provider, status, "This request cannot be read", &message, None)
}

/// Tells a person that there is nothing to answer.
pub(crate) fn nothing_to_answer(provider: &Provider, why: NothingToAnswer) -> Response {
    let (title, message, hint) = match why {
        NothingToAnswer::Expired => (
            "This request has expired",
            "You took longer than this request stays open, or it was never made here.",
            "Go back to the app and connect again.",
        ),
        NothingToAnswer::Answered => (
            "Already answered",
            "You have answered this request before.",
            "Go back to the app. If it is not connected, connect again.",
        ),
        NothingToAnswer::SignInFirst => (
            "Please sign in again",
            "The app asks for a more recent sign-in than yours.",
            "Go back to the app and connect again.",
        ),
        NothingToAnswer::NotYours => (
            "This request is not yours to answer",
            "You are not signed in as the person this request waits for.",
            "Go back to the app and connect again.",
        ),
    };
    let status = match why {
        NothingToAnswer::Expired | NothingToAnswer::Answered => StatusCode::BAD_REQUEST,
        NothingToAnswer::NotYours | NothingToAnswer::SignInFirst => StatusCode::FORBIDDEN,
    };
    error_page(provider, status, title, message, Some(hint))
}

pub(crate) fn error_page(
    provider: &Provider,
    status: StatusCode,
    title: &str,
    message: &str,
    hint: Option<&str>,
) -> Response {
    provider.cx().error_page(status, &view(provider, title, message, hint))
}

fn view(provider: &Provider, title: &str, message: &str, hint: Option<&str>) -> ErrorView {
    ErrorView {
        app_name: provider.cx().config().app_name().to_owned(),
        title: title.to_owned(),
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
        reference: None,
        retry_url: None,
    }
}

/// Sends the browser on; answers with a code or a handle are never kept.
pub(crate) fn redirect(provider: &Provider, url: &str, status: StatusCode) -> Response {
    let Ok(location) = HeaderValue::from_str(url) else {
        return provider.cx().failure_page(&Unexpected::new("a redirect URL has no place in a header"));
    };
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    crate::error::no_store(headers);
    response
}

pub(crate) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
