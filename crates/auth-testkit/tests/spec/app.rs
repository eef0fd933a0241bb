//! The app: requests, time, tables, statements, socket.

use std::net::SocketAddr;
use std::time::Duration;

use auth_core::{ApiError, Auth, AuthContext, Contributions, ErrorCode, Mount, Plugin, PluginId, plugins};
use auth_testkit::TestApp;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::routing::get;
use http::{HeaderMap, Request};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{ColumnDef, Query, Table};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

fn echo() -> Router {
    Router::new().route(
        "/echo",
        get(async |headers: HeaderMap, ConnectInfo(peer): ConnectInfo<SocketAddr>| {
            format!("{} {peer}", headers["host"].to_str().unwrap())
        }),
    )
}

#[tokio::test]
async fn routes_of_the_app_stand_beside_those_of_the_plugins() {
    let app = TestApp::builder().routes(|_| echo()).build().await;

    assert_eq!(app.get("/echo").await.text(), "localhost:3000 203.0.113.7:50000");
    assert_eq!(app.get("/api/auth/get-session").await.expects(http::StatusCode::OK).text(), "null");
    assert_eq!(app.get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn a_request_may_name_another_host_and_another_peer() {
    let app = TestApp::builder().routes(|_| echo()).build().await;
    let mut request = Request::get("http://evil.example/echo").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([9, 9, 9, 9], 1))));

    assert_eq!(app.request(request).await.text(), "evil.example 9.9.9.9:1");
}

/// A plugin that answers otherwise than its description says.
struct Liar;

impl Plugin for Liar {
    fn id(&self) -> PluginId {
        "liar"
    }

    fn contribute(&self, _: &mut Contributions) {}

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of(self.id()).base(OpenApiRouter::new().routes(routes!(lie)))
    }
}

const UNTOLD: ErrorCode = ErrorCode { code: "UNTOLD", status: 500, message: "Nobody was told" };

#[utoipa::path(get, path = "/lie", responses((status = 200, description = "Never")))]
async fn lie() -> ApiError {
    ApiError::code(UNTOLD)
}

#[tokio::test]
#[should_panic(expected = "GET /api/auth/lie answered 500 UNTOLD, which its description does not name")]
async fn an_answer_the_description_does_not_name_is_a_failed_test() {
    let app = TestApp::with(plugins![Liar]).await;

    app.get("/api/auth/lie").await;
}

#[tokio::test]
async fn time_moves_when_it_is_told_to() {
    let app = TestApp::with(plugins![]).await;
    let before = app.auth().context().now();

    app.clock.advance(Duration::from_mins(1));

    assert_eq!((app.auth().context().now() - before).num_seconds(), 60);
}

#[tokio::test]
async fn every_table_is_counted_and_written_down() {
    let app = TestApp::with(plugins![]).await;
    // The kit's own test: no plugin is here whose front door could be used.
    let mut odd = Table::create();
    odd.table("odd").col(ColumnDef::new("or der").integer()).col(ColumnDef::new("bytes").blob());
    app.db().execute(odd.col(ColumnDef::new("text").text())).await.unwrap();
    let mut rows = Query::insert();
    rows.into_table("odd").columns(["or der", "bytes", "text"]);
    rows.values_panic([7.into(), b"abc\xff".to_vec().into(), "it's".into()]);
    rows.values_panic([None::<i32>.into(), None::<Vec<u8>>.into(), "".into()]);
    app.db().execute(&rows).await.unwrap();

    assert_eq!((app.count("odd").await, app.count("user").await), (2, 0));
    let dump = app.dump_tables().await;
    let rows: Vec<&str> = dump.lines().filter(|row| row.starts_with("odd")).collect();
    assert_eq!(rows, ["odd: or der=7 | bytes=abc\u{fffd} | text=it's", "odd: or der=NULL | bytes=NULL | text="]);
}

#[tokio::test]
#[should_panic(expected = "the access_token \"a-token-of-mine\" is stored in clear: odd: x=Bearer a-token-of-mine")]
async fn a_secret_in_a_table_is_found() {
    let app = TestApp::with(plugins![]).await;
    app.learns("access_token", "a-token-of-mine");
    app.stores_no_secret().await;
    app.db().execute_unprepared("CREATE TABLE odd (x TEXT)").await.unwrap();
    app.db().execute_unprepared("INSERT INTO odd VALUES ('Bearer a-token-of-mine')").await.unwrap();

    app.stores_no_secret().await;
}

#[tokio::test]
async fn only_the_statements_of_requests_are_written_down() {
    async fn find(cx: AuthContext) -> &'static str {
        auth_core::store::user::find(cx.db(), "nobody").await.unwrap();
        "done"
    }
    let routes = |auth: &Auth| {
        let cx = auth.context().clone();
        Router::new().route("/find", get(move || find(cx)))
    };
    let app = TestApp::builder().routes(routes).build().await;
    app.count("user").await;
    app.dump_tables().await;
    find(app.auth().context().clone()).await;
    tokio::task::yield_now().await;
    assert_eq!(app.statements().take(), [""; 0]);

    assert_eq!(app.get("/find").await.text(), "done");

    assert_eq!(app.statements().take().len(), 1);
    assert_eq!(app.statements().take(), [""; 0]);
}

#[tokio::test]
async fn an_app_on_a_socket_is_at_its_base_url() {
    let app = TestApp::builder().on_socket().routes(|_| echo()).build().await;
    let address = app.base_url().strip_prefix("http://").unwrap().to_owned();

    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /echo HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    assert!(answer.ends_with(&format!("{address} {}", stream.local_addr().unwrap())), "{answer}");
}

#[tokio::test]
async fn limits_are_off_unless_switched_on() {
    let limited = TestApp::builder().with_rate_limits().build().await;
    let free = TestApp::with(plugins![]).await;
    let mut statuses = (200, 200);

    for _ in 0..101 {
        let sign_out = limited.endpoint("/sign-out");
        statuses.0 = limited.post_json(sign_out.as_str(), &serde_json::json!({})).await.status.as_u16();
        statuses.1 = free.post_json(sign_out.as_str(), &serde_json::json!({})).await.status.as_u16();
    }

    assert_eq!(statuses, (429, 200));
}
