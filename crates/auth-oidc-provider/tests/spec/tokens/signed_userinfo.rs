//! Userinfo that is signed. OpenID Connect Core §5.3.2, Registration §2.

use auth_oidc_provider::{ClientOption, SigningAlgorithm};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthAnswer, OAuthClient, Person, Registration, TestApp, Tokens};
use http::StatusCode;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{SCOPE, START, disables, is_plain, posts, verified_for, verified_with};
use crate::authorization::changing_nothing;
use crate::{app, provider};

const MEMBER: &str = "userinfo_signed_response_alg";
const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
const CALLBACK: &str = "https://own.example/callback";

fn signing(algorithm: &str) -> Registration {
    Registration::confidential_basic().with(MEMBER, algorithm)
}

async fn tokens(alice: &Person, client: &OAuthClient) -> Tokens {
    client.exchanges(&alice.authorizes(client).await).await.succeeds()
}

/// Demands userinfo that is signed for a client; returns algorithm and claims.
async fn signed(app: &TestApp, client: &OAuthClient, answer: &OAuthAnswer) -> (Algorithm, Value) {
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, Some("application/jwt")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (header, claims) = verified_with(app, &client.client_id, &answer.text(), &["iss", "aud", "sub"]).await;
    assert_eq!(header.typ.as_deref(), Some("userinfo+jwt"));
    (header.alg, claims)
}

#[tokio::test]
async fn a_client_gets_userinfo_signed_by_the_algorithm_it_registered() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;

    for (name, algorithm) in [("ES256", Algorithm::ES256), ("RS256", Algorithm::RS256), ("EdDSA", Algorithm::EdDSA)] {
        let client = app.registers(signing(name)).await.with_scope(SCOPE);
        assert_eq!(client.registration[MEMBER], name);
        let tokens = tokens(&alice, &client).await;

        let answer = client.userinfo(&tokens.access_token).await;

        let (signed_with, claims) = signed(&app, &client, &answer).await;
        let (_, id_token) = verified_for(&app, &client.client_id, tokens.id()).await;
        assert_eq!(signed_with, algorithm);
        assert_eq!(
            claims,
            json!({
                "iss": app.base_url(), "aud": client.client_id, "sub": id_token["sub"], "name": "Alice",
                "updated_at": START, "email": "alice@example.com", "email_verified": false,
            })
        );
    }
}

#[tokio::test]
async fn a_posted_request_is_answered_so_too_and_accept_makes_no_difference() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(signing("ES256")).await;
    let tokens = tokens(&alice, &client).await;
    let bearer = format!("Bearer {}", tokens.access_token);

    for accept in ["*/*", "application/json", "application/jwt"] {
        let headers: [(&str, &[u8]); 2] = [("authorization", bearer.as_bytes()), ("accept", accept.as_bytes())];
        let answer = posts(&app, "/oauth2/userinfo", &headers, "").await;

        assert_eq!(answer.header("content-type"), Some("application/jwt"), "OIDC Core §5.3.2: {accept}");
        verified_with(&app, &client.client_id, &answer.text(), &["iss", "aud", "sub"]).await;
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_offered_is_left_out_and_userinfo_stays_plain() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;

    for asked in ["none", "HS256", "es256", ""] {
        let client = app.registers(signing(asked)).await;
        assert_eq!(client.registration.get(MEMBER), None, "{asked}");
        let tokens = tokens(&alice, &client).await;

        is_plain(&client.userinfo(&tokens.access_token).await);
    }
}

#[tokio::test]
async fn a_pairwise_client_reads_its_own_name_of_the_person() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(signing("ES256").with("subject_type", "pairwise")).await;
    let plain = app.registers(Registration::confidential_basic()).await;
    let (tokens, others) = (tokens(&alice, &client).await, tokens(&alice, &plain).await);

    let (_, claims) = signed(&app, &client, &client.userinfo(&tokens.access_token).await).await;

    let (_, id_token) = verified_for(&app, &client.client_id, tokens.id()).await;
    let everywhere = plain.userinfo(&others.access_token).await.is_ok()["sub"].clone();
    assert_eq!(claims["sub"], id_token["sub"]);
    assert_ne!(claims["sub"], everywhere);
}

#[tokio::test]
async fn a_declared_client_gets_it_as_it_is_declared() {
    let own = || ClientOption::confidential("own", SECRET).redirect_uri(CALLBACK);
    let signing = provider().client(own().userinfo_signed_response_alg(SigningAlgorithm::Rs256));
    let app = app(signing).build().await;
    let alice = app.alice().await;
    let client = OAuthClient::known(&app, "own", CALLBACK).with_secret(SECRET);
    let tokens = tokens(&alice, &client).await;

    let (algorithm, _) = signed(&app, &client, &client.userinfo(&tokens.access_token).await).await;

    assert_eq!(algorithm, Algorithm::RS256);
    let later = again(&app, provider().client(own())).await;
    is_plain(&same(&later, &client).userinfo(&tokens.access_token).await);
}

#[tokio::test]
async fn a_refusal_is_the_same_as_ever_and_changes_nothing() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(signing("ES256")).await;
    let without = client.clone().with_scope("mcp:tools");
    let (tokens, narrow) = (tokens(&alice, &client).await, tokens(&alice, &without).await);

    changing_nothing(&app, async || {
        let answer = client.userinfo("at_x").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::UNAUTHORIZED, Some("application/json"))
        );
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer error=\"invalid_token\""));
        let answer = client.userinfo(&narrow.access_token).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::FORBIDDEN, Some("application/json")));
        assert_eq!(answer.challenge()["error"], "insufficient_scope");
        client.userinfo(&tokens.access_token).await;
    })
    .await;

    disables(&app, &client).await;
    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
}
