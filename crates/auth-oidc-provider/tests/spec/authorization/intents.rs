//! Requests as relying parties of every kind make them: modelled on the intents of the `OpenID` conformance suite.

use std::collections::BTreeSet;

use auth_testkit::{OAuthClient, Person, Registration};
use serde_json::{Value, json};

use super::{consent_page, started};

/// What userinfo tells for a scope.
async fn told(client: &OAuthClient, person: &Person, scope: &str) -> Value {
    let code = person.authorizes(&client.clone().with_scope(scope)).await;
    let tokens = client.exchanges(&code).await.succeeds();
    client.userinfo(&tokens.access_token).await.is_ok()
}

#[tokio::test]
async fn the_order_of_scopes_does_not_matter() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;

    let orders = ["openid profile email", "email openid profile", "profile email openid", "email profile openid"];
    let mut all = BTreeSet::new();
    for scope in orders {
        all.insert(told(&client, &alice, scope).await.to_string());
    }

    assert_eq!(all.len(), 1, "{all:?}");
    let one = told(&client, &alice, "email openid").await;
    assert_eq!((&one["email"], &one["name"]), (&json!("alice@example.com"), &Value::Null));
    let other = told(&client, &alice, "profile openid").await;
    assert_eq!((&other["email"], &other["name"]), (&Value::Null, &json!("Alice")));
}

#[tokio::test]
async fn no_display_no_locale_and_no_hint_keeps_anybody_out() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;

    for (name, value) in [
        ("display", "page"),
        ("display", "popup"),
        ("display", "touch"),
        ("display", "wap"),
        ("display", "none of these"),
        ("ui_locales", "de-CH de fr-CA"),
        ("ui_locales", "tlh xx-nowhere"),
        ("claims_locales", "se de"),
        ("login_hint", "alice@example.com"),
        ("login_hint", "+41 44 000 00 00"),
        ("acr_values", "1 2 urn:mace:incommon:iap:silver"),
        ("id_token_hint", "nothing we have signed"),
    ] {
        let request = client.asks().with(name, value).with("prompt", "consent");
        let page = consent_page(&alice.browser, &request).await;
        let url = alice.answers(&page, auth_testkit::Decision::Allow).await.away();

        let code = request.reads(&url).unwrap_or_else(|error| panic!("{name}={value}: {error:?}"));
        client.exchanges(&code).await.succeeds();
    }
}
