//! Bodies: JSON endpoints take JSON only, form endpoints forms only, and none takes too much.

use http::Method;
use serde_json::json;

use crate::app::{App, Reply, request};

async fn sends(app: &App, path: &str, content_type: &str, body: &str) -> Reply {
    app.send(request(Method::POST, path, &[("content-type", content_type)], body)).await
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn json_is_read_under_every_name_it_has() {
    let app = App::new().await;

    for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
        let reply = sends(&app, "/json", content_type, r#"{"number":7,"unknown":1}"#).await;
        assert_eq!(reply.json(), json!({ "number": 7 }), "{content_type}");
    }
}

#[tokio::test]
async fn a_wrong_content_type_is_refused() {
    let app = App::new().await;

    for content_type in ["text/plain", FORM, "application/jsonp", "application", "", "text/json+x"] {
        sends(&app, "/json", content_type, r#"{"number":7}"#).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    for content_type in ["application/json", "multipart/form-data", ""] {
        sends(&app, "/form", content_type, "name=x").await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    }
}

#[tokio::test]
async fn malformed_json_is_refused_and_not_repeated() {
    let app = App::new().await;

    for (body, message) in [
        ("", "[body] is not JSON"),
        ("{", "[body] is not JSON"),
        ("secret-7", "[body] is not JSON"),
        (r#"{"number":7}x"#, "[body] is not JSON"),
        ("{}", "[body] missing field `number`"),
        (r#"{"number":"secret-7"}"#, "[body] expected u8"),
        (r#"{"number":256}"#, "[body] expected u8"),
        ("[]", "[body] expected an object"),
        ("null", "[body] expected an object"),
        (r#"{"number":1,"number":2}"#, "[body] does not have the right shape"),
    ] {
        let reply = sends(&app, "/json", "application/json", body).await;
        reply.refuses(400, "VALIDATION_ERROR");
        assert_eq!(reply.json()["message"], message, "{body}");
        assert!(!reply.text.contains("secret-7"), "{reply:?}");
    }
}

#[tokio::test]
async fn an_array_is_no_object() {
    let app = App::new().await;

    for body in ["[7]", " \t\r\n[7]", "[7,8]", "[[7]]", "7", "\"7\""] {
        let reply = sends(&app, "/json", "application/json", body).await;
        reply.refuses(400, "VALIDATION_ERROR");
        assert_eq!(reply.json()["message"], "[body] expected an object", "{body}");
    }
    assert_eq!(sends(&app, "/json", "application/json", "\r\n {\"number\":7}").await.status.as_u16(), 200);
}

#[tokio::test]
async fn json_nested_without_end_is_refused() {
    let app = App::new().await;

    sends(&app, "/json", "application/json", &"[".repeat(60_000)).await.refuses(400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = App::new().await;
    let padded = |length: usize| format!(r#"{{"number":7,"pad":"{}"}}"#, "x".repeat(length));
    let empty = padded(0).len();

    assert_eq!(sends(&app, "/json", "application/json", &padded(64 * 1024 - empty)).await.status.as_u16(), 200);
    for reply in [
        sends(&app, "/json", "application/json", &padded(64 * 1024 - empty + 1)).await,
        sends(&app, "/form", FORM, &format!("name={}", "x".repeat(1 << 20))).await,
    ] {
        reply.refuses(413, "PAYLOAD_TOO_LARGE");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_too() {
    let app = App::new().await;
    let chunks = futures::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>("x".repeat(1024))));
    let request = http::Request::post("/api/auth/form").header("content-type", FORM);

    let reply = app.send(request.body(axum::body::Body::from_stream(chunks)).unwrap()).await;

    reply.refuses(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn a_field_sent_twice_is_refused() {
    let app = App::new().await;

    assert_eq!(sends(&app, "/form", FORM, "name=a+b%26&other=x").await.text, "a b&");
    for body in ["name=a&name=b", "name=a&name=a", "x&x", "na%6De=a&name=b"] {
        sends(&app, "/form", FORM, body).await.refuses(400, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn a_form_has_a_hundred_fields_at_most() {
    let app = App::new().await;
    let fields = |count: usize| (0..count).map(|at| format!("f{at}=")).collect::<Vec<_>>().join("&");

    assert_eq!(sends(&app, "/form", FORM, &fields(100)).await.status.as_u16(), 200);
    sends(&app, "/form", FORM, &fields(101)).await.refuses(400, "VALIDATION_ERROR");
}
