//! `ClientAddress`: whose address counts behind proxies.

use auth_core::plugins;
use http::Method;

use crate::app::{App, ORIGIN, from_peer, request};
use crate::plugins::Door;

#[tokio::test]
async fn a_session_notes_the_address_a_declared_proxy_tells() {
    let proxies = ["10.0.0.1".parse().unwrap()];
    let app = App::of(ORIGIN, |builder| builder.trusted_proxies(proxies).plugins(plugins![Door])).await;
    let headers = [("content-type", "application/json"), ("x-forwarded-for", "6.6.6.6, 1.2.3.4")];
    for (peer, address) in [("10.0.0.1:1", "1.2.3.4"), ("9.9.9.9:1", "9.9.9.9"), ("[::ffff:10.0.0.1]:1", "1.2.3.4")] {
        let body = r#"{"email":"alice@example.com","remember":true}"#;
        let entered = app.send(from_peer(request(Method::POST, "/enter", &headers, body), peer)).await;

        let session = app.session_of(&entered.session_cookie()).await.json();

        assert_eq!(session["session"]["ipAddress"], address, "{peer}");
    }
}
