//! What failed unexpectedly: whoever asked is shown a reference id, and the log tells the cause under it.

use auth_testkit::{Answer, TestApp, backend};
use axum::Router;
use axum::routing::any;
use http::{Request, header};
use sea_orm::sea_query::Table;
use sea_orm::{ConnectionTrait as _, DbBackend};
use serde_json::json;

use crate::log::Log;
use crate::{app, builder, client, mcp, tokens, whoami};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Makes every statement on a table fail. No request can do that.
async fn loses(app: &TestApp, table: &str) {
    app.db().execute(Table::rename().table(table.to_owned(), format!("{table}_away"))).await.unwrap();
}

/// What the database says then.
fn complaint() -> &'static str {
    match backend() {
        DbBackend::Postgres => "does not exist",
        DbBackend::MySql => "doesn't exist",
        _ => "no such table",
    }
}

/// The reference id in a text: twelve hexadecimal digits.
fn reference_in(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut ids = words.filter(|word| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()));
    ids.next().unwrap_or_else(|| panic!("no reference id in {text}")).to_owned()
}

/// Demands that the answer shows an id under which the log tells the cause, once, and nothing of it.
#[track_caller]
fn is_logged(log: &Log, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.describe());
    assert!(!answer.text().contains(complaint()), "{}", answer.describe());
    let reference = reference_in(&answer.text());
    let text = log.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(&reference)).collect();
    let [line] = lines.as_slice() else { panic!("{reference} is logged {} times: {text}", lines.len()) };
    assert!(line.contains(complaint()), "{line}");
}

async fn posts(app: &TestApp, path: &str, content_type: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ORIGIN, app.base_url())
        .header("sec-fetch-site", "same-origin");
    app.request(request.body(body.to_owned()).unwrap()).await
}

fn is_oauth(answer: &Answer) {
    let json = answer.json();
    assert_eq!(json["error"], "server_error");
    reference_in(json["error_description"].as_str().unwrap());
}

fn is_core(answer: &Answer) {
    let json = answer.json();
    assert_eq!(json["code"], "INTERNAL_SERVER_ERROR");
    reference_in(json["reference"].as_str().unwrap());
}

fn is_page(answer: &Answer) {
    assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{}", answer.describe());
}

#[tokio::test]
async fn oauth_endpoints_name_it_in_the_description() {
    let app = app().await;
    let client = client(&app, "mcp:tools").await;
    let bearer = tokens(&app, &app.alice().await, "openid mcp:tools").await.access_token;
    loses(&app, "oauthApplication").await;
    let log = Log::listening();

    for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
        let answer = client.posts(path, &[("token", "x")]).await;
        is_logged(&log, &answer, 500);
        is_oauth(&answer);
    }
    let userinfo = client.userinfo(&bearer).await;
    is_logged(&log, &userinfo, 500);
    is_oauth(&userinfo);
    let metadata = json!({ "redirect_uris": ["http://127.0.0.1/callback"] });
    let registered = app.post_json("/api/auth/oauth2/register", &metadata).await;
    is_logged(&log, &registered, 500);
    is_oauth(&registered);
}

#[tokio::test]
async fn json_endpoints_have_a_member_for_it() {
    let app = app().await;
    let bearer = format!("Bearer {}", tokens(&app, &app.alice().await, "mcp:tools").await.access_token);
    for table in ["oauthApplication", "account"] {
        loses(&app, table).await;
    }
    let log = Log::listening();

    let session = Request::get("/api/auth/mcp/get-session").header("authorization", bearer);
    let account = json!({ "name": "Bob", "email": "bob@example.com", "password": "bob-correct-horse" }).to_string();
    let consent = json!({ "accept": true, "consent_code": "a-handle" }).to_string();
    for answer in [
        app.request(session.body("").unwrap()).await,
        app.get("/api/auth/oauth2/interaction?consent_code=a-handle").await,
        posts(&app, "/api/auth/oauth2/consent", JSON, &consent).await,
        posts(&app, "/api/auth/sign-in/email", JSON, &account).await,
        posts(&app, "/api/auth/sign-up/email", JSON, &account).await,
    ] {
        is_logged(&log, &answer, 500);
        is_core(&answer);
    }
}

#[tokio::test]
async fn pages_show_it_to_people() {
    let app = app().await;
    let client = client(&app, "mcp:tools").await;
    let (alice, bob) = (app.alice().await, app.person("Bob", "bob@example.com"));
    let asked = client.asks();
    let consent = alice.browser.get(asked.url().as_str()).await.page();
    let sign_in = app.browser().get("/sign-in").await.page();
    let sign_up = bob.browser.get("/sign-up").await.page();
    for table in ["oauthApplication", "account"] {
        loses(&app, table).await;
    }
    let log = Log::listening();

    let request = url_encoded(asked.parameters());
    let typed = [("name", bob.name.as_str()), ("email", bob.email.as_str()), ("password", bob.password.as_str())];
    for answer in [
        app.get(asked.url().as_str()).await,
        posts(&app, "/api/auth/oauth2/authorize", FORM, &request).await,
        app.get("/api/auth/oauth2/authorize?interaction=a-handle").await,
        app.get("/consent?consent_code=a-handle").await,
        alice.browser.fills(consent.form(), &[], "allow").await.page().answer,
        app.get(&format!("/api/auth/oauth2/end-session?client_id={}", client.client_id)).await,
        app.get("/sign-in?interaction=a-handle").await,
        app.get("/sign-up?interaction=a-handle").await,
        bob.browser.fills(sign_up.form(), &typed, "").await.page().answer,
    ] {
        is_logged(&log, &answer, 500);
        is_page(&answer);
    }
    assert!(sign_in.forms().len() == 1, "{}", sign_in.describe());
}

fn url_encoded(pairs: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test]
async fn an_mcp_client_reads_it_in_the_error_of_json_rpc() {
    let app = app().await;
    let tokens = tokens(&app, &app.alice().await, "mcp:tools").await;
    loses(&app, "oauthApplication").await;
    let log = Log::listening();

    let answer = app.mcp("/mcp", &tokens.access_token).sends(&json!({})).await;

    is_logged(&log, &answer, 503);
    let json = answer.json();
    assert_eq!((&json["jsonrpc"], &json["error"]["code"]), (&json!("2.0"), &json!(-32000)));
    reference_in(json["error"]["message"].as_str().unwrap());
}

#[tokio::test]
async fn a_route_that_lacks_its_guard_says_so_in_the_log_only() {
    let app = builder(mcp()).routes(|_| Router::new().route("/bare", any(whoami))).build().await;
    let log = Log::listening();

    let answer = app.get("/bare").await;

    assert_eq!(answer.status, 500);
    is_core(&answer);
    let (text, reference) = (log.text(), reference_in(&answer.text()));
    assert!(text.lines().any(|line| line.contains(&reference) && line.contains("no McpGuard")), "{text}");
    assert!(!answer.text().contains("McpGuard"));
}
