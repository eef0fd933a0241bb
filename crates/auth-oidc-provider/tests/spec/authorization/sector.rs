//! Registering as a pairwise client. OpenID Connect Registration §5, OpenID Connect Core §8.1.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_outbound::OutboundOptions;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration, TestApp};
use axum::body::Body;
use axum::http::Request;
use axum::response::Redirect;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{changing_nothing, started};
use crate::{app, provider};

const HOSTS: [&str; 2] = ["https://notes.example/cb", "https://files.example/cb"];

fn pairwise(redirect_uris: &[&str]) -> Registration {
    Registration::confidential_basic().with("redirect_uris", json!(redirect_uris)).with("subject_type", "pairwise")
}

/// Demands that a registration is refused, and that nothing was written.
async fn is_refused(app: &TestApp, registration: &Registration) {
    let answer = changing_nothing(app, async || app.tries_to_register(registration).await).await;
    assert_eq!(answer.status, 400, "{}", answer.describe());
    answer.fails_with(OAuthErrorCode::InvalidClientMetadata);
}

/// Somebody who publishes lists of redirect URIs, and counts who asks.
async fn publishes(list: Value) -> (SocketAddr, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let answer = get(move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        Json(list)
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/redirects", answer).route("/moved", get(async || Redirect::to("/redirects")));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

async fn at_home() -> TestApp {
    app(provider().outbound(OutboundOptions::new().allow_loopback())).build().await
}

#[tokio::test]
async fn a_client_of_one_host_is_in_the_sector_of_that_host() {
    let app = started().await;
    let registration = pairwise(&["https://notes.example/cb", "https://notes.example/other"]);

    let client = app.registers(registration).await;

    assert_eq!(client.registration["subject_type"], "pairwise");
    assert_eq!(client.registration.get("sector_identifier_uri"), None);
}

#[tokio::test]
async fn a_client_whose_sector_is_unclear_is_refused() {
    let app = started().await;

    for unclear in [
        pairwise(&HOSTS),
        pairwise(&["http://127.0.0.1:4711/cb"]),
        pairwise(&["https://notes.example/cb", "http://localhost/cb"]),
        pairwise(&["cursor://anysphere.cursor-mcp/oauth/callback"]),
        pairwise(&HOSTS).with("sector_identifier_uri", "http://notes.example/redirects"),
        pairwise(&HOSTS).with("sector_identifier_uri", "https://169.254.169.254/latest"),
        pairwise(&HOSTS).with("sector_identifier_uri", "https://localhost/redirects"),
        pairwise(&HOSTS[..1]).with("subject_type", "ephemeral"),
    ] {
        is_refused(&app, &unclear).await;
    }
}

#[tokio::test]
async fn a_document_that_lists_every_redirect_makes_one_sector_of_several_hosts() {
    let app = at_home().await;
    let (address, asked) = publishes(json!([HOSTS[0], HOSTS[1], "https://more.example/cb"])).await;
    let uri = format!("http://{address}/redirects");

    let client = app.registers(pairwise(&HOSTS).with("sector_identifier_uri", uri.as_str())).await;

    assert_eq!(client.registration["sector_identifier_uri"], uri.as_str());
    assert_eq!(managed(&app, &client, "GET", None).await["sector_identifier_uri"], uri.as_str());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let other = app.registers(pairwise(&["https://more.example/cb"]).with("sector_identifier_uri", uri.as_str())).await;
    let alice = app.alice().await;
    let sub = async |client: &OAuthClient, uri: &str| {
        let client = at(client, uri);
        let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
        client.userinfo(&tokens.access_token).await.is_ok()["sub"].clone()
    };
    let name = sub(&client, HOSTS[0]).await;
    assert_eq!(sub(&client, HOSTS[1]).await, name);
    assert_eq!(sub(&other, "https://more.example/cb").await, name, "one sector, one name");
    assert_eq!(asked.load(Ordering::SeqCst), 2, "only who registers makes us ask");
}

#[tokio::test]
async fn a_document_that_lists_less_or_cannot_be_had_is_a_refusal() {
    let app = at_home().await;
    let (half, _) = publishes(json!([HOSTS[0]])).await;
    let (none, _) = publishes(json!({"redirect_uris": HOSTS})).await;
    let (whole, asked) = publishes(json!(HOSTS)).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

    for uri in [
        format!("http://{half}/redirects"),
        format!("http://{none}/redirects"),
        format!("http://{whole}/gone"),
        format!("http://{whole}/moved"),
        format!("http://{closed}/redirects"),
        "https://10.0.0.1/redirects".to_owned(),
    ] {
        is_refused(&app, &pairwise(&HOSTS).with("sector_identifier_uri", uri)).await;
    }

    assert_eq!(asked.load(Ordering::SeqCst), 0, "a redirect is not followed");
}

#[tokio::test]
async fn nothing_is_fetched_for_a_client_that_needs_no_sector() {
    let app = at_home().await;
    let (address, asked) = publishes(json!([])).await;
    let registration =
        Registration::confidential_basic().with("sector_identifier_uri", format!("http://{address}/redirects"));

    let client = app.registers(registration.clone()).await;
    let public = app.registers(registration.with("subject_type", "public")).await;

    for told in [client.registration, public.registration] {
        assert_eq!((&told["subject_type"], told.get("sector_identifier_uri")), (&json!("public"), None));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

/// The same client, with another of its redirect URIs.
fn at(client: &OAuthClient, uri: &str) -> OAuthClient {
    let mut there = client.clone();
    uri.clone_into(&mut there.redirect_uri);
    there
}

/// Reads or changes the registration of a client.
async fn managed(app: &TestApp, client: &OAuthClient, method: &str, metadata: Option<Value>) -> Value {
    let token = client.registration["registration_access_token"].as_str().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(app.endpoint(&format!("/oauth2/register/{}", client.client_id)).as_str())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let body = metadata.map_or(Body::empty(), |metadata| Body::from(metadata.to_string()));
    app.request(request.body(body).unwrap()).await.json()
}

#[tokio::test]
async fn a_client_that_moves_gets_new_names_and_keeps_those_of_what_it_was_given() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(pairwise(&HOSTS[..1])).await;
    let before = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    let sub = async |client: &OAuthClient, token: &str| client.userinfo(token).await.is_ok()["sub"].clone();
    let metadata = |uris: &[&str]| {
        let mut metadata = pairwise(uris).metadata();
        metadata["client_id"] = json!(client.client_id);
        metadata
    };

    let error = changing_nothing(&app, async || managed(&app, &client, "PUT", Some(metadata(&HOSTS))).await).await;
    assert_eq!(error["error"], "invalid_client_metadata");
    let told = managed(&app, &client, "PUT", Some(metadata(&HOSTS[1..]))).await;

    assert_eq!(told["redirect_uris"], json!([HOSTS[1]]), "{told}");
    let old = sub(&client, &before.access_token).await;
    let next = client.refreshes(before.refresh()).await.succeeds();
    assert_eq!(sub(&client, &next.access_token).await, old, "OIDC Core §12.2");
    let moved = at(&client, HOSTS[1]);
    let after = moved.exchanges(&alice.authorizes(&moved).await).await.succeeds();
    assert_ne!(sub(&moved, &after.access_token).await, old);
}

/// Strangers choose the host: it is asked so often and no more.
#[tokio::test]
async fn a_host_is_asked_for_sectors_so_often_and_no_more() {
    let (address, asked) = publishes(json!(HOSTS)).await;
    let app = app(provider().outbound(OutboundOptions::new().allow_loopback())).with_rate_limits().build().await;
    let register = async |number: usize| {
        let uri = format!("http://{address}/redirects?{number}");
        app.tries_to_register(&pairwise(&HOSTS).with("sector_identifier_uri", uri)).await.status
    };

    for number in 0..60 {
        assert_eq!(register(number).await, 201);
    }

    assert_eq!(register(60).await, 400);
    assert_eq!(asked.load(Ordering::SeqCst), 60);
}
