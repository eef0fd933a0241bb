//! Secrets of clients that operators replace.

use std::time::Duration;

use auth_protocol::OAuthErrorCode;
use auth_testkit::OAuthClient;
use http::Method;
use serde_json::{Value, json};

use super::{asks, at, client, is_refused, makes, olga, started, web};
use crate::app;
use crate::authorization::changing_nothing;

async fn rotates(olga: &auth_testkit::Person, made: &Value, body: Value) -> auth_testkit::Answer {
    asks(olga, Method::POST, &format!("{}/rotate-secret", at(made)), Some(&body)).await
}

async fn counts(client: &OAuthClient) -> bool {
    let answer = client.introspects("at_x").await;
    if answer.status == 200 {
        return true;
    }
    answer.fails_with(OAuthErrorCode::InvalidClient);
    false
}

#[tokio::test]
async fn a_secret_that_an_operator_replaces_counts_for_a_day_or_ends_at_once() {
    let (app, olga) = started().await;
    let made = makes(&olga, "/clients", web()).await;
    let first = client(&app, &made);

    let second = client(&app, &rotates(&olga, &made, json!({})).await.json());
    assert!(counts(&first).await && counts(&second).await);
    app.clock.advance(Duration::from_hours(24));
    assert!(!counts(&first).await && counts(&second).await);

    let third = client(&app, &rotates(&olga, &made, json!({"at_once": true})).await.json());
    assert!(!counts(&second).await && counts(&third).await);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn a_secret_of_a_client_that_an_operator_made_ends_as_the_app_says() {
    let app = app(super::administered().client_secrets_expire_in(90 * 86_400)).build().await;
    let olga = olga(&app).await;

    let made = makes(&olga, "/clients", web()).await;

    assert_eq!(made["client_secret_expires_at"], crate::tokens::START + 90 * 86_400);
}

#[tokio::test]
async fn what_has_no_secret_gets_none() {
    let (app, olga) = started().await;
    let public = makes(&olga, "/clients", json!({"redirect_uris": [super::CALLBACK]})).await;
    assert_eq!(public.get("client_secret"), None);

    changing_nothing(&app, async || {
        is_refused(&rotates(&olga, &public, json!({})).await, 409, "CLIENT_HAS_NO_SECRET");
        is_refused(&rotates(&olga, &json!({"client_id": "nobody"}), json!({})).await, 404, "CLIENT_NOT_FOUND");
        is_refused(&rotates(&olga, &public, json!({"at_once": "now"})).await, 400, "VALIDATION_ERROR");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_to_keep_a_secret_gets_one() {
    let (app, olga) = started().await;
    let public = makes(&olga, "/clients", json!({"redirect_uris": [super::CALLBACK]})).await;

    let method = json!({"token_endpoint_auth_method": "client_secret_basic"});
    let changed = super::patches(&olga, &at(&public), method).await.json();

    assert!(counts(&client(&app, &changed)).await);
    let back = super::patches(&olga, &at(&public), json!({"token_endpoint_auth_method": "none"})).await.json();
    assert_eq!(back.get("client_secret"), None);
    assert!(!counts(&client(&app, &changed)).await);
}
