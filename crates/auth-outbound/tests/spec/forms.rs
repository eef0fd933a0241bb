//! Forms that are posted: under the same rules as what is fetched. RFC 6749 §2.3.1.

use auth_outbound::{Form, Outbound, OutboundError, OutboundOptions, UrlRefusal};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::post;
use url::Url;

use crate::server::{Answers, Server, outbound};

/// Says what was sent.
async fn echo(headers: HeaderMap, body: String) -> String {
    let text = |name| headers.get(name).map_or("-", |value| value.to_str().unwrap());
    let sent = [header::CONTENT_TYPE, header::ACCEPT, header::AUTHORIZATION, header::COOKIE].map(text);
    format!("{} {body}", sent.join(" "))
}

async fn posted(form: &Form) -> String {
    let server = Server::of(Router::new().route("/", post(echo))).await;
    let answer = outbound().post_form(&server.url("/"), form).await.unwrap();
    assert_eq!((answer.status, server.hits()), (200, 1));
    String::from_utf8(answer.body).unwrap()
}

#[tokio::test]
async fn a_form_is_posted_as_it_is() {
    let form = Form::new([("token", "a b&c=d"), ("token_type_hint", "access_token")]);

    let form_encoded = "application/x-www-form-urlencoded application/json - -";
    assert_eq!(posted(&form).await, format!("{form_encoded} token=a+b%26c%3Dd&token_type_hint=access_token"));
}

#[tokio::test]
async fn a_secret_goes_into_the_header_encoded() {
    // The example of RFC 6749 §2.3.1, and one whose halves hold what separates them.
    for (id, secret, basic) in [
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
        ("a:b", "c d%", "YSUzQWI6YytkJTI1"),
    ] {
        let sent = posted(&Form::new([]).client_secret_basic(id, secret)).await;

        assert!(sent.contains(&format!(" Basic {basic} ")), "{sent}");
    }
}

#[tokio::test]
async fn nothing_is_posted_on_to_where_a_redirect_leads() {
    for status in [301, 302, 303, 307, 308] {
        let away = move || async move {
            (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, "/elsewhere")]).into_response()
        };
        let server = Server::of(Router::new().route("/", post(away)).route("/elsewhere", post(echo))).await;

        let answer = outbound().post_form(&server.url("/"), &Form::new([("token", "x")])).await.unwrap();

        assert_eq!((answer.status, server.hits()), (status, 1));
    }
}

#[tokio::test]
async fn a_form_is_posted_to_public_addresses_over_https_alone() {
    let server = Server::of(Router::new().route("/", post(echo))).await;
    let strict = Outbound::new(OutboundOptions::new().lookup(Answers::with(&["10.0.0.1"]))).unwrap();
    let form = Form::new([("token", "x")]);
    let posted = async |outbound: &Outbound, url: &str| outbound.post_form(&Url::parse(url).unwrap(), &form).await;

    let refused = posted(&strict, server.url("/").as_str()).await;
    assert!(matches!(refused, Err(OutboundError::Url(UrlRefusal::Scheme))), "{refused:?}");
    for url in ["https://issuer.example/", "https://169.254.169.254/", "https://127.0.0.1/"] {
        let refused = posted(&strict, url).await;
        assert!(matches!(refused, Err(OutboundError::Address)), "{url}: {refused:?}");
    }
    let refused = posted(&outbound(), "https://alice@issuer.example/").await;
    assert!(matches!(refused, Err(OutboundError::Url(UrlRefusal::UserInformation))), "{refused:?}");
    assert_eq!(server.hits(), 0);
}

#[test]
fn debug_shows_neither_form_nor_secret() {
    let shown = format!("{:?}", Form::new([("token", "hush")]).client_secret_basic("id", "hush"));

    assert!(!shown.contains("hush"), "{shown}");
}
