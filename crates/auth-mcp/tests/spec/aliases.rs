//! The paths of the first MCP plugin are second names of the same routes.

use auth_testkit::{Registration, TestApp};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::{app, builder, mcp};

async fn registers(app: &TestApp) -> Value {
    let answer = app.post_json("/api/auth/mcp/register", &Registration::public().metadata()).await;
    answer.expects(StatusCode::CREATED).json()
}

#[tokio::test]
async fn a_whole_flow_goes_through_the_old_paths() {
    let app = app().await;
    let client_id = registers(&app).await["client_id"].as_str().unwrap().to_owned();
    let client = auth_testkit::OAuthClient::known(&app, &client_id, "http://127.0.0.1:8976/callback")
        .with_scope("openid mcp:tools")
        .with_resource("/mcp");
    let request = client.asks().at(app.endpoint("/mcp/authorize"));

    let code = app.alice().await.allows(&request).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.value.as_str()),
        ("code_verifier", code.verifier.as_str()),
        ("redirect_uri", "http://127.0.0.1:8976/callback"),
        ("client_id", client_id.as_str()),
    ];
    let tokens = app.post_form("/api/auth/mcp/token", &form).await.expects(StatusCode::OK).json();

    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let userinfo = Request::get("/api/auth/mcp/userinfo").header("authorization", bearer);
    app.request(userinfo.body("").unwrap()).await.expects(StatusCode::OK);
    assert_eq!(app.get("/api/auth/mcp/jwks").await.json(), app.get("/api/auth/jwks").await.json());
}

#[tokio::test]
async fn a_second_name_counts_in_the_same_window() {
    let app = builder(mcp()).with_rate_limits().build().await;
    let metadata = json!({ "redirect_uris": ["https://client.example/callback"] });

    for turn in 0..120 {
        let path = if turn % 2 == 0 { "/api/auth/mcp/register" } else { "/api/auth/oauth2/register" };
        app.post_json(path, &metadata).await.expects(StatusCode::CREATED);
    }

    for path in ["/api/auth/mcp/register", "/api/auth/oauth2/register"] {
        let answer = app.post_json(path, &metadata).await.expects(StatusCode::TOO_MANY_REQUESTS);
        assert!(answer.header("retry-after").is_some(), "{path}");
    }
}
