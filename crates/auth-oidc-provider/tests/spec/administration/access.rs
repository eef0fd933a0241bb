//! Who may administer: nobody by default, and whom the app lets.

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_core::session::SignedIn;
use auth_oidc_provider::{Administration, AdministrativeAction, Registration as Mode};
use auth_testkit::{Registration, TestApp};
use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use super::{administered, asks, at, gets, is_refused, makes, olga, patches, routes, started, web};
use crate::authorization::changing_nothing;
use crate::{app, provider};

/// Everything an administrator may do, done to things that are there.
async fn every_route(app: &TestApp) -> Vec<(Method, String, Option<serde_json::Value>)> {
    let client = app.registers(Registration::confidential_basic()).await;
    let bob = app.bob().await;
    bob.authorizes(&client).await;
    let session = bob.browser.fetches("/api/auth/get-session").await.json();
    routes(&client.client_id, session["user"]["id"].as_str().unwrap(), "x")
}

#[tokio::test]
async fn without_the_word_of_the_app_there_are_no_such_routes() {
    let app = app(provider()).build().await;
    let olga = olga(&app).await;
    let all = every_route(&app).await;

    changing_nothing(&app, async || {
        for (method, path, body) in all {
            let answer = asks(&olga, method.clone(), &path, body.as_ref()).await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.describe());
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_whom_the_app_does_not_let_is_refused_everywhere() {
    let app = app(administered()).build().await;
    let alice = app.alice().await;
    let all = every_route(&app).await;

    changing_nothing(&app, async || {
        for (method, path, body) in all.into_iter().filter(|(_, path, _)| path != "/initial-access-tokens") {
            let answer = asks(&alice, method.clone(), &path, body.as_ref()).await;
            is_refused(&answer, 403, "NOT_ALLOWED");
        }
        let nobody = gets(&alice, "/clients/nobody").await;
        is_refused(&nobody, 403, "NOT_ALLOWED");
    })
    .await;
}

#[tokio::test]
async fn it_takes_a_session_and_a_page_of_this_origin() {
    let (app, olga) = started().await;
    let all = every_route(&app).await;
    let stranger = app.person("Nobody", "nobody@example.com");

    changing_nothing(&app, async || {
        for (method, path, body) in all.into_iter().filter(|(_, path, _)| path != "/initial-access-tokens") {
            let answer = asks(&stranger, method.clone(), &path, body.as_ref()).await;
            is_refused(&answer, 401, "UNAUTHORIZED");
            if method == Method::GET {
                continue;
            }
            let request = Request::builder()
                .method(method)
                .uri(format!("/api/auth/oauth2{path}"))
                .header("origin", "https://evil.example")
                .header("sec-fetch-site", "cross-site")
                .header("content-type", "application/json");
            let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
            is_refused(&olga.browser.sends(request.body(body).unwrap()).await, 403, "INVALID_ORIGIN");
        }
    })
    .await;
}

/// An app that lets Olga list clients, and cannot say who may do the rest.
struct Half;

#[async_trait]
impl Administration for Half {
    async fn allows(&self, who: &SignedIn, action: AdministrativeAction<'_>) -> Result<bool, Unexpected> {
        match action {
            AdministrativeAction::ListClients => Ok(who.user.email == "olga@example.com"),
            AdministrativeAction::DeleteClient("the-one") => Ok(true),
            _ => Err(Unexpected::new("the directory is away")),
        }
    }
}

#[tokio::test]
async fn each_action_is_asked_about_and_no_answer_lets_nobody_in() {
    let app = app(provider().administration(Half)).build().await;
    let olga = olga(&app).await;
    let client = app.registers_client().await;

    assert_eq!(gets(&olga, "/clients").await.json()["clients"].as_array().unwrap().len(), 1);
    changing_nothing(&app, async || {
        let delete = format!("/clients/{}", client.client_id);
        is_refused(&asks(&olga, Method::DELETE, &delete, None).await, 500, "INTERNAL_SERVER_ERROR");
        is_refused(&asks(&olga, Method::DELETE, "/clients/the-one", None).await, 404, "CLIENT_NOT_FOUND");
        is_refused(&asks(&olga, Method::POST, "/clients", Some(&web())).await, 500, "INTERNAL_SERVER_ERROR");
    })
    .await;
}

#[tokio::test]
async fn an_operator_issues_initial_access_tokens_where_they_count() {
    let app = app(administered().registration(Mode::InitialAccessToken)).build().await;
    let olga = olga(&app).await;

    let issued = makes(&olga, "/initial-access-tokens", json!({"uses": 2, "expires_in": 60})).await;

    let token = issued["initial_access_token"].as_str().unwrap();
    app.learns("initial_access_token", token);
    assert_eq!((&issued["uses"], &issued["expires_at"]), (&json!(2), &json!(crate::tokens::START + 60)));
    let register = || {
        Request::post("/api/auth/oauth2/register")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(Registration::public().metadata().to_string())
            .unwrap()
    };
    assert_eq!(app.request(register()).await.status, 201);
    assert_eq!(app.request(register()).await.status, 201);
    assert_eq!(app.request(register()).await.status, 401);
    changing_nothing(&app, async || {
        for bad in [json!({"uses": 0}), json!({"uses": 10_001}), json!({"expires_in": 0}), json!({"uses": "1"})] {
            let answer = asks(&olga, Method::POST, "/initial-access-tokens", Some(&bad)).await;
            is_refused(&answer, 400, "VALIDATION_ERROR");
        }
        let alice = asks(&app.person("X", "x@example.com"), Method::POST, "/initial-access-tokens", None).await;
        assert_eq!(alice.status, 401);
    })
    .await;
    app.stores_no_secret().await;
}

/// Who may rename or disable a client may not make it a trusted one.
#[tokio::test]
async fn vouching_for_a_client_is_an_action_of_its_own() {
    let supports = |who: &SignedIn, action: AdministrativeAction<'_>| match action {
        AdministrativeAction::VouchForClient(_) => who.user.email == "olga@example.com",
        _ => true,
    };
    let app = app(provider().administration(supports)).build().await;
    let (olga, support) = (olga(&app).await, app.bob().await);
    let made = makes(&support, "/clients", web()).await;

    assert_eq!(patches(&support, &at(&made), json!({"client_name": "Desk 2"})).await.status, 200);
    let trusts = [json!({"skip_consent": true}), json!({"own_scope": "notes:write"}), json!({"user_id": null})];
    changing_nothing(&app, async || {
        for trust in &trusts {
            is_refused(&patches(&support, &at(&made), trust.clone()).await, 403, "NOT_ALLOWED");
            let mut wanted = web();
            wanted.as_object_mut().unwrap().extend(trust.as_object().unwrap().clone());
            is_refused(&asks(&support, Method::POST, "/clients", Some(&wanted)).await, 403, "NOT_ALLOWED");
        }
    })
    .await;

    assert_eq!(patches(&olga, &at(&made), json!({"skip_consent": true})).await.status, 200);
    changing_nothing(&app, async || {
        let elsewhere = json!({"redirect_uris": ["https://evil.example/cb"]});
        is_refused(&patches(&support, &at(&made), elsewhere).await, 403, "NOT_ALLOWED");
    })
    .await;
    assert_eq!(patches(&support, &at(&made), json!({"disabled": true})).await.status, 200);
}
