//! The views of the built-in pages as plain data, and the headers every page has.

use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

/// Renders views to HTML. A plugin that owns a form asks this; `auth-pages` is one renderer.
pub trait Pages: Send + Sync + 'static {
    /// The sign-in form.
    fn sign_in(&self, view: &SignInView) -> String;
    /// The sign-up form.
    fn sign_up(&self, view: &SignUpView) -> String;
    /// What a client asks for, with Allow and Deny.
    fn consent(&self, view: &ConsentView) -> String;
    /// A question before something happens, such as signing out.
    fn confirm(&self, view: &ConfirmView) -> String;
    /// A failure, told to a person.
    fn error(&self, view: &ErrorView) -> String;
    /// Something that went well and has no other page.
    fn notice(&self, view: &NoticeView) -> String;
}

/// A field that is sent along and not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The name of the field.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Where a form goes and what it sends along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormTarget {
    /// The path the form is posted to.
    pub action: String,
    /// Fields that are sent along.
    pub hidden: Vec<Hidden>,
}

/// The sign-in form. Its fields are `email`, `password` and `rememberMe`.
#[derive(Clone, Debug)]
pub struct SignInView {
    /// The name of the app.
    pub app_name: String,
    /// Where the form goes.
    pub form: FormTarget,
    /// What to show in the address field.
    pub email: String,
    /// What was wrong with the last try.
    pub error: Option<String>,
    /// Where to make an account, unless sign-up is switched off.
    pub sign_up_url: Option<String>,
    /// The client that asked for the sign-in.
    pub client_name: Option<String>,
}

/// The sign-up form. Its fields are `name`, `email` and `password`.
#[derive(Clone, Debug)]
pub struct SignUpView {
    /// The name of the app.
    pub app_name: String,
    /// Where the form goes.
    pub form: FormTarget,
    /// What to show in the name field.
    pub name: String,
    /// What to show in the address field.
    pub email: String,
    /// What was wrong with the last try.
    pub error: Option<String>,
    /// Where people go who have an account.
    pub sign_in_url: String,
    /// The fewest characters a password may have.
    pub min_password: usize,
    /// The client that asked for the sign-in.
    pub client_name: Option<String>,
}

/// A scope in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeView {
    /// The scope: `notes:write`.
    pub name: String,
    /// What it allows: "Change your notes".
    pub description: String,
}

/// What a client asks for. The form's buttons are named `decision`, with `allow` and `deny`.
#[derive(Clone, Debug)]
pub struct ConsentView {
    /// The name of the app.
    pub app_name: String,
    /// Where the form goes.
    pub form: FormTarget,
    /// What the client calls itself; nobody has checked it.
    pub client_name: String,
    /// The host the client says it lives at, if it says so.
    pub client_host: Option<String>,
    /// The host or scheme the answer goes to.
    pub redirect_target: String,
    /// Whether the answer goes to a program on this person's machine.
    pub local_program: bool,
    /// What the client may do.
    pub scopes: Vec<ScopeView>,
    /// What the client may do it to.
    pub resources: Vec<String>,
    /// The account that is signed in.
    pub account: String,
}

/// A question with one answer that acts.
#[derive(Clone, Debug)]
pub struct ConfirmView {
    /// The name of the app.
    pub app_name: String,
    /// The heading.
    pub title: String,
    /// The question.
    pub message: String,
    /// Where the form goes.
    pub form: FormTarget,
    /// What the button says.
    pub button: String,
}

/// A failure, told to a person.
#[derive(Clone, Debug)]
pub struct ErrorView {
    /// The name of the app.
    pub app_name: String,
    /// The heading.
    pub title: String,
    /// What happened.
    pub message: String,
    /// What the person can do.
    pub hint: Option<String>,
    /// What the log says more about.
    pub reference: Option<String>,
    /// Where to start again.
    pub retry_url: Option<String>,
}

/// Something that went well.
#[derive(Clone, Debug)]
pub struct NoticeView {
    /// The name of the app.
    pub app_name: String,
    /// The heading.
    pub title: String,
    /// What happened.
    pub message: String,
}

/// Makes a page of rendered HTML: no script, own stylesheet, never framed, never stored.
///
/// `form_target` is where a form of this page may lead besides this origin: an origin or `scheme:`.
/// Chromium blocks the redirect that follows a form post otherwise.
pub fn page(status: StatusCode, html: String, form_target: Option<&str>) -> Response {
    let form_target = form_target
        .filter(|source| source.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | ',' | '\'' | '"')))
        .map(|source| format!(" {source}"))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; form-action 'self'{form_target}"
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // `same-origin`, not `no-referrer`: under the latter browsers post our own forms with
    // `Origin: null`, and the origin check could not tell them from a sandboxed frame.
    let fixed: [(HeaderName, &str); 5] = [
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
