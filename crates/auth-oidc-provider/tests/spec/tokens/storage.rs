//! What lies in the tables: digests and sealed values, none of which is a credential.

use auth_oidc_provider::entity::{access_token, authorization_code, client, interaction, refresh_token};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{KnownSecret, OAuthClient, Person, Registration, TestApp, Tokens};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::is_refused;
use crate::{app, provider};

/// Everything that can lie in the tables at one time: people, clients, a used and an unused code,
/// a rotated refresh token inside its replay window, requests that wait for sign-in and consent.
struct FullHouse {
    app: TestApp,
    alice: Person,
    confidential: OAuthClient,
    tokens: Tokens,
    handle: String,
}

async fn full_house() -> FullHouse {
    let app = app(provider().replay_window(30)).build().await;
    let alice = app.alice().await;
    alice.elsewhere().signs_in().await;
    let confidential = app.registers(Registration::confidential_basic()).await;
    let posting = app.registers(Registration::confidential_post()).await;
    let public = app.registers_client().await;
    let mut last = None;
    for client in [&posting, &public, &confidential] {
        let first = client.exchanges(&alice.authorizes(client).await).await.succeeds();
        let second = client.refreshes(first.refresh()).await.succeeds();
        assert_eq!(client.refreshes(first.refresh()).await.succeeds(), second, "the replay window is open");
        last = Some(second);
    }
    // A code that nobody has redeemed yet.
    alice.authorizes(&public).await;
    // Somebody without an account signs up on the way, another waits at sign-in, Bob at consent.
    app.person("Carol", "carol@example.com").authorizes(&public).await;
    app.browser().get(public.asks().url().as_str()).await.page();
    // A client that sends credentials where they do not belong.
    let stray = confidential.asks().with("client_secret", confidential.client_secret.as_deref().unwrap());
    let stray = stray.with("id_token_hint", last.as_ref().unwrap().id());
    app.browser().get(stray.url().as_str()).await.page();
    let page = app.bob().await.browser.get(public.asks().url().as_str()).await.page();
    let handle = page.form().value("consent_code").unwrap().to_owned();
    FullHouse { app, alice, confidential, tokens: last.unwrap(), handle }
}

#[tokio::test]
async fn no_table_holds_a_credential_in_clear() {
    let FullHouse { app, .. } = full_house().await;

    let known = app.secrets();
    for kind in [
        "password",
        "cookie better-auth.session_token",
        "cookie better-auth.oauth_browser",
        "token",
        "client_secret",
        "code",
        "code_verifier",
        "access_token",
        "refresh_token",
        "id_token",
        "consent_code",
        "interaction",
    ] {
        assert!(known.iter().any(|secret| secret.what == kind), "no {kind} passed by: the test looks at nothing");
    }
    assert!(app.count("oauthRefreshToken").await > 0);
    app.stores_no_secret().await;
    let dump = app.dump_tables().await;
    for KnownSecret { what, value } in known {
        let hex = value.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let spellings = [STANDARD.encode(&value), STANDARD_NO_PAD.encode(&value), URL_SAFE_NO_PAD.encode(&value), hex];
        for spelling in spellings {
            assert!(!dump.contains(&spelling), "the {what} {value:?} is stored as {spelling}");
        }
        // Nor without the word that says what it is.
        let bare = value.split_once('_').map_or(&*value, |(_, bare)| bare);
        assert!(bare.len() < 20 || !dump.contains(bare), "the {what} {value:?} is stored without its prefix");
    }
}

#[tokio::test]
async fn a_value_from_a_row_is_no_credential() {
    let FullHouse { app, alice, confidential, tokens, handle } = full_house().await;
    let db = app.db();
    let mut values = Vec::new();
    for row in access_token::Entity::find().all(db).await.unwrap() {
        values.extend([row.token, row.id, row.grant_id]);
    }
    for row in refresh_token::Entity::find().all(db).await.unwrap() {
        values.extend([row.token, row.id]);
        values.extend(row.replay);
    }
    for row in authorization_code::Entity::find().all(db).await.unwrap() {
        values.extend([row.code, row.id, row.code_challenge]);
    }
    for row in interaction::Entity::find().all(db).await.unwrap() {
        values.extend([row.handle, row.id, row.browser]);
    }
    for row in client::Entity::find().all(db).await.unwrap() {
        values.push(row.id);
        values.extend(row.client_secret);
    }
    // A digest carries its scheme in front; a thief would try it without.
    let bare: Vec<String> =
        values.iter().filter_map(|value| Some(value.split_once([':', '$', '.'])?.1.to_owned())).collect();
    values.extend(bare);
    assert!(values.len() > 40, "{values:?}");
    let before = app.dump_tables().await;

    for value in &values {
        for stolen in [value.clone(), format!("at_{value}"), format!("rt_{value}"), format!("ac_{value}")] {
            confidential.userinfo(&stolen).await.error().expect("no token");
            assert_eq!(confidential.introspects(&stolen).await.text(), r#"{"active":false}"#);
            confidential.refreshes(&stolen).await.fails_with(OAuthErrorCode::InvalidGrant);
            let fields = [("grant_type", "authorization_code"), ("code", &*stolen), ("code_verifier", &stolen)];
            confidential.posts("/oauth2/token", &fields).await.fails_with(OAuthErrorCode::InvalidGrant);
        }
        let mut thief = confidential.clone();
        thief.client_secret = Some(value.clone());
        is_refused(&*thief.refreshes(tokens.refresh()).await, 401, OAuthErrorCode::InvalidClient);
        let answer = json!({ "accept": true, "consent_code": value });
        let answer = alice.browser.post_json("/api/auth/oauth2/consent", &answer).await;
        assert_eq!(answer.status, 400, "{}", answer.describe());
    }

    assert_eq!(app.dump_tables().await, before);
    // The handle itself is somebody else's, too.
    let stolen = json!({ "accept": true, "consent_code": handle });
    assert_eq!(alice.browser.post_json("/api/auth/oauth2/consent", &stolen).await.status, 400);
    confidential.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn the_digest_of_a_session_is_no_session() {
    let FullHouse { app, .. } = full_house().await;
    let rows = auth_core::entity::session::Entity::find().all(app.db()).await.unwrap();
    let keys = app.auth().context().keys();
    assert!(rows.len() > 2);

    for row in rows {
        // Even correctly signed.
        for value in [row.token.clone(), keys.sign(&row.token), keys.sign(&row.id)] {
            let browser = app.browser();
            let cookie = format!("better-auth.session_token={}", value.replace('+', "%2B").replace('=', "%3D"));
            let request = http::Request::get("/api/auth/get-session").header("cookie", cookie);
            let answer = browser.sends(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(answer.text(), "null", "{}", answer.describe());
        }
    }
}
