//! The templates. askama checks them when the crate is built and escapes every value.

use std::borrow::Cow;

use askama::Template;
use auth_core::pages::{ConfirmView, ConsentView, ErrorView, NoticeView, SignInView, SignUpView};

/// The most characters of a client's name that are shown: a longer one could push the rest of a
/// page out of sight.
const LONGEST_NAME: usize = 80;

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignIn<'a> {
    pub(crate) view: &'a SignInView,
    pub(crate) client_name: Option<Cow<'a, str>>,
    pub(crate) stylesheet: &'a str,
}

#[derive(Template)]
#[template(path = "sign_up.html")]
pub(crate) struct SignUp<'a> {
    pub(crate) view: &'a SignUpView,
    pub(crate) client_name: Option<Cow<'a, str>>,
    pub(crate) stylesheet: &'a str,
}

#[derive(Template)]
#[template(path = "consent.html")]
pub(crate) struct Consent<'a> {
    pub(crate) view: &'a ConsentView,
    pub(crate) client_name: Cow<'a, str>,
    pub(crate) stylesheet: &'a str,
}

#[derive(Template)]
#[template(path = "confirm.html")]
pub(crate) struct Confirm<'a> {
    pub(crate) view: &'a ConfirmView,
    pub(crate) stylesheet: &'a str,
}

#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct Failure<'a> {
    pub(crate) view: &'a ErrorView,
    pub(crate) stylesheet: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice<'a> {
    pub(crate) view: &'a NoticeView,
    pub(crate) stylesheet: &'a str,
}

/// Renders a template. One that fails, which writing to memory does not, becomes a bare sentence.
pub(crate) fn html(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        "<!doctype html><html lang=\"en\"><title>Error</title><p>This page could not be shown.".to_owned()
    })
}

/// Cuts a client's name to what a page has room for.
pub(crate) fn short(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()).into(),
        None => name.into(),
    }
}
