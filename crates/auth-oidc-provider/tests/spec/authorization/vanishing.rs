//! Requests whose client or person is deleted at that very moment: told, and no failure of the server.

use auth_email_password::EmailPassword;
use auth_oidc_provider::entity::client;
use auth_pages::Pages;
use auth_testkit::{Answer, OAuthClient, Person, Registration, TestApp};
use futures::future::join_all;
use http::Request;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::provider;

const ROUNDS: usize = 10;

async fn started() -> TestApp {
    let people = EmailPassword::new().delete_user(true);
    TestApp::builder().plugins(auth_core::plugins![people, Pages::new(), provider()]).build().await
}

/// Eight requests at once, in the session of a person.
fn asks(app: &TestApp, client: &OAuthClient, person: &Person) -> Vec<JoinHandle<Answer>> {
    let cookie = person.browser.cookie("better-auth.session_token").unwrap();
    let cookie = format!("better-auth.session_token={cookie}");
    let ask = |_| {
        let (app, url) = (app.clone(), client.asks().url());
        let asked = Request::get(url.as_str()).header("cookie", &cookie).body("").unwrap();
        tokio::spawn(async move { app.request(asked).await })
    };
    (0..8).map(ask).collect()
}

async fn deletes_itself(app: &TestApp, client: &OAuthClient) {
    let token = client.registration["registration_access_token"].as_str().unwrap();
    let delete = Request::delete(client.registration["registration_client_uri"].as_str().unwrap())
        .header("authorization", format!("Bearer {token}"));
    assert_eq!(app.request(delete.body("").unwrap()).await.status, 204);
}

async fn is_deleted(person: &Person) {
    let body = json!({ "password": person.password });
    assert_eq!(person.browser.post_json("/api/auth/delete-user", &body).await.status, 200);
}

/// Demands that each request was answered, and nothing but what lives waits.
async fn are_answered(app: &TestApp, busy: Vec<JoinHandle<Answer>>) {
    for answer in join_all(busy).await {
        let answer = answer.unwrap();
        assert!(!answer.status.is_server_error(), "{}", answer.describe());
    }
    assert_eq!(app.count("oauthInteraction").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_meets_the_deletion_of_its_client() {
    let app = started().await;
    let alice = app.alice().await;
    for round in 0..ROUNDS {
        let client = app.registers(Registration::confidential_basic()).await;
        if round % 2 == 0 {
            alice.authorizes(&client).await;
        }
        let busy = asks(&app, &client, &alice);
        deletes_itself(&app, &client).await;
        are_answered(&app, busy).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_meets_the_deletion_of_its_person() {
    let app = started().await;
    for round in 0..ROUNDS {
        let client = app.registers(Registration::confidential_basic()).await;
        let person = app.person("Dora", &format!("dora{round}@example.com"));
        person.signs_up().await;
        if round % 2 == 0 {
            person.authorizes(&client).await;
        }
        let busy = asks(&app, &client, &person);
        is_deleted(&person).await;
        for answer in join_all(busy).await {
            let answer = answer.unwrap();
            assert!(!answer.status.is_server_error(), "{}", answer.describe());
        }
    }
    assert_eq!(app.count("oauthGrant").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_that_is_pushed_meets_the_deletion_of_its_client() {
    let app = started().await;
    for _ in 0..ROUNDS {
        let client = app.registers(Registration::confidential_basic()).await;
        let push = |_| {
            let (client, request) = (client.clone(), client.asks());
            tokio::spawn(async move {
                let fields = request.parameters().iter().filter(|(name, _)| name != "client_id");
                let fields: Vec<(&str, &str)> = fields.map(|(name, value)| (&**name, &**value)).collect();
                (*client.posts("/oauth2/par", &fields).await).clone()
            })
        };
        let busy: Vec<_> = (0..8).map(push).collect();
        deletes_itself(&app, &client).await;
        are_answered(&app, busy).await;
    }
}

/// Where nobody is asked, nothing waits that would be gone too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_that_is_granted_unasked_meets_the_deletion_of_its_client() {
    let app = started().await;
    let alice = app.alice().await;
    for _ in 0..ROUNDS {
        let client = app.registers(Registration::confidential_basic()).await;
        let vouched = client::Entity::update_many().col_expr(client::Column::SkipConsent, Expr::value(true));
        vouched.filter(client::Column::ClientId.eq(&client.client_id)).exec(app.db()).await.unwrap();
        let busy = asks(&app, &client, &alice);
        client::Entity::delete_many()
            .filter(client::Column::ClientId.eq(&client.client_id))
            .exec(app.db())
            .await
            .unwrap();
        are_answered(&app, busy).await;
        assert_eq!(app.count("oauthGrant").await, 0);
    }
}
