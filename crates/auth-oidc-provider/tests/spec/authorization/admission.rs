//! Who may register clients. RFC 7591 §1.2 and §3.

use std::time::Duration;

use auth_oidc_provider::{OidcProvider, Provider, Registration as Mode};
use auth_testkit::{Answer, Person, Registration, TestApp};
use futures::future::join_all;
use http::Request;
use serde_json::json;

use super::changing_nothing;
use crate::{app, provider};

fn with(mode: Mode) -> OidcProvider {
    provider().registration(mode)
}

/// Registers with these headers.
async fn registers(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post("/api/auth/oauth2/register").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.request(request.body(Registration::public().metadata().to_string()).unwrap()).await
}

async fn with_token(app: &TestApp, token: &str) -> Answer {
    registers(app, &[("authorization", &format!("Bearer {token}"))]).await
}

async fn issued(app: &TestApp, uses: u16, seconds: u64) -> String {
    let token = app.auth().handle::<Provider>().unwrap().issue_initial_access_token(uses, seconds).await.unwrap();
    app.learns("initial_access_token", &token);
    token
}

/// Registers from a page of the app.
async fn from_a_page(person: &Person) -> Answer {
    person.browser.post_json("/api/auth/oauth2/register", &Registration::public().metadata()).await
}

#[tokio::test]
async fn an_initial_access_token_registers_as_many_clients_as_it_says() {
    let app = app(with(Mode::InitialAccessToken)).build().await;
    let token = issued(&app, 2, 3600).await;

    for _ in 0..2 {
        assert_eq!(with_token(&app, &token).await.status, 201);
    }

    let answer = changing_nothing(&app, async || with_token(&app, &token).await).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (401, &json!("invalid_token")));
    assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\""));
    app.stores_no_secret().await;
}

#[tokio::test]
async fn without_a_token_that_works_nobody_registers() {
    let app = app(with(Mode::InitialAccessToken)).build().await;
    let alice = app.alice().await;
    let over = issued(&app, 1, 60).await;
    let none_left = issued(&app, 0, 3600).await;
    app.clock.advance(Duration::from_mins(1));

    changing_nothing(&app, async || {
        let bare = registers(&app, &[]).await;
        assert_eq!((bare.status.as_u16(), bare.header("www-authenticate")), (401, Some("Bearer")));
        for token in [&*over, &none_left, "iat_made-up", "at_x"] {
            assert_eq!(with_token(&app, token).await.status, 401, "{token}");
        }
        assert_eq!(registers(&app, &[("authorization", "Bearer a b")]).await.status, 400);
        assert_eq!(from_a_page(&alice).await.status, 401, "a session is no token");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_come_at_once_with_one_token_one_registers() {
    let app = app(with(Mode::InitialAccessToken)).build().await;
    let token = issued(&app, 1, 3600).await;

    let asks = (0..16).map(|_| {
        let (app, token) = (app.clone(), token.clone());
        tokio::spawn(async move { with_token(&app, &token).await.status.as_u16() })
    });
    let statuses: Vec<u16> = join_all(asks).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 401].contains(status)), "{statuses:?}");
    assert_eq!(app.count("oauthApplication").await, 1);
}

#[tokio::test]
async fn a_refused_registration_uses_no_token_up() {
    let app = app(with(Mode::InitialAccessToken)).build().await;
    let token = issued(&app, 1, 3600).await;
    let request = Request::post("/api/auth/oauth2/register")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));

    let refused = app.request(request.body(json!({"redirect_uris": ["javascript:x"]}).to_string()).unwrap()).await;

    assert_eq!(refused.status, 400, "{}", refused.describe());
    assert_eq!(with_token(&app, &token).await.status, 201);
}

#[tokio::test]
async fn where_only_people_register_a_session_of_this_origin_is_needed() {
    let app = app(with(Mode::SignedIn)).build().await;
    let alice = app.alice().await;
    let cookie = alice.browser.cookie("better-auth.session_token").unwrap();
    let cookie = format!("better-auth.session_token={cookie}");

    changing_nothing(&app, async || {
        for headers in [
            vec![],
            vec![("cookie", &*cookie)],
            vec![("cookie", &*cookie), ("origin", "https://evil.example")],
            vec![("authorization", "Bearer iat_x")],
        ] {
            let answer = registers(&app, &headers).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["error"]),
                (403, &json!("access_denied")),
                "{headers:?}"
            );
        }
    })
    .await;

    assert_eq!(from_a_page(&alice).await.status, 201);
}

#[tokio::test]
async fn where_nobody_registers_there_is_no_such_place() {
    let app = app(with(Mode::Off)).build().await;

    assert_eq!(registers(&app, &[]).await.status, 404);
    let document = app.get("/.well-known/oauth-authorization-server").await.json();
    assert!(document.get("registration_endpoint").is_none());
}
