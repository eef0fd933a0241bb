//! What ends while it is used: nothing of it stays alive, and no token request fails for it. RFC 7592 §2.3, OWASP
//! ASVS 7.4.3.

use auth_email_password::EmailPassword;
use auth_pages::Pages;
use auth_testkit::{Answer, OAuthClient, Person, Registration, TestApp};
use futures::future::join_all;
use http::Request;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::provider;

const ROUNDS: usize = 8;

async fn started() -> TestApp {
    let people = EmailPassword::new().delete_user(true);
    TestApp::builder().plugins(auth_core::plugins![people, Pages::new(), provider()]).build().await
}

/// Everything a client and its person do, as many requests at once; the answers come later.
async fn busy(client: &OAuthClient, person: &Person) -> Vec<JoinHandle<Answer>> {
    let tokens = client.exchanges(&person.authorizes(client).await).await.succeeds();
    let codes = join_all((0..3).map(|_| person.authorizes(client))).await;
    let mut busy = Vec::new();
    for code in codes {
        let client = client.clone();
        busy.push(tokio::spawn(async move { (*client.exchanges(&code).await).clone() }));
    }
    let (refreshing, token) = (client.clone(), tokens.refresh().to_owned());
    busy.push(tokio::spawn(async move { (*refreshing.refreshes(&token).await).clone() }));
    let (introspecting, token) = (client.clone(), tokens.access_token.clone());
    busy.push(tokio::spawn(async move { (*introspecting.introspects(&token).await).clone() }));
    let (asking, token) = (client.clone(), tokens.access_token.clone());
    busy.push(tokio::spawn(async move { (*asking.userinfo(&token).await).clone() }));
    busy
}

/// Waits for the answers; demands that nothing failed, and that what was given is worth nothing by now.
async fn gave_nothing(app: &TestApp, client: &OAuthClient, busy: Vec<JoinHandle<Answer>>) {
    for answer in join_all(busy).await {
        let answer = answer.unwrap();
        assert!(!answer.status.is_server_error(), "{}", answer.describe());
        let Some(token) = (answer.status == 200).then(|| answer.json()["access_token"].clone()) else { continue };
        if let Some(token) = token.as_str() {
            let asked = Request::get("/api/auth/oauth2/userinfo").header("authorization", format!("Bearer {token}"));
            assert_eq!(app.request(asked.body("").unwrap()).await.status, 401, "{}", client.client_id);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_is_deleted_while_it_is_used_leaves_nothing_behind() {
    let app = started().await;
    let alice = app.alice().await;
    for _ in 0..ROUNDS {
        let client = app.registers(Registration::confidential_basic()).await;
        let busy = busy(&client, &alice).await;

        let token = client.registration["registration_access_token"].as_str().unwrap();
        let delete = Request::delete(client.registration["registration_client_uri"].as_str().unwrap())
            .header("authorization", format!("Bearer {token}"));
        assert_eq!(app.request(delete.body("").unwrap()).await.status, 204);

        gave_nothing(&app, &client, busy).await;
        for table in ["oauthApplication", "oauthGrant", "oauthAccessToken", "oauthRefreshToken", "oauthConsent"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_account_that_is_deleted_while_it_is_used_leaves_nothing_behind() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    for round in 0..ROUNDS {
        let person = app.person("Dora", &format!("dora{round}@example.com"));
        person.signs_up().await;
        let busy = busy(&client, &person).await;

        let body = json!({ "password": person.password });
        let deleted = person.browser.post_json("/api/auth/delete-user", &body).await;
        assert_eq!(deleted.status, 200, "{}", deleted.describe());

        gave_nothing(&app, &client, busy).await;
        for table in ["user", "session", "account", "oauthGrant", "oauthAccessToken", "oauthRefreshToken"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_signs_out_while_a_code_is_redeemed_gets_tokens_or_none_and_never_a_failure() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    for _ in 0..ROUNDS {
        let busy = busy(&client, &alice).await;

        assert_eq!(alice.signs_out().await.status, 200);

        for answer in join_all(busy).await {
            let answer = answer.unwrap();
            assert!(!answer.status.is_server_error(), "{}", answer.describe());
        }
        let silent = client.asks().with("prompt", "none");
        let refused = silent.reads(&alice.browser.get(silent.url().as_str()).await.away()).unwrap_err();
        assert_eq!(refused.code, auth_protocol::OAuthErrorCode::LoginRequired);
        alice.signs_in().await;
    }
}
