//! A database that is away: another try may succeed, and until then nobody is let in. RFC 6749 §4.1.2.1.

use auth_testkit::{Answer, Registration};
use http::Request;
use serde_json::json;

use super::{AS_FORM, form, posts, redeems, with_tokens};
use crate::{app, provider};

#[track_caller]
fn asks_to_come_again(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.describe());
    assert_eq!(answer.header("retry-after"), Some("5"), "{}", answer.describe());
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.describe());
}

#[tokio::test]
async fn every_endpoint_asks_to_come_again_and_lets_nobody_in() {
    let (app, client, tokens) = with_tokens().await;
    let spare = app.bob().await.authorizes(&client).await;
    let basic = format!("{}:{}", client.client_id, client.client_secret.as_deref().unwrap());
    let basic = {
        use base64::Engine as _;
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(basic))
    };
    let bearer = format!("Bearer {}", tokens.access_token);
    app.db().clone().close().await.unwrap();

    let token = form(&[("token", &tokens.access_token)]);
    for (path, body) in [
        ("/oauth2/token", form(&redeems(&spare))),
        ("/oauth2/token", form(&[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())])),
        ("/oauth2/revoke", token.clone()),
        ("/oauth2/introspect", token.clone()),
        ("/oauth2/par", form(&[("response_type", "code")])),
    ] {
        let answer = posts(&app, path, &[AS_FORM, ("authorization", basic.as_bytes())], body).await;
        asks_to_come_again(&answer);
        assert_eq!(answer.json()["error"], "temporarily_unavailable", "{path}");
    }
    let userinfo = Request::get("/api/auth/oauth2/userinfo").header("authorization", &bearer);
    asks_to_come_again(&app.request(userinfo.body("").unwrap()).await);
    asks_to_come_again(&*app.tries_to_register(&Registration::public()).await);
    let page = app.get(client.asks().url().as_str()).await;
    asks_to_come_again(&page);
    assert!(page.text().contains("Something went wrong"), "{}", page.describe());
    let sign_in = app.post_json("/api/auth/sign-in/email", &json!({"email": "a@b.example", "password": "x"})).await;
    asks_to_come_again(&sign_in);
    assert_eq!(sign_in.json()["code"], "UNAVAILABLE");
}

#[tokio::test]
async fn what_needs_no_database_goes_on() {
    let app = app(provider()).build().await;
    app.db().clone().close().await.unwrap();

    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/api/auth/jwks"] {
        assert_eq!(app.get(path).await.status, 200, "{path}");
    }
}
