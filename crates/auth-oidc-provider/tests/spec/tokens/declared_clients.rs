//! Clients an operator declares in code: seeded at start, with what nobody can register.

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{ClientOption, OidcProvider};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp};
use serde_json::json;

use super::is_refused;
use super::refresh::again;
use crate::{app, provider};

const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
const NEXT: &str = "b8Kd1Wn6Zq3Vt9Xm4Lr7Hs2Fp5Jc0Gy3";
const CALLBACK: &str = "https://own.example/callback";

fn own() -> ClientOption {
    ClientOption::confidential("own", SECRET).name("Our own app").redirect_uri(CALLBACK)
}

fn client(app: &TestApp) -> OAuthClient {
    OAuthClient::known(app, "own", CALLBACK).with_secret(SECRET)
}

#[tokio::test]
async fn a_declared_client_signs_people_in() {
    let app = app(provider().dynamic_registration(false).client(own())).build().await;
    let client = client(&app);

    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();

    client.refreshes(tokens.refresh()).await.succeeds();
    app.stores_no_secret().await;
}

#[tokio::test]
async fn nobody_is_asked_about_the_operators_own_app_unless_it_wants_to() {
    let app = app(provider().client(own().without_consent())).build().await;
    let client = client(&app);
    let alice = app.alice().await;

    let visit = alice.browser.get(client.asks().url().as_str()).await.away();
    assert!(visit.as_str().starts_with(CALLBACK) && visit.query().unwrap().contains("code="), "{visit}");
    let asked = alice.browser.get(client.asks().with("prompt", "consent").url().as_str()).await.page();
    assert!(asked.text().contains("Our own app"), "{}", asked.describe());
}

#[tokio::test]
async fn a_public_client_on_the_machine_is_asked_for_also_when_it_is_our_own() {
    let declared = ClientOption::public("cli").redirect_uri("http://127.0.0.1/callback").without_consent();
    let app = app(provider().client(declared)).build().await;
    let cli = OAuthClient::known(&app, "cli", "http://127.0.0.1:4711/callback");
    let alice = app.alice().await;

    let page = alice.browser.get(cli.asks().url().as_str()).await.page();

    assert!(page.text().contains("cli"), "RFC 8252 §8.6: {}", page.describe());
}

#[tokio::test]
async fn nobody_registers_trust_from_outside() {
    let app = app(provider()).build().await;
    let asked = ["skip_consent", "skipConsent", "declared", "trusted", "disabled", "userId", "user_id"]
        .iter()
        .fold(Registration::confidential_basic(), |asked, member| asked.with(member, json!(true)));
    let client = app.registers(asked).await;

    let page = app.alice().await.browser.get(client.asks().url().as_str()).await.page();

    assert!(page.text().contains("Allow"), "{}", page.describe());
}

#[tokio::test]
async fn a_second_start_writes_nothing_and_a_changed_declaration_is_written() {
    let first = app(provider().client(own())).build().await;
    let tables = first.dump_tables().await;

    let _second = again(&first, provider().client(own())).await;
    assert_eq!(first.dump_tables().await, tables);

    let turned = ClientOption::confidential("own", NEXT).name("Our own app").redirect_uri(CALLBACK);
    let _third = again(&first, provider().client(turned)).await;
    assert_eq!(first.count("oauthApplication").await, 1);
    let code = first.alice().await.authorizes(&client(&first)).await;
    is_refused(&*client(&first).exchanges(&code).await, 401, OAuthErrorCode::InvalidClient);
    client(&first).with_secret(NEXT).exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn many_who_start_at_once_write_one_row() {
    let first = app(provider().client(own())).build().await;
    let more = || provider().client(own()).client(ClientOption::public("more").redirect_uri(CALLBACK));

    let _apps = futures::future::join_all((0..4).map(|_| again(&first, more()))).await;

    assert_eq!(first.count("oauthApplication").await, 2);
}

#[tokio::test]
async fn a_client_that_registered_is_never_taken_over() {
    let first = app(provider()).build().await;
    let registered = first.registers(Registration::confidential_basic()).await;
    let declared = ClientOption::confidential(registered.client_id.clone(), SECRET).redirect_uri(CALLBACK);

    let before = first.dump_tables().await;

    let error = Auth::builder("http://localhost:3000")
        .database(first.db().clone())
        .secret(auth_testkit::SECRET)
        .plugins(plugins![EmailPassword::new(), Pages::new(), provider().client(declared)])
        .build()
        .await
        .unwrap_err();

    assert!(format!("{error:?}").contains("somebody has registered one of that id"), "{error:?}");
    assert_eq!(first.dump_tables().await, before);
}

#[test]
fn what_is_wrong_with_a_declaration_is_told_at_once() {
    let wrong = OidcProvider::new("/sign-in")
        .client(ClientOption::confidential("", "short").acts_for_itself(["openid"]))
        .client(ClientOption::public("machine").acts_for_itself(["notes:erase"]))
        .client(ClientOption::public("web").redirect_uri("javascript:alert(1)").grant_type("urn:nobody"))
        .client(ClientOption::public("web"));

    let error = Auth::builder("http://localhost:3000").plugin(wrong).schema().unwrap_err().to_string();

    insta::assert_snapshot!(error, @r#"
    the configuration has 9 problem(s):
      - oidc-provider: client is ""; use an id of 1 to 200 visible characters
      - oidc-provider: client is ""; give it a secret of at least 32 bytes, drawn at random
      - oidc-provider: client is "openid"; let it act with scopes such as "notes:read", none about a person
      - oidc-provider: client is "machine"; give it a secret or keys: a public client cannot act for itself
      - oidc-provider: client is "notes:erase"; offer this scope too
      - oidc-provider: client is "javascript:alert(1)"; give web a whole redirect URI such as "https://app.example.com/callback"
      - oidc-provider: client is "urn:nobody"; give web a grant type the provider knows, or add the extension
      - oidc-provider: client is "web"; declare it once
      - oidc-provider: client is "web"; give it a redirect URI, or let it act for itself
    "#);
}
