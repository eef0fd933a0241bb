//! Resources that operators make and disable. RFC 8707.

use auth_oidc_provider::Provider;
use auth_oidc_provider::entity::resource;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Person, Registration};
use http::Method;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{administered, asks, gets, is_refused, makes, patches, started};
use crate::authorization::changing_nothing;
use crate::tokens::refresh::{again, same};
use crate::tokens::{are_alive, verified_for};

const FILES: &str = "https://files.example";

fn files() -> Value {
    json!({
        "identifier": "HTTPS://Files.example/", "base_scope": "notes:write", "allowed_scopes": "notes:write",
        "access_token_format": "jwt", "access_token_expires_in": 90, "claims": {"tenant": "acme"},
    })
}

fn at(row: &Value) -> String {
    format!("/resources/{}", row["id"].as_str().unwrap())
}

async fn declared(olga: &Person) -> Value {
    let all = gets(olga, "/resources").await.json();
    all["resources"].as_array().unwrap().iter().find(|row| row["declared"] == true).unwrap().clone()
}

#[tokio::test]
async fn a_resource_that_an_operator_makes_counts_at_once_and_elsewhere_when_it_is_read_again() {
    let (app, olga) = started().await;
    let elsewhere = again(&app, administered()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;

    let row = makes(&olga, "/resources", files()).await;

    assert_eq!((&row["identifier"], &row["declared"], &row["disabled"]), (&json!(FILES), &json!(false), &json!(false)));
    let request = client.asks().with("resource", FILES).with("scope", "openid notes:write mcp:tools");
    let tokens = client.exchanges(&alice.allows(&request).await).await.succeeds();
    let (_, claims) = verified_for(&app, FILES, &tokens.access_token).await;
    assert_eq!((&claims["tenant"], &claims["scope"]), (&json!("acme"), &json!("openid notes:write")));
    assert_eq!(tokens.expires_in, Some(90));
    let there = same(&elsewhere, &client);
    let bob = elsewhere.bob().await;
    let request = there.asks().with("resource", FILES);
    assert_eq!(bob.is_refused(&request).await.code, OAuthErrorCode::InvalidTarget, "not read yet");
    elsewhere.auth().handle::<Provider>().unwrap().reload_resources().await.unwrap();
    there.exchanges(&bob.allows(&request).await).await.succeeds();
}

#[tokio::test]
async fn no_token_is_issued_for_a_disabled_resource_and_those_there_are_go_on() {
    let (app, olga) = started().await;
    let row = makes(&olga, "/resources", files()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let both = client.asks().and("resource", FILES).and("resource", "http://localhost:3000/mcp");
    let code = alice.allows(&both).await;
    let tokens = client.exchanges_with(&code, &[("resource", FILES)]).await.succeeds();

    assert_eq!(patches(&olga, &at(&row), json!({"disabled": true})).await.json()["disabled"], true);

    are_alive(&client, &tokens).await;
    changing_nothing(&app, async || {
        for fields in [vec![], vec![("resource", FILES)]] {
            client.refreshes_with(tokens.refresh(), &fields).await.fails_with(OAuthErrorCode::InvalidTarget);
        }
    })
    .await;
    let request = client.asks().with("resource", FILES);
    assert_eq!(alice.is_refused(&request).await.code, OAuthErrorCode::InvalidTarget);
    let mcp = client.refreshes_with(tokens.refresh(), &[("resource", "http://localhost:3000/mcp")]).await.succeeds();
    assert!(mcp.access_token.starts_with("at_"), "the other one is as it was");
    patches(&olga, &at(&row), json!({"disabled": false})).await;
    client.refreshes_with(mcp.refresh(), &[("resource", FILES)]).await.succeeds();
}

#[tokio::test]
async fn what_operators_do_never_changes_what_a_request_without_a_resource_means() {
    let (app, olga) = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let row = makes(&olga, "/resources", json!({"identifier": FILES})).await;

    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    assert_eq!(client.introspects(&tokens.access_token).await.is_ok()["aud"], "http://localhost:3000/mcp");

    let only = declared(&olga).await;
    assert_eq!(patches(&olga, &at(&only), json!({"disabled": true})).await.status, 200);
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    assert_eq!(client.introspects(&tokens.access_token).await.is_ok().get("aud"), None, "not {row}");
}

#[tokio::test]
async fn a_request_for_a_resource_without_a_scope_gets_its_base_scope() {
    let (app, olga) = started().await;
    makes(&olga, "/resources", files()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().without("scope").with("resource", FILES);

    let tokens = client.exchanges(&app.alice().await.allows(&request).await).await.succeeds();

    assert_eq!(tokens.scopes(), ["openid", "notes:write"]);
}

#[tokio::test]
async fn a_declared_resource_can_be_disabled_and_nothing_else() {
    let (app, olga) = started().await;
    let row = declared(&olga).await;
    assert_eq!((&row["identifier"], &row["declared"]), (&json!("http://localhost:3000/mcp"), &json!(true)));

    changing_nothing(&app, async || {
        for change in [json!({"base_scope": null}), json!({"disabled": true, "access_token_format": "jwt"})] {
            is_refused(&patches(&olga, &at(&row), change).await, 409, "RESOURCE_IS_DECLARED");
        }
    })
    .await;
    assert_eq!(patches(&olga, &at(&row), json!({"disabled": true})).await.status, 200);

    let restarted = again(&app, administered()).await;
    let client = restarted.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("resource", "http://localhost:3000/mcp");
    assert_eq!(restarted.alice().await.is_refused(&request).await.code, OAuthErrorCode::InvalidTarget);
}

#[tokio::test]
async fn what_cannot_be_a_resource_is_refused() {
    let (app, olga) = started().await;
    let row = makes(&olga, "/resources", files()).await;
    let long = format!("https://files.example/{}", "x".repeat(300));

    changing_nothing(&app, async || {
        for identifier in ["", "/files", "urn:x", "https://files.example/#x", "https://u@files.example", &long] {
            let body = json!({"identifier": identifier});
            is_refused(&asks(&olga, Method::POST, "/resources", Some(&body)).await, 400, "INVALID_RESOURCE");
        }
        for taken in [FILES, "http://localhost:3000/mcp"] {
            let body = json!({"identifier": taken});
            is_refused(&asks(&olga, Method::POST, "/resources", Some(&body)).await, 409, "RESOURCE_EXISTS");
        }
        for bad in [
            json!({"base_scope": "notes:erase"}),
            json!({"allowed_scopes": "notes:write \"x\""}),
            json!({"access_token_format": "paseto"}),
            json!({"access_token_expires_in": 0}),
            json!({"access_token_expires_in": 86_401}),
            json!({"claims": {"sub": "somebody"}}),
            json!({"claims": {"client_id": "other"}}),
            json!({"claims": {"x": "\u{0}"}}),
            json!({"claims": {"x": "y".repeat(3000)}}),
        ] {
            is_refused(&patches(&olga, &at(&row), bad).await, 400, "INVALID_RESOURCE");
        }
        for shape in [json!({"disabled": "yes"}), json!({"access_token_expires_in": "60"}), json!({"claims": []})] {
            is_refused(&patches(&olga, &at(&row), shape).await, 400, "VALIDATION_ERROR");
        }
    })
    .await;
    let empty = json!({
        "base_scope": null, "allowed_scopes": null, "access_token_format": null, "access_token_expires_in": null,
        "claims": null,
    });
    let changed = patches(&olga, &at(&row), empty).await.json();
    let members: Vec<&str> = changed.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((&changed["base_scope"], &changed["access_token_format"]), (&json!(""), &json!("opaque")));
    assert!(!members.iter().any(|member| ["allowed_scopes", "access_token_expires_in", "claims"].contains(member)));
}

/// Another instance learns of a resource within a minute; a client may be faster.
#[tokio::test]
async fn an_instance_that_does_not_know_a_resource_yet_reads_it_before_it_issues() {
    let (app, olga) = started().await;
    let elsewhere = again(&app, administered()).await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let mut wanted = files();
    wanted["dpop_bound_access_tokens_required"] = json!(true);
    makes(&olga, "/resources", wanted).await;
    let there = same(&elsewhere, &client);
    let code = alice.allows(&client.asks().with("resource", FILES)).await;

    let refused = changing_nothing(&app, async || there.exchanges(&code).await).await;

    refused.fails_with(OAuthErrorCode::InvalidDpopProof);
}

#[tokio::test]
async fn an_instance_that_reads_a_resource_gives_its_tokens_the_terms_it_has() {
    let (app, olga) = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    let elsewhere = again(&app, administered()).await;
    let further = again(&app, administered()).await;
    makes(&olga, "/resources", files()).await;
    let code = alice.allows(&client.asks().with("resource", FILES).with("scope", "openid notes:write")).await;

    let tokens = same(&elsewhere, &client).exchanges(&code).await.succeeds();
    let refreshed = same(&further, &client).refreshes(tokens.refresh()).await.succeeds();

    for tokens in [&tokens, &refreshed] {
        let (_, claims) = verified_for(&app, FILES, &tokens.access_token).await;
        assert_eq!((&claims["tenant"], tokens.expires_in), (&json!("acme"), Some(90)));
    }
}

#[tokio::test]
async fn a_resource_that_nobody_knows_any_more_gets_no_token() {
    let (app, olga) = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    makes(&olga, "/resources", files()).await;
    let code = alice.allows(&client.asks().with("resource", FILES)).await;
    resource::Entity::delete_many().filter(resource::Column::Identifier.eq(FILES)).exec(app.db()).await.unwrap();
    let elsewhere = again(&app, administered()).await;
    let there = same(&elsewhere, &client);

    for _ in 0..2 {
        let refused = changing_nothing(&app, async || there.exchanges(&code).await).await;
        refused.fails_with(OAuthErrorCode::InvalidTarget);
    }
}
