//! Signing in goes on with what was interrupted.

use async_trait::async_trait;
use auth_core::session::SignedIn;
use auth_core::{AuthContext, Continuation, Contributions, Mount, Plugin, Resume, Unexpected};
use auth_email_password::EmailPassword;
use auth_pages::Pages;
use serde_json::json;

use crate::app::{App, Browser, ORIGIN, PASSWORD};

/// A provider that waits for the sign-in of one handle.
struct Waiting;

impl Plugin for Waiting {
    fn id(&self) -> &'static str {
        "waiting"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("waiting").continuation(Waiting)
    }
}

#[async_trait]
impl Continuation for Waiting {
    async fn next(&self, resume: Resume<'_>, _: &SignedIn) -> Result<Option<String>, Unexpected> {
        Ok(resume.interaction.filter(|handle| *handle == "h1").map(|_| format!("{ORIGIN}/go?interaction=h1")))
    }

    async fn client_name(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        Ok(resume.interaction.filter(|handle| *handle == "h1").map(|_| "Example Assistant".to_owned()))
    }

    async fn form_target(&self, resume: Resume<'_>) -> Result<Option<String>, Unexpected> {
        Ok(resume.interaction.map(|_| "https://assistant.example".to_owned()))
    }
}

async fn app() -> App {
    App::of(ORIGIN, |builder| {
        builder.rate_limits(false).plugin(EmailPassword::new()).plugin(Pages::new()).plugin(Waiting)
    })
    .await
}

#[tokio::test]
async fn a_program_is_told_where_to_go() {
    let app = app().await;
    let body = json!({
        "name": "Alice", "email": "alice@example.com", "password": PASSWORD, "interaction": "h1",
        "callbackURL": "/dashboard"
    });

    let up = app.post("/sign-up/email", body.clone()).await.json();
    let into = app.post("/sign-in/email", body).await.json();

    for reply in [up, into] {
        assert_eq!(reply["redirect"], true);
        assert_eq!(reply["url"], "http://localhost:3000/go?interaction=h1", "before any callbackURL");
    }
}

#[tokio::test]
async fn an_unknown_handle_is_as_none() {
    let app = app().await;
    let body = json!({ "name": "A", "email": "a@example.com", "password": PASSWORD, "interaction": "h2" });

    let reply = app.post("/sign-up/email", body).await.json();

    assert!(reply.get("redirect").is_none() && reply.get("url").is_none(), "{reply}");
}

#[tokio::test]
async fn the_pages_carry_the_handle_to_the_end() {
    let app = app().await;
    let mut browser = Browser::of(&app);

    let page = browser.open("/sign-in?interaction=h1").await;
    assert!(page.text.contains("<bdi>Example Assistant</bdi>"));
    assert!(page.text.contains("href=\"/sign-up?interaction=h1\""));
    assert!(page.header("content-security-policy").ends_with("form-action 'self' https://assistant.example"));
    let wrong = browser.submit(&page, &[("email", "alice@example.com"), ("password", "wrong-password")]).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("<bdi>Example Assistant</bdi>"));
    let page = browser.open("/sign-up?interaction=h1").await;
    let fields = [("name", "Alice"), ("email", "alice@example.com"), ("password", PASSWORD)];
    let done = browser.submit(&page, &fields).await;

    assert_eq!(done.status, 303);
    assert_eq!(done.header("location"), "http://localhost:3000/go?interaction=h1");
    let again = browser.submit(&wrong, &[("email", "alice@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(again.header("location"), "http://localhost:3000/go?interaction=h1");
}
