//! RFC 6890: special-purpose addresses are never reached.

use auth_outbound::{Outbound, OutboundError, OutboundOptions, UrlRefusal};
use axum::Router;
use axum::routing::get;
use url::Url;

use crate::server::{Answers, Server, outbound};

async fn fetched(options: OutboundOptions, url: &str) -> Result<(), OutboundError> {
    let outbound = Outbound::new(options).unwrap();
    outbound.fetch_json(&Url::parse(url).unwrap()).await.map(|_| ())
}

#[tokio::test]
async fn one_private_address_refuses_the_whole_answer() {
    for mixed in [["8.8.8.8", "10.0.0.1"], ["169.254.169.254", "8.8.8.8"], ["8.8.8.8", "::ffff:10.0.0.1"]] {
        let options = OutboundOptions::new().lookup(Answers::with(&mixed));

        let refused = fetched(options, "https://issuer.example/jwks").await;

        assert!(matches!(refused, Err(OutboundError::Address)), "{mixed:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_name_that_leads_to_loopback_is_refused() {
    let options = OutboundOptions::new().lookup(Answers::with(&["127.0.0.1"]));

    let refused = fetched(options, "https://issuer.example/jwks").await;

    assert!(matches!(refused, Err(OutboundError::Address)), "{refused:?}");
}

#[tokio::test]
async fn localhost_is_refused_by_the_system_resolver_too() {
    let refused = fetched(OutboundOptions::new(), "https://localhost/jwks").await;

    assert!(matches!(refused, Err(OutboundError::Address)), "{refused:?}");
}

#[tokio::test]
async fn address_literals_never_reach_the_resolver_and_are_refused() {
    for url in ["https://127.0.0.1/", "https://0x7f000001/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/"] {
        let answers = Answers::with(&["8.8.8.8"]);

        let refused = fetched(OutboundOptions::new().lookup(answers.clone()), url).await;

        assert!(matches!(refused, Err(OutboundError::Address)), "{url}: {refused:?}");
        assert_eq!(answers.asked(), 0, "{url}");
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_and_that_answer_is_connected_to() {
    let server = Server::of(Router::new().route("/jwks", get(|| async { "{}" }))).await;
    let answers = Answers::with(&["127.0.0.1"]);
    let outbound = Outbound::new(OutboundOptions::new().allow_loopback().lookup(answers.clone())).unwrap();

    let fetched = outbound.fetch_json(&server.url_at("issuer.localhost", "/jwks")).await.unwrap();

    assert_eq!(fetched.status, 200);
    assert_eq!(answers.asked(), 1);
    assert_eq!(server.hits(), 1);
}

#[tokio::test]
async fn every_fetch_resolves_anew() {
    let server = Server::of(Router::new().route("/jwks", get(|| async { "{}" }))).await;
    let answers = Answers::with(&["127.0.0.1"]);
    let outbound = Outbound::new(OutboundOptions::new().allow_loopback().lookup(answers.clone())).unwrap();
    let url = server.url_at("localhost", "/jwks");

    outbound.fetch_json(&url).await.unwrap();
    outbound.fetch_json(&url).await.unwrap();

    assert_eq!(answers.asked(), 2, "a kept connection would skip the check");
}

#[tokio::test]
async fn plain_http_is_refused_off_loopback() {
    let options = OutboundOptions::new().allow_loopback().lookup(Answers::with(&["127.0.0.1"]));

    let refused = fetched(options, "http://issuer.example/jwks").await;

    assert!(matches!(refused, Err(OutboundError::Url(UrlRefusal::Scheme))), "{refused:?}");
}

#[tokio::test]
async fn nothing_is_sent_to_loopback_without_the_option() {
    let server = Server::of(Router::new().route("/jwks", get(|| async { "{}" }))).await;
    let strict = Outbound::new(OutboundOptions::new()).unwrap();

    let refused = strict.fetch_json(&server.url("/jwks")).await;

    assert!(matches!(refused, Err(OutboundError::Url(UrlRefusal::Scheme))), "{refused:?}");
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn user_information_is_never_sent() {
    let server = Server::of(Router::new().route("/jwks", get(|| async { "{}" }))).await;
    let mut url = server.url("/jwks");
    url.set_username("alice").unwrap();

    let refused = outbound().fetch_json(&url).await;

    assert!(matches!(refused, Err(OutboundError::Url(UrlRefusal::UserInformation))), "{refused:?}");
    assert_eq!(server.hits(), 0);
}

#[tokio::test]
async fn a_name_without_addresses_is_a_failed_lookup() {
    let options = OutboundOptions::new().lookup(Answers::with(&[]));

    let refused = fetched(options, "https://issuer.example/jwks").await;

    assert!(matches!(refused, Err(OutboundError::Lookup(_))), "{refused:?}");
}

#[tokio::test]
async fn local_names_never_reach_the_resolver_and_are_refused() {
    for url in ["https://localhost/", "https://x.localhost/", "https://metadata.google.internal/", "https://intranet/"]
    {
        let answers = Answers::with(&["8.8.8.8"]);

        let refused = fetched(OutboundOptions::new().lookup(answers.clone()), url).await;

        assert!(matches!(refused, Err(OutboundError::Address)), "{url}: {refused:?}");
        assert_eq!(answers.asked(), 0, "{url}");
    }
}

#[tokio::test]
async fn a_name_that_is_rebound_reaches_nothing() {
    let server = Server::of(Router::new().route("/jwks", get(|| async { "{}" }))).await;
    let answers = Answers::in_turn(&[&["127.0.0.1"], &["10.0.0.1"], &["::ffff:127.0.0.1"]]);
    let outbound = Outbound::new(OutboundOptions::new().allow_loopback().lookup(answers.clone())).unwrap();
    let url = server.url_at("localhost", "/jwks");

    let first = outbound.fetch_json(&url).await;
    let rebound = [outbound.fetch_json(&url).await, outbound.fetch_json(&url).await];

    assert!(first.is_ok(), "{first:?}");
    assert!(rebound.iter().all(|result| matches!(result, Err(OutboundError::Address))), "{rebound:?}");
    assert_eq!((answers.asked(), server.hits()), (3, 1));
}

#[tokio::test]
async fn a_refusal_names_no_address() {
    let options = OutboundOptions::new().lookup(Answers::with(&["8.8.8.8", "10.0.0.7"]));

    let refused = fetched(options, "https://issuer.example/jwks").await.unwrap_err();

    assert!(!format!("{refused} {refused:?}").contains("10.0.0.7"), "{refused:?}");
}
