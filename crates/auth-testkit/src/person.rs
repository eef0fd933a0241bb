//! A person who signs up, signs in, and answers what a client asks for.

use std::sync::atomic::{AtomicBool, Ordering};

use http::StatusCode;
use serde_json::json;
use url::Url;

use crate::answer::Answer;
use crate::app::TestApp;
use crate::authorization::{AuthorizationError, AuthorizationRequest, Code};
use crate::browser::{Browser, Page, Visit};
use crate::html::Form;
use crate::oauth_client::OAuthClient;

/// The most pages a person sees before giving up.
const PATIENCE: usize = 8;

/// What a person says to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// A person with a browser of their own.
#[derive(Debug)]
pub struct Person {
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Their browser.
    pub browser: Browser,
    app: TestApp,
    has_account: AtomicBool,
}

impl Person {
    pub(crate) fn new(app: &TestApp, name: &str, email: &str) -> Self {
        let password = format!("{}-correct-horse", name.to_lowercase().replace(' ', "-"));
        app.learns("password", &password);
        Self {
            name: name.to_owned(),
            email: email.to_owned(),
            password,
            browser: app.browser(),
            app: app.clone(),
            has_account: AtomicBool::new(false),
        }
    }

    /// The same person at another machine: no cookies.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        let other = Self::new(&self.app, &self.name, &self.email);
        let has_account = self.has_account.load(Ordering::SeqCst);
        other.has_account.store(has_account, Ordering::SeqCst);
        other
    }

    /// Signs up by `POST /sign-up/email`; panics with the answer if that is refused.
    pub async fn signs_up(&self) -> Answer {
        let body = json!({ "name": self.name, "email": self.email, "password": self.password });
        let answer = self.posts("/sign-up/email", &body).await;
        self.has_account.store(true, Ordering::SeqCst);
        answer
    }

    /// Signs in by `POST /sign-in/email`; panics with the answer if that is refused.
    pub async fn signs_in(&self) -> Answer {
        let body = json!({ "email": self.email, "password": self.password });
        self.posts("/sign-in/email", &body).await
    }

    /// Signs out by `POST /sign-out`.
    pub async fn signs_out(&self) -> Answer {
        self.posts("/sign-out", &json!({})).await
    }

    async fn posts(&self, path: &str, body: &serde_json::Value) -> Answer {
        let url = self.app.endpoint(path);
        let answer = self.browser.post_json(url.as_str(), body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.describe());
        answer
    }

    /// Allows what a client asks for by default, through the real pages.
    pub async fn authorizes(&self, client: &OAuthClient) -> Code {
        self.allows(&client.asks()).await
    }

    /// Allows this request, through the real pages.
    pub async fn allows(&self, request: &AuthorizationRequest) -> Code {
        let url = self.walks(request, Decision::Allow).await;
        request.reads(&url).unwrap_or_else(|error| panic!("{} got {error:?}", self.name))
    }

    /// Denies what a client asks for by default, through the real pages.
    pub async fn denies(&self, client: &OAuthClient) -> AuthorizationError {
        let request = client.asks();
        let url = self.walks(&request, Decision::Deny).await;
        request.reads(&url).expect_err("denied")
    }

    /// Allows this request, and is told that the server refuses it.
    pub async fn is_refused(&self, request: &AuthorizationRequest) -> AuthorizationError {
        let url = self.walks(request, Decision::Allow).await;
        request.reads(&url).expect_err("refused")
    }

    /// Goes through sign-in or sign-up and consent, and returns the URL at which the app lets go.
    pub async fn walks(&self, request: &AuthorizationRequest, decision: Decision) -> Url {
        let mut visit = self.browser.get(request.url().as_str()).await;
        for _ in 0..PATIENCE {
            visit = match visit {
                Visit::Away(url) => return url,
                Visit::Page(page) => self.answers(&page, decision).await,
            };
        }
        panic!("{} sees one page after the other: {visit:#?}", self.name)
    }

    /// Does what a page asks for: sign in, sign up, or decide.
    pub async fn answers(&self, page: &Page, decision: Decision) -> Visit {
        assert!(page.answer.status.is_success(), "{}", page.describe());
        let form = |fits: fn(&Form) -> bool| page.forms().iter().find(|form| fits(form));
        if let Some(form) = form(|form| form.buttons.iter().any(|button| button.name == "decision")) {
            let button = match decision {
                Decision::Allow => "allow",
                Decision::Deny => "deny",
            };
            return self.browser.fills(form, &[], button).await;
        }
        if let Some(form) = form(|form| form.has("password") && form.has("name")) {
            let values = [("name", self.name.as_str()), ("email", &self.email), ("password", &self.password)];
            self.has_account.store(true, Ordering::SeqCst);
            return self.browser.fills(form, &values, "").await;
        }
        let Some(form) = form(|form| form.has("password") && form.has("email")) else {
            panic!("nothing to do on {}", page.describe());
        };
        if self.has_account.load(Ordering::SeqCst) {
            let values = [("email", self.email.as_str()), ("password", &self.password)];
            return self.browser.fills(form, &values, "").await;
        }
        match page.link("/sign-up") {
            Some(link) => self.browser.follows(page, link).await,
            None => panic!("no way to sign up on {}", page.describe()),
        }
    }
}
