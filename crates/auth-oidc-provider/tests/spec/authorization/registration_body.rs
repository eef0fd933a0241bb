//! Bodies that are no client metadata. RFC 7591 §3.2.2.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, Registration, TestApp};
use http::{Request, StatusCode, header};
use serde_json::json;

use super::{changing_nothing, started};

async fn posts(app: &TestApp, content_type: Option<&str>, body: Vec<u8>) -> Answer {
    let mut request = Request::post(app.endpoint("/oauth2/register").as_str());
    if let Some(content_type) = content_type {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    let request = request.header(header::ORIGIN, "https://anywhere.example");
    app.request(request.body(body).unwrap()).await
}

async fn refused(app: &TestApp, content_type: Option<&str>, body: impl Into<Vec<u8>>) {
    let body = body.into();
    let told = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();

    let answer = changing_nothing(app, async || posts(app, content_type, body).await).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{told}: {}", answer.describe());
    let json = answer.json();
    assert_eq!(json["error"], OAuthErrorCode::InvalidClientMetadata.as_str(), "{told}: {json}");
    assert!(json["error_description"].is_string(), "{json}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "a browser client must see why");
}

fn good() -> String {
    Registration::public().metadata().to_string()
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_refused() {
    let app = started().await;
    let json = Some("application/json");
    let array = format!("[{}]", good());

    for body in ["", "{", "null", "true", "\"text\"", "[]", &array, "{}{}", "{\"redirect_uris\":"] {
        refused(&app, json, body).await;
    }
    refused(&app, json, vec![0xff, 0xfe]).await;
    refused(&app, json, "[".repeat(50_000)).await;
    refused(&app, json, format!("{{\"jwks\":{}", "[".repeat(50_000))).await;
}

#[tokio::test]
async fn a_member_of_the_wrong_type_or_sent_twice_is_refused() {
    let app = started().await;
    for body in [
        json!({ "redirect_uris": "https://client.example/callback" }),
        json!({ "redirect_uris": [1] }),
        json!({ "redirect_uris": ["https://client.example/callback"], "client_name": {} }),
        json!({ "redirect_uris": ["https://client.example/callback"], "scope": ["openid"] }),
        json!({ "redirect_uris": ["https://client.example/callback"], "grant_types": "authorization_code" }),
    ] {
        refused(&app, Some("application/json"), body.to_string()).await;
    }
    let twice = r#"{"redirect_uris":["https://client.example/a"],"redirect_uris":["https://client.example/b"]}"#;
    refused(&app, Some("application/json"), twice).await;
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let app = started().await;
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data"), Some("json")]
    {
        refused(&app, content_type, good()).await;
    }
}

#[tokio::test]
async fn the_type_may_have_parameters_and_any_case() {
    let app = started().await;

    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let answer = posts(&app, Some(content_type), good().into_bytes()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{content_type}");
    }
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let app = started().await;
    let large = Registration::public().with("padding", "x".repeat(65_536)).metadata().to_string();

    refused(&app, Some("application/json"), large).await;
}
