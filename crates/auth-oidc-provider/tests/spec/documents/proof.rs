//! Clients that prove themselves by the keys of their document. RFC 7523 §2.2.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "steps of tests stand outside test functions")]

use auth_protocol::OAuthErrorCode;
use auth_protocol::client_assertion::ASSERTION_TYPE;
use auth_testkit::TestApp;
use http::StatusCode;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{ID, PATH, client, document, started};
use crate::tokens::client_assertion::Pair;

const KEYS: &str = "/oauth/jwks.json";

fn assertion(app: &TestApp, pair: &Pair, jti: &str) -> String {
    let now = app.auth().context().now().timestamp();
    let claims = json!({"iss": ID, "sub": ID, "aud": app.base_url(), "exp": now + 60, "iat": now, "jti": jti});
    pair.signs(|_| (), &claims)
}

fn with_keys(method: Option<&str>) -> Value {
    let mut document = document();
    document["jwks_uri"] = json!(format!("https://client.example{KEYS}"));
    document["token_endpoint_auth_method"] = json!(method);
    if method.is_none() {
        document.as_object_mut().unwrap().remove("token_endpoint_auth_method");
    }
    document
}

#[tokio::test]
async fn a_client_that_says_so_has_to_prove_itself() {
    let (app, site) = started().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    site.says(PATH, &with_keys(Some("private_key_jwt")), "max-age=60");
    site.says(KEYS, &pair.set(), "max-age=60");
    let alice = app.alice().await;
    let client = client(&app);
    let code = alice.authorizes(&client).await;

    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidClient);
    let other = assertion(&app, &Pair::new(Algorithm::ES256, "k1"), "j0");
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &other)];
    client.exchanges_with(&code, &fields).await.fails_with(OAuthErrorCode::InvalidClient);

    let own = assertion(&app, &pair, "j1");
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &own)];
    client.exchanges_with(&code, &fields).await.succeeds();
}

/// `ChatGPT` lists both ways and takes the one that is offered.
#[tokio::test]
async fn a_client_with_keys_that_names_no_method_may_prove_itself() {
    let (app, site) = started().await;
    let pair = Pair::new(Algorithm::ES256, "k1");
    site.says(PATH, &with_keys(None), "max-age=60");
    site.says(KEYS, &pair.set(), "max-age=60");
    let alice = app.alice().await;
    let client = client(&app);

    client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    let code = alice.authorizes(&client).await;
    let other = assertion(&app, &Pair::new(Algorithm::ES256, "k1"), "j0");
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &other)];
    client.exchanges_with(&code, &fields).await.fails_with(OAuthErrorCode::InvalidClient);
    let own = assertion(&app, &pair, "j1");
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &own)];
    client.exchanges_with(&code, &fields).await.succeeds();
}

#[tokio::test]
async fn a_client_without_keys_cannot() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    let code = alice.authorizes(&client).await;
    let own = assertion(&app, &Pair::new(Algorithm::ES256, "k1"), "j1");
    let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &own)];

    client.exchanges_with(&code, &fields).await.fails_with(OAuthErrorCode::InvalidClient);

    assert_eq!(site.hits(KEYS), 0);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn attack_88_keys_of_a_document_come_from_public_addresses_too() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    for host in ["127.0.0.1", "169.254.169.254", "[::1]", "metadata.google.internal"] {
        let mut document = with_keys(Some("private_key_jwt"));
        document["jwks_uri"] = json!(format!("https://{host}/jwks.json"));
        site.says(PATH, &document, "max-age=0");
        app.clock.advance(std::time::Duration::from_secs(10));
        let code = alice.authorizes(&client).await;
        let own = assertion(&app, &Pair::new(Algorithm::ES256, "k1"), host);
        let fields = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &own)];

        let answer = client.exchanges_with(&code, &fields).await;

        answer.fails_with(OAuthErrorCode::InvalidClient);
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{host}");
    }
}
