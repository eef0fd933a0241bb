//! How long secrets of clients last, and how one takes the place of another. RFC 7591 §3.2.1.

use auth_core::plugins;
use auth_email_password::EmailPassword;
use auth_oidc_provider::{ClientOption, OidcProvider, Provider};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp};
use http::Request;
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{DAY, SECOND, START, is_refused};
use crate::{app, provider};

/// Asks about a token that is none: authenticates and changes nothing.
async fn authenticates(client: &OAuthClient) -> bool {
    let answer = client.introspects("at_x").await;
    if answer.status == 200 {
        return true;
    }
    is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    false
}

fn days(days: u64) -> std::time::Duration {
    SECOND * u32::try_from(days * DAY).unwrap()
}

async fn rotates(app: &TestApp, client: &OAuthClient) -> OAuthClient {
    let provider = app.auth().handle::<Provider>().unwrap();
    let secret = provider.rotate_client_secret(&client.client_id).await.unwrap().unwrap();
    client.clone().with_secret(&secret)
}

/// Puts the registration in its own place, as its client.
async fn puts_itself(app: &TestApp, client: &OAuthClient) -> Value {
    let token = client.registration["registration_access_token"].as_str().unwrap();
    let mut body = Registration::confidential_basic().metadata();
    body["client_id"] = json!(client.client_id);
    let request = Request::put(client.registration["registration_client_uri"].as_str().unwrap())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let answer = app.request(request.body(body.to_string()).unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.describe());
    answer.json()
}

#[tokio::test]
async fn a_secret_that_was_replaced_counts_inside_the_overlap_only_on_every_instance() {
    let app = app(provider().client_secret_overlap(3600)).build().await;
    let elsewhere = again(&app, provider().client_secret_overlap(3600)).await;
    let old = app.registers(Registration::confidential_basic()).await;

    let new = rotates(&app, &old).await;

    for app in [&app, &elsewhere] {
        assert!(authenticates(&same(app, &old)).await && authenticates(&same(app, &new)).await);
    }
    app.clock.advance(3599 * SECOND);
    assert!(authenticates(&old).await);
    app.clock.advance(SECOND);
    assert!(!authenticates(&old).await, "the overlap is over");
    assert!(authenticates(&new).await);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn only_the_secret_before_counts_besides() {
    let app = app(provider()).build().await;
    let first = app.registers(Registration::confidential_basic()).await;
    let second = rotates(&app, &first).await;
    let third = rotates(&app, &second).await;

    assert!(!authenticates(&first).await && authenticates(&second).await && authenticates(&third).await);
    let provider = app.auth().handle::<Provider>().unwrap();
    let public = app.registers(Registration::public()).await;
    for other in ["nobody", &public.client_id] {
        assert_eq!(provider.rotate_client_secret(other).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_secret_ends_when_its_answer_says() {
    let app = app(provider().client_secrets_expire_in(90 * DAY).unused_clients_expire_in(0)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let ends = START + i64::try_from(90 * DAY).unwrap();
    assert_eq!(client.registration["client_secret_expires_at"], ends);
    let tokens = client.exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();

    app.clock.advance(days(89));
    app.clock.advance(SECOND * u32::try_from(DAY - 1).unwrap());
    assert!(authenticates(&client).await);
    let before = app.dump_tables().await;
    app.clock.advance(SECOND);

    assert!(!authenticates(&client).await);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidClient);
    assert_eq!(app.dump_tables().await, before);
    let public = app.registers(Registration::public()).await;
    assert_eq!(public.registration["client_secret_expires_at"], Value::Null, "there is none");
}

#[tokio::test]
async fn a_client_gets_a_new_secret_in_the_second_half_of_the_old_one() {
    let app = app(provider().client_secrets_expire_in(90 * DAY).unused_clients_expire_in(0)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    app.clock.advance(days(44));
    assert_eq!(puts_itself(&app, &client).await["client_secret"], Value::Null, "it has long to go");
    app.clock.advance(days(2));

    let answer = puts_itself(&app, &client).await;

    let new = client.clone().with_secret(answer["client_secret"].as_str().unwrap());
    assert_eq!(answer["client_secret_expires_at"], START + i64::try_from(136 * DAY).unwrap());
    assert!(authenticates(&client).await && authenticates(&new).await);
    app.clock.advance(days(1));
    assert!(!authenticates(&client).await && authenticates(&new).await);
    app.clock.advance(days(100));
    assert!(!authenticates(&new).await, "too late");
    let late = puts_itself(&app, &client).await;
    assert!(authenticates(&client.clone().with_secret(late["client_secret"].as_str().unwrap())).await);
    assert!(!authenticates(&new).await, "what has ended does not come back");
}

#[tokio::test]
async fn a_declared_client_may_have_two_secrets() {
    const NEW: &str = "k9Fq2vX7rT4mZ8pL1wN6yB3cH5dJ0sGa";
    const OLD: &str = "aG0sJ5dH3cB6yN1wL8pZ4mT7rX2vF9qK";
    let robot = |robot: ClientOption| robot.acts_for_itself(["notes:write"]);
    let both = robot(ClientOption::confidential("robot", NEW).previous_secret(OLD));
    let app = app(provider().client(both)).build().await;
    let with = |app: &TestApp, secret: &str| OAuthClient::known(app, "robot", "").with_secret(secret);
    assert!(authenticates(&with(&app, NEW)).await && authenticates(&with(&app, OLD)).await);
    let handle = app.auth().handle::<Provider>().unwrap();
    assert_eq!(handle.rotate_client_secret("robot").await.unwrap(), None, "its secrets are the app's");

    let one = again(&app, provider().client(robot(ClientOption::confidential("robot", NEW)))).await;

    assert!(authenticates(&with(&one, NEW)).await && !authenticates(&with(&one, OLD)).await);
    let weak = ClientOption::confidential("weak", NEW).previous_secret("short").acts_for_itself(["notes:write"]);
    let plugins = plugins![EmailPassword::new(), Pages::new(), OidcProvider::new("/sign-in").client(weak)];
    assert!(auth_core::Auth::builder("http://localhost:3000").plugins(plugins).schema().is_err());
}
