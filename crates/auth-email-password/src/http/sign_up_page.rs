//! `GET` and `POST /sign-up`: the form for people.

use auth_core::pages::SignUpView;
use auth_core::{ApiError, CSRF_FIELD, ClientAddress, Csrf, Email, FormBody};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::HeaderMap;
use utoipa::ToSchema;

use super::form::{Carried, PageQuery, Shown, go_on, no_page, unread};
use super::sign_up::LONGEST_NAME;
use crate::accounts::Accounts;
use crate::error::Refusal;
use crate::flow::{self, Entered, NewPerson, Visit};
use crate::password::Password;

/// The fields of the sign-up form.
#[derive(ToSchema)]
#[schema(as = email_password::SignUpForm)]
pub(crate) struct SignUpForm {
    /// What the person is called.
    #[schema(example = "Alice Example")]
    name: String,
    /// The address, in any spelling.
    #[schema(example = "alice@example.com")]
    email: String,
    /// The password.
    #[schema(example = "correct-horse-1", format = Password)]
    password: String,
    /// The token of this browser, from the page.
    #[schema(example = "m3Vq8xTz1rKp6wLs9yNb4dGc7fHj2aEe5uIo0kRtWxQ")]
    csrf: String,
    /// The handle of the request that waits, from the page.
    #[expect(dead_code, reason = "described here, read by `Carried`, which both forms share")]
    interaction: Option<String>,
    /// Where to go afterwards, from the page.
    #[schema(rename = "callbackURL")]
    #[expect(dead_code, reason = "described here, read by `Carried`, which both forms share")]
    callback_url: Option<String>,
}

impl SignUpForm {
    fn read(form: &FormBody) -> Self {
        Self {
            name: form.get("name").trim().to_owned(),
            email: form.get("email").to_owned(),
            password: form.get("password").to_owned(),
            csrf: form.get(CSRF_FIELD).to_owned(),
            interaction: None,
            callback_url: None,
        }
    }
}

/// Shows the sign-up form.
#[utoipa::path(
    get, path = "/sign-up", tag = "email-password", params(PageQuery),
    responses(
        (status = 200, description = "The form", content_type = "text/html", body = String),
        (status = 404, description = "The app has no renderer of pages"),
    )
)]
pub(crate) async fn sign_up_page(
    State(accounts): State<Accounts>,
    query: Result<Query<PageQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let query = query.map_or_else(|_| PageQuery::default(), |Query(query)| query);
    let carried = Carried::of_query(query, &accounts.cx);
    show(&accounts, &headers, &carried, (None, None)).await
}

/// Makes an account and goes on, or shows the form again with what was wrong.
#[utoipa::path(
    post, path = "/sign-up", tag = "email-password",
    request_body(content = SignUpForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Signed in, with nowhere to go on to", content_type = "text/html", body = String),
        (status = 303, description = "Signed up and in; the session cookie is set", headers(
            ("location" = String, description = "What was interrupted, or the callbackURL")
        )),
        (status = 400, description = "A field is not right", content_type = "text/html", body = String),
        (status = 403, description = "The form is out of date", content_type = "text/html", body = String),
        (status = 404, description = "The app has no renderer of pages"),
        (status = 413, description = "The form is too large", content_type = "text/html", body = String),
        (status = 415, description = "The body is no form", content_type = "text/html", body = String),
        (status = 422, description = "The address is taken", content_type = "text/html", body = String),
        (status = 429, description = "Too many tries", content_type = "text/html", body = String),
        (status = 503, description = "Too busy right now", content_type = "text/html", body = String),
    )
)]
pub(crate) async fn sign_up_form(
    State(accounts): State<Accounts>,
    address: ClientAddress,
    headers: HeaderMap,
    form: Result<FormBody, ApiError>,
) -> Response {
    if accounts.cx.pages().is_none() {
        return no_page();
    }
    let form = match form {
        Ok(form) => form,
        Err(refusal) => return unread(&accounts.cx, refusal),
    };
    let (carried, callback) = Carried::of_form(&form, &accounts.cx);
    let form = SignUpForm::read(&form);
    let visit =
        Visit { headers: &headers, address: address.0, remember: true, interaction: carried.interaction.as_deref() };
    let done = match callback {
        Ok(()) => enter(&accounts, visit, &form).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(entered) => go_on(&accounts.cx, entered, &carried),
        Err(refusal) => show(&accounts, &headers, &carried, (Some(&form), Some(refusal))).await,
    }
}

async fn enter(accounts: &Accounts, visit: Visit<'_>, form: &SignUpForm) -> Result<Entered, Refusal> {
    Csrf::check(&accounts.cx, visit.headers, &form.csrf).map_err(|_| Refusal::Csrf)?;
    let name_fits =
        !form.name.is_empty() && form.name.chars().count() <= LONGEST_NAME && !form.name.chars().any(char::is_control);
    if !name_fits {
        return Err(Refusal::Shape("Enter your name, with at most 255 characters.".to_owned()));
    }
    let email = Email::parse(&form.email).ok_or(Refusal::Email)?;
    let password = Password::chosen(&form.password, &accounts.options)?;
    let person = NewPerson { name: form.name.clone(), email, password, image: None };
    flow::sign_up(accounts, visit, person).await
}

async fn show(
    accounts: &Accounts,
    headers: &HeaderMap,
    carried: &Carried,
    (typed, refusal): (Option<&SignUpForm>, Option<Refusal>),
) -> Response {
    let Accounts { cx, options, .. } = accounts;
    let Some(pages) = cx.pages() else { return no_page() };
    let mut shown = match Shown::prepare(cx, headers, (&options.sign_up_path, carried), refusal).await {
        Ok(shown) => shown,
        Err(failure) => return cx.failure_page(&failure),
    };
    let html = pages.sign_up(&SignUpView {
        app_name: cx.config().app_name().to_owned(),
        form: shown.form.clone(),
        name: typed.map_or_else(String::new, |form| form.name.chars().take(LONGEST_NAME).collect()),
        email: typed.map_or(&*shown.expected, |form| &form.email).chars().take(254).collect(),
        error: shown.error.take(),
        sign_in_url: carried.on(&options.sign_in_path),
        min_password: options.min_password,
        client_name: shown.client_name.take(),
    });
    shown.answer(html)
}
