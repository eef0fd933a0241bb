//! Sessions in the `Authorization` header, through the front door.
#![cfg(test)]

use auth_bearer::Bearer;
use auth_core::plugins;
use auth_core::session::OptionalSession;
use auth_email_password::EmailPassword;
use auth_testkit::{Answer, TestApp};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

async fn app() -> TestApp {
    TestApp::with(plugins![EmailPassword::new(), Bearer::new()]).await
}

/// Signs somebody up as a program does, and returns the answer.
async fn signs_up(app: &TestApp, name: &str) -> Answer {
    let email = format!("{}@example.com", name.to_lowercase());
    let body = json!({ "name": name, "email": email, "password": "correct-horse-battery" });
    let answer = app.post_json(app.endpoint("/sign-up/email").as_str(), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.describe());
    answer
}

fn told(answer: &Answer) -> String {
    answer.header("set-auth-token").unwrap_or_default().to_owned()
}

/// Asks who is signed in, with these headers.
async fn session(app: &TestApp, headers: &[(&str, &str)]) -> Value {
    let answer = ask(app, Method::GET, "/get-session", headers).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.describe());
    answer.json()
}

async fn ask(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(app.endpoint(path).as_str());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.request(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_token_a_sign_in_tells_is_a_session() {
    let app = app().await;
    let signed_up = signs_up(&app, "Alice").await;
    let token = told(&signed_up);
    let body = json!({ "email": "alice@example.com", "password": "correct-horse-battery" });
    let signed_in = app.post_json(app.endpoint("/sign-in/email").as_str(), &body).await;

    for token in [token, told(&signed_in)] {
        let session = session(&app, &[("authorization", &format!("Bearer {token}"))]).await;
        assert_eq!(session["user"]["email"], "alice@example.com");
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_the_token_encoded_or_not() {
    let app = app().await;
    let token = told(&signs_up(&app, "Alice").await);
    let plain = percent_encoding::percent_decode_str(&token).decode_utf8().unwrap();
    assert_ne!(token, plain, "base64 ends with a sign that is encoded");

    for header in [format!("bearer {token}"), format!("BEARER {plain}"), format!("Bearer  {plain}")] {
        let session = session(&app, &[("authorization", &header)]).await;
        assert_eq!(session["user"]["name"], "Alice", "{header}");
    }
}

#[tokio::test]
async fn a_raw_token_and_one_we_did_not_sign_are_no_credential() {
    let app = app().await;
    let answer = signs_up(&app, "Alice").await;
    let raw = answer.json()["token"].as_str().unwrap().to_owned();
    let token = told(&answer);
    let other = told(&signs_up(&app, "Bob").await);
    let (_, signature) = other.rsplit_once('.').unwrap();

    for header in [
        format!("Bearer {raw}"),
        format!("Bearer {raw}.{signature}"),
        format!("Bearer {raw}."),
        format!("Basic {token}"),
        format!("Bearer{token}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {}", "x".repeat(8000)),
    ] {
        assert_eq!(session(&app, &[("authorization", &header)]).await, Value::Null, "{header}");
    }
    let twice = [("authorization", format!("Bearer {token}")), ("authorization", format!("Bearer {token}"))];
    let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(session(&app, &twice).await, Value::Null, "which of the two counts cannot be told");
}

#[tokio::test]
async fn a_session_that_ended_is_no_session_in_a_header_either() {
    let app = app().await;
    let token = format!("Bearer {}", told(&signs_up(&app, "Alice").await));

    let out = ask(&app, Method::POST, "/sign-out", &[("authorization", &token)]).await;

    assert_eq!(out.status, StatusCode::OK, "{}", out.describe());
    assert_eq!(out.header("set-auth-token"), None, "nothing is left to tell");
    assert_eq!(app.count("session").await, 0);
    assert_eq!(session(&app, &[("authorization", &token)]).await, Value::Null);
}

#[tokio::test]
async fn a_session_in_the_header_counts_before_one_in_a_cookie() {
    let app = app().await;
    let alice = format!("Bearer {}", told(&signs_up(&app, "Alice").await));
    let bob = signs_up(&app, "Bob").await;
    let cookie = bob.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let cookies = format!("theme=dark; {cookie}; other=1");

    let both = session(&app, &[("authorization", &alice), ("cookie", &cookies)]).await;
    let alone = session(&app, &[("cookie", &cookies)]).await;
    let junk = session(&app, &[("authorization", "Bearer junk.junk"), ("cookie", &cookies)]).await;

    assert_eq!((&both["user"]["name"], &alone["user"]["name"]), (&json!("Alice"), &json!("Bob")));
    assert_eq!(junk["user"]["name"], "Bob", "what is not ours is left alone");
}

#[tokio::test]
async fn a_page_of_another_site_gains_nothing_by_it() {
    let app = app().await;
    let token = format!("Bearer {}", told(&signs_up(&app, "Alice").await));
    let from = [("authorization", token.as_str()), ("origin", "https://evil.example")];
    let before = app.dump_tables().await;

    let refused = ask(&app, Method::POST, "/sign-out", &from).await;
    let asked = ask(&app, Method::OPTIONS, "/sign-out", &from[1..]).await;

    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.describe());
    assert_eq!(app.dump_tables().await, before);
    assert_eq!(asked.header("access-control-allow-origin"), None, "the browser does not even send it");
}

/// Signs up as a page of our own origin does.
async fn signs_up_in_a_page(app: &TestApp) -> Answer {
    let body = json!({ "name": "Alice", "email": "alice@example.com", "password": "correct-horse-battery" });
    let request = Request::post(app.endpoint("/sign-up/email").as_str())
        .header("origin", app.base_url())
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = app.request(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.describe());
    answer
}

#[tokio::test]
async fn browsers_are_not_told_what_their_cookie_keeps_from_scripts() {
    let app = app().await;

    let answer = signs_up_in_a_page(&app).await;

    assert_eq!(answer.header("set-auth-token"), None);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    app.clock.advance(std::time::Duration::from_hours(48));
    let extended = ask(&app, Method::GET, "/get-session", &[("cookie", &cookie)]).await;
    assert!(extended.header("set-cookie").is_some(), "{}", extended.describe());
    assert_eq!(extended.header("set-auth-token"), None, "nor when it is extended");
}

#[tokio::test]
async fn an_app_may_tell_pages_of_trusted_origins_too() {
    let app = TestApp::with(plugins![EmailPassword::new(), Bearer::new().tell_browsers(true)]).await;

    let answer = signs_up_in_a_page(&app).await;

    let exposed: Vec<_> = answer.headers.get_all("access-control-expose-headers").iter().collect();
    assert!(exposed.iter().any(|names| *names == "set-auth-token"), "{exposed:?}");
    assert!(!told(&answer).is_empty());
}

#[tokio::test]
async fn a_route_any_origin_may_call_takes_no_session() {
    let plugins = plugins![EmailPassword::new(), Bearer::new(), Open];
    let app = TestApp::with(plugins).await;
    let token = format!("Bearer {}", told(&signs_up(&app, "Alice").await));

    let open = ask(&app, Method::GET, "/open", &[("authorization", &token), ("origin", "https://evil.example")]).await;
    let own = ask(&app, Method::GET, "/own", &[("authorization", &token)]).await;

    assert_eq!((open.text().as_str(), own.text().as_str()), ("nobody", "Alice"));
}

/// Two routes that tell who is signed in: one that any origin may call, and one that uses sessions.
struct Open;

impl auth_core::Plugin for Open {
    fn id(&self) -> auth_core::PluginId {
        "open"
    }

    fn contribute(&self, to: &mut auth_core::Contributions) {
        to.access("/open", auth_core::Access::Public);
    }

    fn mount(&self, cx: &auth_core::AuthContext) -> auth_core::Mount {
        let routes = OpenApiRouter::new().routes(routes!(who)).routes(auth_core::route_at("/own", routes!(who)));
        auth_core::Mount::of("open").base(routes.with_state(cx.clone()))
    }
}

/// Tells who is signed in.
#[utoipa::path(get, path = "/open", responses((status = 200, description = "A name", body = String)))]
async fn who(OptionalSession(found): OptionalSession) -> String {
    found.map_or_else(|| "nobody".to_owned(), |who| who.user.name)
}

#[tokio::test]
async fn a_refused_sign_in_tells_nothing() {
    let app = app().await;
    signs_up(&app, "Alice").await;
    let body = json!({ "email": "alice@example.com", "password": "wrong-horse-battery" });

    let refused = app.post_json(app.endpoint("/sign-in/email").as_str(), &body).await;

    assert_eq!((refused.status, refused.header("set-auth-token")), (StatusCode::UNAUTHORIZED, None));
}

#[tokio::test]
async fn an_extended_session_is_told_again() {
    let app = app().await;
    let token = format!("Bearer {}", told(&signs_up(&app, "Alice").await));
    app.clock.advance(std::time::Duration::from_hours(48));

    let answer = ask(&app, Method::GET, "/get-session", &[("authorization", &token)]).await;

    assert_eq!(format!("Bearer {}", told(&answer)), token, "the same session, which lives on");
}

#[tokio::test]
async fn every_endpoint_that_takes_the_cookie_is_described_as_taking_the_header() {
    let app = app().await;

    let document = serde_json::to_value(app.auth().openapi()).unwrap();

    assert_eq!(document["components"]["securitySchemes"]["session-bearer"]["scheme"], "bearer");
    let mut taking = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for (method, operation) in item.as_object().unwrap() {
            let ways = |name: &str| {
                operation["security"].as_array().is_some_and(|ways| ways.iter().any(|way| way.get(name).is_some()))
            };
            assert_eq!(ways("session"), ways("session-bearer"), "{method} {}", operation["operationId"]);
            taking += u32::from(ways("session"));
        }
    }
    assert!(taking >= 2, "{taking}");
}

#[tokio::test]
async fn no_table_holds_the_token() {
    let app = app().await;
    app.learns("bearer", &told(&signs_up(&app, "Alice").await));

    app.stores_no_secret().await;
}
