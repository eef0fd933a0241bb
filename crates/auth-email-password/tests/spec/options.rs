//! What an app can choose, and what it is told when it chooses wrongly.

use auth_core::Auth;
use auth_email_password::EmailPassword;
use auth_pages::Pages;

use crate::app::{App, Browser, ORIGIN, PASSWORD};

#[test]
fn bad_options_are_complaints_and_never_a_panic() {
    let plugin = EmailPassword::new().min_password(0).sign_in_path("no-slash").sign_up_path("/{*rest}");

    let error = Auth::builder(ORIGIN).plugin(plugin).plugin(Pages::new()).assemble().unwrap_err().to_string();

    for part in [
        "email-password: min_password is 0; use at least 1",
        "sign_in_path is \"no-slash\"",
        "sign_up_path is \"/{*rest}\"",
    ] {
        assert!(error.contains(part), "{part} is missing in {error}");
    }
    assert_eq!(error.lines().count(), 4, "{error}");
}

#[tokio::test]
async fn pages_move_where_the_app_wants_them() {
    let app = App::with(EmailPassword::new().sign_in_path("/login").sign_up_path("/people/new")).await;
    let mut browser = Browser::of(&app);

    assert_eq!(browser.open("/sign-in").await.status, 404);
    let page = browser.open("/login").await;
    assert!(page.text.contains("action=\"/login\"") && page.text.contains("href=\"/people/new\""));
    let fields = [("name", "Alice"), ("email", "alice@example.com"), ("password", PASSWORD)];
    assert_eq!(browser.fill("/people/new", &fields).await.status, 200);
    let paths = &app.auth.openapi().paths.paths;
    assert!(paths["/login"].get.is_some() && paths["/login"].post.is_some() && !paths.contains_key("/sign-in"));
}

#[tokio::test]
async fn without_pages_there_are_none() {
    let app = App::with(EmailPassword::new().without_pages()).await;
    let mut browser = Browser::of(&app);

    assert_eq!(browser.open("/sign-in").await.status, 404);
    assert_eq!(browser.open("/sign-up").await.status, 404);
    assert_eq!(app.sign_up("alice@example.com").await.status, 200);
}

#[tokio::test]
async fn without_a_renderer_a_page_is_not_found() {
    let app = App::of(ORIGIN, |builder| builder.plugin(EmailPassword::new())).await;
    let mut browser = Browser::of(&app);

    assert_eq!(browser.open("/sign-in").await.status, 404);
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &fields, ORIGIN).await.status, 404);
}

#[tokio::test]
async fn where_sign_up_is_off_there_is_no_page_for_it() {
    let app = App::with(EmailPassword::new().sign_up(false)).await;
    let mut browser = Browser::of(&app);

    assert_eq!(browser.open("/sign-up").await.status, 404);
    assert!(!browser.open("/sign-in").await.text.contains("Create an account"));
}

#[tokio::test]
async fn every_route_is_described() {
    let app = App::new().await;

    let described = serde_json::to_value(app.auth.openapi()).unwrap();

    for path in ["/api/auth/sign-up/email", "/api/auth/sign-in/email", "/sign-in", "/sign-up"] {
        assert_eq!(described["paths"][path]["post"]["tags"][0], "email-password", "{path}");
    }
    let request = &described["components"]["schemas"]["email_password.SignInRequest"];
    assert_eq!(request["required"], serde_json::json!(["email", "password"]), "{described}");
    assert!(request["properties"]["callbackURL"].is_object() && request["properties"]["rememberMe"].is_object());
}
