//! Introspection answers that are signed. RFC 9701.

use std::time::Duration;

use auth_oidc_provider::{ClientOption, SigningAlgorithm};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthAnswer, OAuthClient, Registration, TestApp};
use http::StatusCode;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{AS_FORM, START, form, is_plain, is_refused, posts, verified_with, with_tokens};
use crate::authorization::changing_nothing;
use crate::{app, provider};

const MEMBER: &str = "introspection_signed_response_alg";
const JWT: &str = "application/token-introspection+jwt";
const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";

/// The same client, accepting this.
fn accepting(client: &OAuthClient, accept: &str) -> OAuthClient {
    client.clone().with_headers(&[("accept", accept)])
}

/// Demands an answer that is signed for a client; returns algorithm and claims.
async fn signed(app: &TestApp, client: &OAuthClient, answer: &OAuthAnswer) -> (Algorithm, Value) {
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some(JWT)), "{}", answer.describe());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (header, claims) = verified_with(app, &client.client_id, &answer.text(), &["iss", "aud"]).await;
    assert_eq!(header.typ.as_deref(), Some("token-introspection+jwt"), "RFC 9701 §5");
    (header.alg, claims)
}

#[tokio::test]
async fn a_client_that_accepts_a_jwt_gets_the_answer_in_one() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;

    for (asked, told, algorithm) in [
        (None, None, Algorithm::ES256),
        (Some("ES256"), Some("ES256"), Algorithm::ES256),
        (Some("RS256"), Some("RS256"), Algorithm::RS256),
        (Some("EdDSA"), Some("EdDSA"), Algorithm::EdDSA),
        // As with ID tokens: the default, and the answer says so.
        (Some("none"), Some("ES256"), Algorithm::ES256),
        (Some("HS256"), Some("ES256"), Algorithm::ES256),
    ] {
        let registration = Registration::confidential_basic();
        let registration = match asked {
            Some(name) => registration.with(MEMBER, name),
            None => registration,
        };
        let client = app.registers(registration).await;
        assert_eq!(client.registration.get(MEMBER).and_then(Value::as_str), told, "{asked:?}");
        let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
        app.clock.advance(Duration::from_secs(7));

        for token in [&*tokens.access_token, tokens.refresh()] {
            let plain = client.introspects(token).await;
            let answer = accepting(&client, JWT).introspects(token).await;

            is_plain(&plain);
            let (signed_with, claims) = signed(&app, &client, &answer).await;
            assert_eq!(signed_with, algorithm, "{asked:?}");
            assert_eq!(plain.is_ok()["active"], true);
            let iat = plain.is_ok()["iat"].as_i64().unwrap() + 7;
            // Nothing else: RFC 9701 §8.1 wants neither sub nor exp here.
            let expected = json!({"iss": app.base_url(), "aud": client.client_id, "iat": iat, "token_introspection": plain.is_ok()});
            assert_eq!(claims, expected, "{asked:?}");
        }
    }
}

#[tokio::test]
async fn of_a_token_that_is_not_its_own_a_client_learns_as_little() {
    let (app, owner, tokens) = with_tokens().await;
    let other = app.registers(Registration::confidential_basic()).await;
    owner.introspects(&tokens.access_token).await.is_ok();

    for token in [&*tokens.access_token, tokens.refresh(), tokens.id(), "x"] {
        let answer = accepting(&other, JWT).introspects(token).await;

        let (_, claims) = signed(&app, &other, &answer).await;
        let expected = json!({
            "iss": app.base_url(), "aud": other.client_id, "iat": START, "token_introspection": {"active": false},
        });
        assert_eq!(claims, expected);
    }
}

#[tokio::test]
async fn what_the_client_accepts_decides() {
    let (app, client, tokens) = with_tokens().await;
    let introspects = async |accept: &str| accepting(&client, accept).introspects(&tokens.access_token).await;

    for accept in [
        "Application/Token-Introspection+JWT",
        "application/json;q=0.9, application/token-introspection+jwt",
        "application/json, application/token-introspection+jwt",
        "application/token-introspection+jwt;q=0.2, */*;q=0.1",
    ] {
        signed(&app, &client, &introspects(accept).await).await;
    }
    for accept in [
        "*/*",
        "application/*",
        "application/json",
        "application/jwt",
        "text/html, */*;q=0.1",
        "application/token-introspection+jwt;q=0",
        "application/token-introspection+jwt;q=0.9, application/json",
        "text/plain;a=\"x, application/token-introspection+jwt, y\"",
    ] {
        is_plain(&introspects(accept).await);
    }
    let twice = client.clone().with_headers(&[("accept", "application/json;q=0.5"), ("accept", JWT)]);
    signed(&app, &client, &twice.introspects(&tokens.access_token).await).await;
}

#[tokio::test]
async fn a_declared_client_has_its_algorithm_too() {
    let own = ClientOption::confidential("own", SECRET).acts_for_itself(["notes:write"]);
    let app = app(provider().client(own.introspection_signed_response_alg(SigningAlgorithm::EdDsa))).build().await;
    let client = OAuthClient::known(&app, "own", "").with_secret(SECRET);
    let tokens = client.acts_for_itself(&[]).await.succeeds();

    let answer = accepting(&client, JWT).introspects(&tokens.access_token).await;

    let (algorithm, claims) = signed(&app, &client, &answer).await;
    assert_eq!((algorithm, &claims["token_introspection"]["sub"]), (Algorithm::EdDSA, &json!("own")));
}

#[tokio::test]
async fn who_may_not_ask_is_refused_as_ever_and_asking_changes_nothing() {
    let (app, client, tokens) = with_tokens().await;
    let public = accepting(&app.registers(Registration::public_on_the_web()).await, JWT);
    let accept: (&str, &[u8]) = ("accept", JWT.as_bytes());

    changing_nothing(&app, async || {
        is_refused(&*public.introspects(&tokens.access_token).await, 401, OAuthErrorCode::InvalidClient);
        let fields = [("token", &*tokens.access_token)];
        let nobody = posts(&app, "/oauth2/introspect", &[AS_FORM, accept], form(&fields)).await;
        is_refused(&nobody, 401, OAuthErrorCode::InvalidClient);
        let nothing = accepting(&client, JWT).posts("/oauth2/introspect", &[]).await;
        is_refused(&nothing, 400, OAuthErrorCode::InvalidRequest);
        signed(&app, &client, &accepting(&client, JWT).introspects(&tokens.access_token).await).await;
    })
    .await;
}
