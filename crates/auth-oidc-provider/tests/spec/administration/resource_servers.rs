//! Clients that operators let ask about tokens for a resource. RFC 7662.

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;
use http::Method;
use serde_json::json;

use super::{administered, asks, at, client, gets, is_refused, makes, olga, patches, started, web};
use crate::app;
use crate::authorization::changing_nothing;
use crate::tokens::refresh::{again, same};

const MCP: &str = "http://localhost:3000/mcp";
const FILES: &str = "https://files.example";

#[tokio::test]
async fn an_operator_makes_the_server_of_a_resource_and_takes_that_back() {
    let (app, olga) = started().await;
    let asker = app.registers(Registration::confidential_basic()).await;
    let tokens = asker.exchanges(&app.alice().await.authorizes(&asker).await).await.succeeds();

    let made =
        makes(&olga, "/clients", json!({"client_name": "Files", "introspects": ["HTTP://localhost:3000/mcp", MCP]}))
            .await;

    assert_eq!((&made["introspects"], &made["grant_types"]), (&json!([MCP]), &json!([])));
    assert_eq!(made["token_endpoint_auth_method"], "client_secret_basic");
    let server = client(&app, &made);
    assert_eq!(server.introspects(&tokens.access_token).await.is_ok()["aud"], MCP);
    server.acts_for_itself(&[]).await.fails_with(OAuthErrorCode::UnauthorizedClient);
    let renamed = patches(&olga, &at(&made), json!({"client_name": "Other"})).await.json();
    assert_eq!((&renamed["introspects"], &renamed["grant_types"]), (&json!([MCP]), &json!([])));
    assert_eq!(server.introspects(&tokens.access_token).await.is_ok()["active"], true);
    let without = json!({"introspects": null, "redirect_uris": ["https://client.example/callback"]});
    assert_eq!(patches(&olga, &at(&made), without).await.json().get("introspects"), None);
    assert_eq!(server.introspects(&tokens.access_token).await.is_ok(), json!({"active": false}));
}

#[tokio::test]
async fn a_client_of_people_may_serve_a_resource_as_well() {
    let (app, olga) = started().await;
    let mut body = web();
    body["introspects"] = json!([MCP]);

    let made = makes(&olga, "/clients", body).await;

    assert_eq!(made["grant_types"], json!(["authorization_code", "refresh_token"]));
    let both = client(&app, &made);
    let tokens = both.exchanges(&app.alice().await.authorizes(&both).await).await.succeeds();
    assert_eq!(both.introspects(tokens.refresh()).await.is_ok()["active"], true, "its own tokens are its own");
}

#[tokio::test]
async fn what_cannot_be_served_is_refused() {
    let (app, olga) = started().await;
    let made = makes(&olga, "/clients", web()).await;

    changing_nothing(&app, async || {
        for bad in [json!(["https://nobody.example"]), json!(["/mcp"]), json!([MCP, "mcp"]), json!(["\u{0}"])] {
            let body = json!({"introspects": bad});
            is_refused(&patches(&olga, &at(&made), body.clone()).await, 400, "INVALID_CLIENT_METADATA");
            is_refused(&asks(&olga, Method::POST, "/clients", Some(&body)).await, 400, "INVALID_CLIENT_METADATA");
        }
        let public = json!({"introspects": [MCP], "token_endpoint_auth_method": "none"});
        is_refused(&patches(&olga, &at(&made), public.clone()).await, 400, "INVALID_CLIENT_METADATA");
        is_refused(&asks(&olga, Method::POST, "/clients", Some(&public)).await, 400, "INVALID_CLIENT_METADATA");
        for shape in [json!("x"), json!({}), json!([1])] {
            let body = json!({"introspects": shape});
            is_refused(&patches(&olga, &at(&made), body).await, 400, "VALIDATION_ERROR");
        }
    })
    .await;
}

#[tokio::test]
async fn only_operators_give_it_and_what_they_give_is_trust() {
    let app = app(administered().owners_manage_clients(true)).build().await;
    let (olga, alice) = (olga(&app).await, app.alice().await);
    let metadata = Registration::confidential_basic().metadata();
    let own = alice.browser.post_json("/api/auth/oauth2/register", &metadata).await.json();

    changing_nothing(&app, async || {
        is_refused(&patches(&alice, &at(&own), json!({"introspects": [MCP]})).await, 403, "NOT_ALLOWED");
    })
    .await;
    assert_eq!(patches(&olga, &at(&own), json!({"introspects": [MCP]})).await.status, 200);

    is_refused(&patches(&alice, &at(&own), json!({"client_name": "Mine"})).await, 403, "NOT_ALLOWED");
    assert_eq!(gets(&olga, &at(&own)).await.json()["introspects"], json!([MCP]));
}

#[tokio::test]
async fn an_instance_that_does_not_know_the_resource_yet_looks_it_up() {
    let (app, olga) = started().await;
    let elsewhere = again(&app, administered()).await;
    let there = elsewhere.person("Olga", "olga@example.com");
    there.signs_in().await;
    makes(&olga, "/resources", json!({"identifier": FILES})).await;

    let made = makes(&there, "/clients", json!({"introspects": [FILES]})).await;

    let asker = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.allows(&asker.asks().with("resource", FILES)).await;
    let tokens = asker.exchanges(&code).await.succeeds();
    let server = client(&elsewhere, &made);
    for app in [&app, &elsewhere] {
        assert_eq!(same(app, &server).introspects(&tokens.access_token).await.is_ok()["aud"], FILES);
    }
}
