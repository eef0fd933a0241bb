//! An issuer with a path. RFC 8414 §3.1, OpenID Connect Discovery §4, RFC 9207 §2.

use std::collections::BTreeSet;

use auth_core::Auth;
use auth_oidc_provider::OidcProvider;
use auth_testkit::{Registration, TestApp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::{app, provider};

fn with_path(path: &str) -> OidcProvider {
    provider().issuer_path(path)
}

async fn document(app: &TestApp, place: &str) -> Value {
    let answer = app.get(place).await.expects(StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{place}");
    answer.json()
}

#[tokio::test]
async fn its_documents_are_inserted_appended_and_at_the_root() {
    for (path, also) in [("/tenants/one", "/api/auth"), ("/api/auth", "/api/auth")] {
        let app = app(with_path(path)).build().await;
        let places = [
            format!("/.well-known/oauth-authorization-server{path}"),
            format!("/.well-known/openid-configuration{path}"),
            format!("{path}/.well-known/openid-configuration"),
            format!("{path}/.well-known/oauth-authorization-server"),
            "/.well-known/oauth-authorization-server".to_owned(),
            "/.well-known/openid-configuration".to_owned(),
            format!("{also}/.well-known/oauth-authorization-server"),
        ];
        for place in &places {
            let told = document(&app, place).await;
            assert_eq!(told["issuer"], format!("http://localhost:3000{path}"), "{place}");
            assert_eq!(told["token_endpoint"], "http://localhost:3000/api/auth/oauth2/token", "{place}");
        }
        assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), if path == also { 6 } else { 7 });
        assert_eq!(app.get("/.well-known/oauth-authorization-server/other").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn it_stands_in_every_answer_and_token_as_it_is_told() {
    let app = app(with_path("/tenant")).build().await;
    let issuer =
        document(&app, "/.well-known/openid-configuration/tenant").await["issuer"].as_str().unwrap().to_owned();
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools");

    let code = alice.allows(&client.asks().of_issuer(&issuer)).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let claims = URL_SAFE_NO_PAD.decode(tokens.id().split('.').nth(1).unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&claims).unwrap()["iss"], issuer);
    let told = client.introspects(&tokens.access_token).await.is_ok();
    assert_eq!((&told["active"], &told["iss"]), (&json!(true), &json!(issuer)));
}

#[test]
fn the_app_says_what_is_wrong_with_a_path() {
    for path in ["", "/", "tenant", "/tenant/", "/a/../b", "/a b", "/a?b", "https://x.example"] {
        let told = Auth::builder("http://localhost:3000").plugin(with_path(path)).schema().unwrap_err().to_string();

        assert!(told.contains("issuer_path") && told.contains("/tenant"), "{path}: {told}");
    }
}
