//! A client manages its own registration. RFC 7592.

use auth_oidc_provider::entity::client;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, OAuthClient, Registration, TestApp};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use jsonwebtoken::{Algorithm, decode_header};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::is_refused;
use crate::{app, provider};

/// Sends a request to the management endpoint of a client.
async fn sends(app: &TestApp, method: Method, client_id: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
    let url = app.endpoint(&format!("/oauth2/register/{client_id}"));
    let mut request = Request::builder().method(method).uri(url.as_str());
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = match body {
        Some(json) => {
            request = request.header("content-type", "application/json");
            Body::from(json.to_string())
        }
        None => Body::empty(),
    };
    app.request(request.body(body).unwrap()).await
}

fn token(client: &OAuthClient) -> &str {
    client.registration["registration_access_token"].as_str().unwrap()
}

async fn reads(app: &TestApp, client: &OAuthClient) -> Answer {
    sends(app, Method::GET, &client.client_id, Some(token(client)), None).await
}

async fn updates(app: &TestApp, client: &OAuthClient, metadata: &Value) -> Answer {
    sends(app, Method::PUT, &client.client_id, Some(token(client)), Some(metadata)).await
}

fn without(mut json: Value, members: &[&str]) -> Value {
    for member in members {
        json.as_object_mut().unwrap().remove(*member);
    }
    json
}

#[tokio::test]
async fn a_registration_says_where_it_is_managed_and_by_what() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic().with("client_uri", "https://c.example")).await;
    let uri = app.endpoint(&format!("/oauth2/register/{}", client.client_id));
    assert_eq!(client.registration["registration_client_uri"], uri.as_str());

    let answer = reads(&app, &client).await;

    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, Some("no-store")));
    assert_eq!(answer.json(), without(client.registration.clone(), &["client_secret"]), "a secret is told once");
    app.stores_no_secret().await;
}

#[tokio::test]
async fn an_update_takes_the_place_of_all_there_was() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic().with("client_uri", "https://c.example")).await;
    let metadata = json!({
        "client_id": client.client_id, "client_name": "Renamed", "redirect_uris": ["https://c.example/other"],
        "token_endpoint_auth_method": "client_secret_basic", "grant_types": ["authorization_code", "refresh_token"],
    });

    let answer = updates(&app, &client, &metadata).await;

    let told = answer.json();
    assert_eq!(answer.status, StatusCode::OK, "{told}");
    assert_eq!(
        (&told["client_name"], &told["redirect_uris"]),
        (&json!("Renamed"), &json!(["https://c.example/other"]))
    );
    assert_eq!((told.get("client_uri"), told.get("client_secret")), (None, None), "left out is gone, kept is not told");
    assert_eq!(reads(&app, &client).await.json(), told);
    let mut moved = client.clone();
    moved.redirect_uri = "https://c.example/other".to_owned();
    let code = app.alice().await.authorizes(&moved).await;
    moved.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn the_algorithms_of_what_it_is_told_change_with_the_registration() {
    let app = app(provider()).build().await;
    let accept = [("accept", "application/token-introspection+jwt")];
    let client = app.registers(Registration::confidential_basic()).await.with_headers(&accept);
    let tokens = client.exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();
    let (userinfo, introspection) = ("userinfo_signed_response_alg", "introspection_signed_response_alg");
    let signed_with = async || {
        let answers = [client.userinfo(&tokens.access_token).await, client.introspects(&tokens.access_token).await];
        answers.map(|answer| decode_header(answer.text()).ok().map(|header| header.alg))
    };
    assert_eq!(signed_with().await, [None, Some(Algorithm::ES256)]);

    let mut metadata = Registration::confidential_basic().metadata();
    metadata["client_id"] = json!(client.client_id);
    (metadata[userinfo], metadata[introspection]) = (json!("EdDSA"), json!("RS256"));
    let told = updates(&app, &client, &metadata).await.json();
    assert_eq!((&told[userinfo], &told[introspection]), (&json!("EdDSA"), &json!("RS256")));
    assert_eq!(reads(&app, &client).await.json(), told);
    assert_eq!(signed_with().await, [Some(Algorithm::EdDSA), Some(Algorithm::RS256)]);

    metadata["redirect_uris"] = json!(["javascript:alert(1)"]);
    metadata[userinfo] = json!("ES256");
    assert_eq!(updates(&app, &client, &metadata).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(signed_with().await, [Some(Algorithm::EdDSA), Some(Algorithm::RS256)], "a refusal changes nothing");

    let told = updates(&app, &client, &without(told, &["client_secret", userinfo, introspection])).await.json();
    assert_eq!((told.get(userinfo), told.get(introspection)), (None, None), "left out is gone");
    assert_eq!(signed_with().await, [None, Some(Algorithm::ES256)]);
}

#[tokio::test]
async fn a_client_that_comes_to_need_a_secret_gets_one_and_one_that_does_not_loses_it() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::public_on_the_web()).await;
    let metadata = |method: &str| json!({"client_id": client.client_id, "redirect_uris": [client.redirect_uri], "token_endpoint_auth_method": method});

    let told = updates(&app, &client, &metadata("client_secret_post")).await.json();
    let secret = told["client_secret"].as_str().unwrap().to_owned();
    app.learns("client_secret", &secret);
    client.introspects("x").await.fails_with(OAuthErrorCode::InvalidClient);
    let told = updates(&app, &client, &metadata("client_secret_basic")).await.json();
    assert_eq!(told.get("client_secret"), None, "the same secret");
    client.clone().with_secret(&secret).introspects("x").await.is_ok();
    let told = updates(&app, &client, &metadata("none")).await.json();
    assert_eq!(told["token_endpoint_auth_method"], "none");

    client.clone().with_secret(&secret).introspects("x").await.fails_with(OAuthErrorCode::InvalidClient);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn an_update_is_judged_as_a_registration_and_a_refused_one_changes_nothing() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let good = json!({"client_id": client.client_id, "redirect_uris": ["https://c.example/cb"]});
    let before = app.dump_tables().await;

    for (member, value, error) in [
        ("client_id", json!("another"), OAuthErrorCode::InvalidClientMetadata),
        ("client_id", Value::Null, OAuthErrorCode::InvalidClientMetadata),
        ("client_secret", json!("of my own choice"), OAuthErrorCode::InvalidClientMetadata),
        ("redirect_uris", json!(["javascript:alert(1)"]), OAuthErrorCode::InvalidRedirectUri),
        ("redirect_uris", json!([]), OAuthErrorCode::InvalidRedirectUri),
        ("token_endpoint_auth_method", json!("tls_client_auth"), OAuthErrorCode::InvalidClientMetadata),
    ] {
        let mut wrong = good.clone();
        wrong[member] = value;
        is_refused(&updates(&app, &client, &wrong).await, 400, error);
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn nobody_manages_another_client() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let other = app.registers(Registration::confidential_basic()).await;
    let metadata = json!({"client_id": client.client_id, "redirect_uris": ["https://evil.example/cb"]});
    let before = app.dump_tables().await;

    let secret = client.client_secret.as_deref().unwrap();
    for (id, token) in [
        (client.client_id.as_str(), Some(token(&other))),
        (&client.client_id, Some(secret)),
        (&client.client_id, Some("reg_wrong")),
        (&client.client_id, None),
        ("unknown", Some(token(&client))),
    ] {
        for (method, body) in [(Method::GET, None), (Method::PUT, Some(&metadata)), (Method::DELETE, None)] {
            let answer = sends(&app, method.clone(), id, token, body).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {id}: {}", answer.describe());
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            assert!(challenge.starts_with("Bearer"), "{challenge}");
        }
    }

    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_client_that_deletes_itself_takes_everything_along() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let other = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let kept = other.exchanges(&alice.authorizes(&other).await).await.succeeds();

    let answer = sends(&app, Method::DELETE, &client.client_id, Some(token(&client)), None).await;

    assert_eq!((answer.status, answer.body.len()), (StatusCode::NO_CONTENT, 0));
    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidClient);
    assert_eq!(reads(&app, &client).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!((app.count("oauthApplication").await, app.count("oauthGrant").await), (1, 1));
    other.userinfo(&kept.access_token).await.is_ok();
}

#[tokio::test]
async fn where_nobody_registers_nobody_manages() {
    let app = app(provider().dynamic_registration(false)).build().await;

    let answer = sends(&app, Method::GET, "any", Some("reg_x"), None).await;

    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_an_operator_has_decided_survives_an_update() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    // No request gives trust, or disables a client: an operator does, in the table.
    let trusted = client::Entity::update_many().col_expr(client::Column::SkipConsent, Expr::value(true));
    trusted.filter(client::Column::ClientId.eq(&client.client_id)).exec(app.db()).await.unwrap();
    let metadata = json!({
        "client_id": client.client_id, "redirect_uris": [client.redirect_uri], "skip_consent": false,
        "token_endpoint_auth_method": "client_secret_basic", "own_scope": "notes:write",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    });

    let told = updates(&app, &client, &metadata).await.json();

    assert_eq!(told["grant_types"], json!(["authorization_code", "refresh_token"]));
    let row = client::Entity::find().one(app.db()).await.unwrap().unwrap();
    assert_eq!((row.skip_consent, row.own_scope, row.declared), (true, None, false));

    let elsewhere = json!({"client_id": client.client_id, "redirect_uris": ["https://evil.example/"]});
    assert_eq!(updates(&app, &client, &elsewhere).await.status, StatusCode::OK);
    let row = client::Entity::find().one(app.db()).await.unwrap().unwrap();
    assert!(!row.skip_consent, "nobody has vouched for it there");
}
