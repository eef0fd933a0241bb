//! Bodies that are not what an endpoint takes are clear refusals, and nothing is written.

use axum::body::Body;
use http::{Request, header};

use crate::app::{App, Browser, ORIGIN, Reply};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

async fn post(app: &App, path: &str, content_type: &str, body: impl Into<Body>) -> Reply {
    let mut request = Request::post(path).header(header::ORIGIN, ORIGIN);
    if !content_type.is_empty() {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    app.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn json_endpoints_take_json_only() {
    let app = App::new().await;
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(100_000));
    let deep = "[".repeat(60_000);
    let good = "{\"name\":\"B\",\"email\":\"b@example.com\",\"password\":\"correct-horse-1\"}";
    let cases = [
        (JSON, "{\"name\":", 400),
        (JSON, "", 400),
        (JSON, "\u{feff}{}", 400),
        (JSON, deep.as_str(), 400),
        (JSON, large.as_str(), 413),
        (FORM, "name=B&email=b%40example.com&password=correct-horse-1", 415),
        ("text/plain", good, 415),
        ("multipart/form-data; boundary=x", good, 415),
        ("", good, 415),
    ];

    for path in ["/api/auth/sign-up/email", "/api/auth/sign-in/email"] {
        for (content_type, body, status) in cases {
            let reply = post(&app, path, content_type, body.to_owned()).await;
            assert_eq!(reply.status, status, "{path} {content_type} {reply:?}");
            assert!(reply.json()["code"].is_string() && reply.json()["message"].is_string());
        }
        let reply = post(&app, path, JSON, vec![b'"', 0xff, b'"']).await;
        assert_eq!(reply.status, 400);
    }

    assert!(app.users().await.is_empty());
}

#[tokio::test]
async fn forms_take_forms_only_and_every_field_once() {
    let app = App::new().await;
    let large = format!("name={}", "x".repeat(100_000));
    let many = "a=1&".repeat(101);
    let cases = [
        (JSON, "{}", 415),
        ("", "email=b%40example.com", 415),
        (FORM, "email=a%40example.com&email=b%40example.com", 400),
        (FORM, many.as_str(), 400),
        (FORM, large.as_str(), 413),
    ];

    for path in ["/sign-up", "/sign-in"] {
        for (content_type, body, status) in cases {
            let reply = post(&app, path, content_type, body.to_owned()).await;
            assert_eq!(reply.status, status, "{path} {content_type} {reply:?}");
        }
    }

    assert!(app.users().await.is_empty());
}

#[tokio::test]
async fn no_text_anywhere_makes_the_server_fail() {
    let app = App::new().await;
    let mut browser = Browser::of(&app);

    for probe in ["' OR 1=1 --", "\u{0}", "a\r\nSet-Cookie: x=1", "\u{202e}", "%00", "${7*7}", "𝕏@example"] {
        for (path, body) in [
            ("/sign-in/email", serde_json::json!({ "email": probe, "password": probe, "interaction": probe })),
            ("/sign-up/email", serde_json::json!({ "name": probe, "email": probe, "password": probe, "image": probe })),
        ] {
            let reply = app.post(path, body).await;
            assert!(reply.status.is_client_error(), "{probe:?} {reply:?}");
        }
        let fields = [("name", probe), ("email", probe), ("password", probe), ("interaction", probe)];
        for page in ["/sign-in", "/sign-up"] {
            let reply = browser.fill(page, &fields).await;
            assert_eq!(reply.status, 400, "{probe:?}");
        }
    }

    assert!(app.users().await.is_empty());
}
