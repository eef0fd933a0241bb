//! A client that changes while a request of it waits: what counts is what it is when the answer comes. RFC 7592 §2.2.

use auth_oidc_provider::entity::client;
use auth_testkit::{Answer, AuthorizationRequest, Decision, OAuthClient, Page, Person, Registration, TestApp, Visit};
use http::{Method, Request, StatusCode, header};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{changing_nothing, consent_page, handle, started};

/// Puts another registration in the place of a client's own, or deletes it.
async fn manages(app: &TestApp, client: &OAuthClient, method: Method, metadata: &Value) {
    let token = client.registration["registration_access_token"].as_str().unwrap();
    let uri = client.registration["registration_client_uri"].as_str().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = app.request(request.body(metadata.to_string()).unwrap()).await;
    assert!(answer.status.is_success(), "{}", answer.describe());
}

/// Somebody who is asked, and the request they are asked about.
async fn asked(app: &TestApp) -> (Person, OAuthClient, AuthorizationRequest, Page) {
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks();
    let page = consent_page(&alice.browser, &request).await;
    (alice, client, request, page)
}

/// Says yes by the page and as a page of the app's own does; demands that neither leads anywhere or writes anything.
async fn leads_nowhere(app: &TestApp, alice: &Person, page: &Page) {
    let visit = changing_nothing(app, async || alice.answers(page, Decision::Allow).await).await;
    let Visit::Page(refused) = visit else { panic!("sent on: {visit:?}") };
    assert_eq!(refused.answer.status, StatusCode::BAD_REQUEST, "{}", refused.describe());
    let body = json!({ "accept": true, "consent_code": handle(page) });
    let consent = app.endpoint("/oauth2/consent");
    let answer: Answer = changing_nothing(app, async || alice.browser.post_json(consent.as_str(), &body).await).await;
    assert_eq!((answer.status, answer.json().get("redirectURI")), (StatusCode::BAD_REQUEST, None));
}

#[tokio::test]
async fn a_redirect_uri_that_is_registered_no_more_gets_no_code() {
    let app = started().await;
    let (alice, client, _, page) = asked(&app).await;
    let metadata = json!({
        "client_id": client.client_id, "redirect_uris": ["https://client.example/another"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    manages(&app, &client, Method::PUT, &metadata).await;

    leads_nowhere(&app, &alice, &page).await;
}

#[tokio::test]
async fn a_client_that_is_deleted_gets_no_code() {
    let app = started().await;
    let (alice, client, _, page) = asked(&app).await;
    manages(&app, &client, Method::DELETE, &Value::Null).await;

    leads_nowhere(&app, &alice, &page).await;
}

#[tokio::test]
async fn a_client_that_is_disabled_gets_no_code() {
    let app = started().await;
    let (alice, client, _, page) = asked(&app).await;
    // No request disables a client: an operator does, in the table.
    let disabled = client::Entity::update_many().col_expr(client::Column::Disabled, Expr::value(true));
    disabled.filter(client::Column::ClientId.eq(&client.client_id)).exec(app.db()).await.unwrap();

    leads_nowhere(&app, &alice, &page).await;
}

#[tokio::test]
async fn a_client_that_gave_up_refresh_tokens_gets_none_for_an_older_code() {
    let app = started().await;
    let (alice, client, request, page) = asked(&app).await;
    let code = request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();
    let metadata = json!({
        "client_id": client.client_id, "redirect_uris": [client.redirect_uri], "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    manages(&app, &client, Method::PUT, &metadata).await;

    let tokens = client.exchanges(&code).await.succeeds();

    assert_eq!(tokens.refresh_token, None);
    assert_eq!(app.count("oauthRefreshToken").await, 0);
}
