//! Clients whose id is the URL of a document that describes them.
//! draft-ietf-oauth-client-id-metadata-document-00, MCP authorization.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "steps of tests stand outside test functions")]

mod caching;
mod managed;
mod proof;
mod rules;

use std::time::Duration;

use auth_oidc_provider::{ClientIdDocuments, OidcProvider};
use auth_outbound::{DevelopmentHosts, OutboundOptions};
use auth_testkit::{Decision, OAuthClient, Page, Person, TestApp, WebSite};
use http::StatusCode;
use serde_json::{Value, json};

use crate::authorization::changing_nothing;
use crate::{app, provider};

const HOST: &str = "client.example";
const PATH: &str = "/oauth/client.json";
const ID: &str = "https://client.example/oauth/client.json";
const LOCAL: &str = "http://127.0.0.1/callback";

/// The document as most tests have it: a program on the person's machine.
fn document() -> Value {
    json!({
        "client_id": ID,
        "client_name": "Desk",
        "redirect_uris": [LOCAL, "https://client.example/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    })
}

fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut document = document();
    document[member] = value.into();
    document
}

/// A provider that finds these web sites.
fn finding(site: &WebSite) -> OidcProvider {
    let hosts = DevelopmentHosts::parse(&site.entries()).unwrap().trusting(site.root().as_bytes()).unwrap();
    let outbound = OutboundOptions::new().development_hosts(hosts).timeout(Duration::from_secs(20));
    provider().dynamic_registration(false).outbound(outbound).client_id_documents(ClientIdDocuments::new())
}

async fn started() -> (TestApp, WebSite) {
    let site = WebSite::at([HOST]).await;
    site.says(PATH, &document(), "max-age=60");
    (app(finding(&site)).build().await, site)
}

/// The client, which has opened a port of its own.
fn client(app: &TestApp) -> OAuthClient {
    OAuthClient::known(app, ID, "http://127.0.0.1:51234/callback")
}

/// Asks for a code, and demands a page of ours that changes nothing.
async fn is_shown_why(app: &TestApp, person: &Person, client: &OAuthClient) -> Page {
    let url = client.asks().url();
    let page = changing_nothing(app, async || person.browser.get(url.as_str()).await.page()).await;
    assert_eq!((&page.url, page.answer.status), (&url, StatusCode::BAD_REQUEST), "{}", page.describe());
    page
}

/// Asks for a code; says whether the client is known by now.
async fn is_known(person: &Person, client: &OAuthClient) -> bool {
    person.browser.get(client.asks().url().as_str()).await.page().url.path() == "/consent"
}

#[tokio::test]
async fn a_client_nobody_registered_signs_in_by_its_document() {
    let (app, _site) = started().await;
    let alice = app.alice().await;
    let client = client(&app).with_scope("openid mcp:tools");

    let page = alice.browser.get(client.asks().url().as_str()).await.page();
    let url = {
        let request = client.asks();
        let page = alice.browser.get(request.url().as_str()).await.page();
        request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap()
    };
    let tokens = client.exchanges(&url).await.succeeds();
    let again = client.refreshes(tokens.refresh()).await.succeeds();

    assert!(page.text().contains("Desk") && page.text().contains(HOST), "{}", page.describe());
    assert!(page.text().contains("127.0.0.1"), "{}", page.describe());
    assert_eq!(again.scopes(), ["openid", "mcp:tools"]);
    assert_eq!(app.count("oauthApplication").await, 1);
}

/// It asks where it has never been seen, and somebody has to sign in first.
#[tokio::test]
async fn whoever_is_not_signed_in_gets_there_too() {
    let (app, _site) = started().await;
    let alice = app.alice().await.elsewhere();
    let client = client(&app);

    let code = alice.authorizes(&client).await;

    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn the_metadata_says_whether_documents_count() {
    let (app, _site) = started().await;
    let on = app.get("/.well-known/oauth-authorization-server").await.json();
    let off = crate::app(provider()).build().await;
    let off = off.get("/.well-known/oauth-authorization-server").await.json();

    assert_eq!(on["client_id_metadata_document_supported"], true);
    assert_eq!(on.get("registration_endpoint"), None, "documents need none");
    assert!(on["token_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!("none")));
    assert_eq!(off["client_id_metadata_document_supported"], false);
}

#[tokio::test]
async fn where_documents_do_not_count_a_url_is_an_unknown_client() {
    let site = WebSite::at([HOST]).await;
    site.says(PATH, &document(), "max-age=60");
    let app = app(finding(&site).without_client_id_documents()).build().await;
    let alice = app.alice().await;

    let page = is_shown_why(&app, &alice, &client(&app)).await;

    assert!(page.text().contains("not registered"), "{}", page.describe());
    assert_eq!(site.hits(PATH), 0);
}
