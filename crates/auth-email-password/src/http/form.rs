//! What both pages share: what a form carries along, and how it is shown again.

use std::borrow::Cow;

use auth_core::pages::{ErrorView, FormTarget, Hidden, NoticeView, page};
use auth_core::session::IssuedSession;
use auth_core::{ApiError, AuthContext, CSRF_FIELD, Csrf, Email, FormBody, Resume, Unexpected};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::IntoParams;

use super::answer;
use crate::callback::CallbackUrl;
use crate::error::Refusal;
use crate::flow::Entered;

const INTERACTION: &str = "interaction";
const CALLBACK: &str = "callbackURL";
/// Handles are 43 characters; what is much longer is none.
const LONGEST_HANDLE: usize = 256;

/// What a page is opened with.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The handle of the request that waits for somebody to sign in.
    interaction: Option<String>,
    /// Where to go afterwards: a path here, or a URL of a trusted origin.
    #[serde(rename = "callbackURL")]
    #[param(rename = "callbackURL")]
    callback_url: Option<String>,
}

/// What a form carries along until somebody is signed in.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    pub(super) interaction: Option<String>,
    pub(super) callback: Option<CallbackUrl>,
}

impl Carried {
    /// Takes what a page was opened with; what must not be followed is dropped.
    pub(super) fn of_query(query: PageQuery, cx: &AuthContext) -> Self {
        Self {
            interaction: query.interaction.filter(|handle| is_handle(handle)),
            callback: query.callback_url.and_then(|url| CallbackUrl::parse(&url, cx.config())),
        }
    }

    /// Takes what a form carried; a callback that must not be followed is a refusal.
    pub(super) fn of_form(form: &FormBody, cx: &AuthContext) -> (Self, Result<(), Refusal>) {
        let typed = form.optional(CALLBACK);
        let callback = typed.and_then(|url| CallbackUrl::parse(url, cx.config()));
        let fits = if typed.is_some() && callback.is_none() { Err(Refusal::Callback) } else { Ok(()) };
        let interaction = form.optional(INTERACTION).filter(|handle| is_handle(handle)).map(str::to_owned);
        (Self { interaction, callback }, fits)
    }

    /// The URL of the other page, with the same things carried along.
    pub(super) fn on(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for Hidden { name, value } in self.fields() {
            query.append_pair(name, &value);
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn fields(&self) -> impl Iterator<Item = Hidden> + '_ {
        let interaction = self.interaction.iter().map(|handle| Hidden { name: INTERACTION, value: handle.clone() });
        let callback = self.callback.iter().map(|url| Hidden { name: CALLBACK, value: url.as_str().to_owned() });
        interaction.chain(callback)
    }
}

fn is_handle(handle: &str) -> bool {
    !handle.is_empty() && handle.len() <= LONGEST_HANDLE && handle.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The frame of a form that is being shown: token, hidden fields, who waits, what was wrong.
pub(super) struct Shown {
    pub(super) form: FormTarget,
    pub(super) client_name: Option<String>,
    /// The address to fill in, where the client expects somebody; empty otherwise.
    pub(super) expected: String,
    pub(super) error: Option<String>,
    status: StatusCode,
    retry_after: Option<u64>,
    cookie: Option<HeaderValue>,
    leads_to: Option<String>,
}

impl Shown {
    /// Prepares a form, for the first time or again because of a refusal.
    pub(super) async fn prepare(
        cx: &AuthContext,
        headers: &HeaderMap,
        (action, carried): (&str, &Carried),
        refusal: Option<Refusal>,
    ) -> Result<Self, Unexpected> {
        let retry_after = refusal.as_ref().and_then(Refusal::retry_after);
        let (status, error) = match refusal.map(Refusal::for_a_form).transpose()? {
            Some((status, words)) => (status, Some(Cow::into_owned(words))),
            None => (StatusCode::OK, None),
        };
        let csrf = Csrf::of(cx, headers)?;
        let resume = Resume { interaction: carried.interaction.as_deref(), headers };
        let hint = cx.waiting_login_hint(resume).await?;
        let callback = carried.callback.as_ref().and_then(CallbackUrl::origin).map(str::to_owned);
        let hidden = std::iter::once(Hidden { name: CSRF_FIELD, value: csrf.token }).chain(carried.fields());
        Ok(Self {
            form: FormTarget { action: action.to_owned(), hidden: hidden.collect() },
            client_name: cx.waiting_client(resume).await?,
            // Whatever is no address is of no use in the field for one.
            expected: hint
                .and_then(|hint| Email::parse(&hint))
                .map(|email| email.as_str().to_owned())
                .unwrap_or_default(),
            error,
            status,
            retry_after,
            cookie: csrf.cookie,
            leads_to: cx.waiting_form_target(resume).await?.or(callback),
        })
    }

    /// Makes the answer of the rendered form.
    pub(super) fn answer(self, html: String) -> Response {
        let mut response = page(self.status, html, self.leads_to.as_deref());
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Sends somebody who was let in to where they go: back to what was interrupted, or to the
/// callback. Who came for nothing else is told that they are signed in: an app need not have a
/// start page.
pub(super) fn go_on(cx: &AuthContext, entered: Entered, carried: &Carried) -> Response {
    let callback = carried.callback.as_ref().map(CallbackUrl::as_str);
    let Some(location) = entered.next.as_deref().or(callback) else { return signed_in(cx, entered.issued) };
    match HeaderValue::from_str(location) {
        Ok(location) => answer::see_other(location, entered.issued),
        Err(error) => cx.failure_page(&error.into()),
    }
}

fn signed_in(cx: &AuthContext, issued: IssuedSession) -> Response {
    let Some(pages) = cx.pages() else { return no_page() };
    let html = pages.notice(&NoticeView {
        app_name: cx.config().app_name().to_owned(),
        title: "You are signed in".to_owned(),
        message: format!("You are signed in as {}. You can close this page.", issued.signed_in.user.email),
    });
    answer::with_session(page(StatusCode::OK, html, None), issued)
}

/// Shows a person why the form they posted was not read.
pub(super) fn unread(cx: &AuthContext, refusal: ApiError) -> Response {
    let (status, message) = match refusal {
        ApiError::Refused { status, message, .. } => (status, message),
        ApiError::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "There were too many requests.".into()),
        ApiError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "Too many people are here right now.".into()),
        ApiError::Unexpected(failure) => return cx.failure_page(&failure),
    };
    let view = ErrorView {
        app_name: cx.config().app_name().to_owned(),
        title: "This form cannot be read".to_owned(),
        message: message.into_owned(),
        hint: Some("Go back, reload the page and try again.".to_owned()),
        reference: None,
        retry_url: None,
    };
    cx.error_page(status, &view)
}

/// What is answered in an app without a renderer: there is no such page.
pub(super) fn no_page() -> Response {
    StatusCode::NOT_FOUND.into_response()
}
