//! One policy for every spelling of a path: no other reaches what is there, or what is switched off. CWE-551.

use auth_testkit::{Answer, Registration, TestApp};
use http::{Request, StatusCode, header};

use super::changing_nothing;
use crate::{app, provider};

/// Other spellings of the registration endpoint, as proxies and frameworks may read them.
const SPELLINGS: [&str; 14] = [
    "//api/auth/oauth2/register",
    "/api//auth/oauth2/register",
    "/api/auth//oauth2/register",
    "/api/auth/./oauth2/register",
    "/api/auth/oauth2/../oauth2/register",
    "/api/auth/oauth2/x/../register",
    "/api/auth/oauth2/register/",
    "/api/auth/oauth2/register;x=y",
    "/api/auth;x=y/oauth2/register",
    "/api/auth/oauth2/%72egister",
    "/api/auth/oauth2%2Fregister",
    "/api/auth/oauth2/register%00",
    "/API/AUTH/OAUTH2/REGISTER",
    "/api/auth/oauth2/register.",
];

async fn registers_at(app: &TestApp, path: &str) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    app.request(request.body(Registration::public().metadata().to_string()).unwrap()).await
}

#[tokio::test]
async fn no_other_spelling_of_a_path_registers_a_client() {
    for is_on in [false, true] {
        let app = app(provider().dynamic_registration(is_on)).build().await;

        for path in SPELLINGS {
            let answer = changing_nothing(&app, async || registers_at(&app, path).await).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.describe());
        }

        let plain = registers_at(&app, "/api/auth/oauth2/register").await.status;
        assert_eq!(plain, if is_on { StatusCode::CREATED } else { StatusCode::NOT_FOUND });
    }
}

/// A header that names another path or method is for proxies, and none of them is asked.
#[tokio::test]
async fn no_header_names_another_path_or_method() {
    let app = app(provider().dynamic_registration(false)).build().await;

    for name in ["x-original-url", "x-rewrite-url", "x-forwarded-uri", "x-forwarded-prefix"] {
        let request = Request::post("/api/auth/ok")
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, "/api/auth/oauth2/register")
            .header("x-http-method-override", "POST");
        let body = Registration::public().metadata().to_string();
        let answer = changing_nothing(&app, async || app.request(request.body(body).unwrap()).await).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{name}: {}", answer.describe());
    }
}
