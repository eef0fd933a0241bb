//! Tokens of the MCP endpoint that are bound to a key. RFC 9449 §7.

use auth_protocol::dpop::token_hash;
use auth_testkit::{Answer, ProofKey, Registration, TestApp, Tokens};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::{app, builder, mcp};

/// Tokens of Alice that are bound to this key.
async fn bound(app: &TestApp, key: &ProofKey, scope: &str) -> Tokens {
    let client = app.registers(Registration::public()).await.with_scope(scope).with_resource("/mcp");
    let code = app.alice().await.authorizes(&client).await;
    let proof = key.proves("POST", "/api/auth/oauth2/token", &json!({}));
    client.with_headers(&[("dpop", &proof)]).exchanges(&code).await.succeeds()
}

async fn calls(app: &TestApp, path: &str, authorization: &str, proof: Option<&str>) -> Answer {
    let request = Request::post(path).header("authorization", authorization);
    let request = proof.into_iter().fold(request, |request, proof| request.header("dpop", proof));
    app.request(request.body("").unwrap()).await
}

fn proof(key: &ProofKey, path: &str, tokens: &Tokens) -> String {
    key.proves("POST", path, &json!({"ath": token_hash(&tokens.access_token)}))
}

#[tokio::test]
async fn the_guard_takes_a_bound_token_with_a_proof_of_its_key_once() {
    let app = app().await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let tokens = bound(&app, &key, "mcp:tools").await;
    let authorization = format!("DPoP {}", tokens.access_token);
    let first = proof(&key, "/mcp", &tokens);

    calls(&app, "/mcp", &authorization, Some(&first)).await.expects(StatusCode::OK);

    let bearer = format!("Bearer {}", tokens.access_token);
    for (authorization, proof) in [
        (&authorization, Some(first)),
        (&authorization, None),
        (&authorization, Some(proof(&other, "/mcp", &tokens))),
        (&authorization, Some(proof(&key, "/mcp/write", &tokens))),
        (&authorization, Some(key.proves("POST", "/mcp", &json!({})))),
        (&bearer, None),
        (&bearer, Some(proof(&key, "/mcp", &tokens))),
    ] {
        let answer = calls(&app, "/mcp", authorization, proof.as_deref()).await.expects(StatusCode::UNAUTHORIZED);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("DPoP error=\"invalid_"), "{challenge}");
        assert!(challenge.contains("resource_metadata="), "{challenge}");
    }
}

#[tokio::test]
async fn a_second_endpoint_of_the_resource_has_a_place_of_its_own() {
    let app = app().await;
    let key = ProofKey::new(&app);
    let tokens = bound(&app, &key, "mcp:tools").await;
    let authorization = format!("DPoP {}", tokens.access_token);

    let answer = calls(&app, "/mcp/write", &authorization, Some(&proof(&key, "/mcp/write", &tokens))).await;

    let answer = answer.expects(StatusCode::FORBIDDEN);
    assert!(answer.header("www-authenticate").unwrap().contains("notes:write"), "{}", answer.describe());
}

#[tokio::test]
async fn the_session_of_a_bound_token_needs_a_proof_too() {
    let app = app().await;
    let key = ProofKey::new(&app);
    let tokens = bound(&app, &key, "mcp:tools").await;
    let path = "/api/auth/mcp/get-session";
    let session = |proof: Option<String>| {
        let request = Request::get(path).header("authorization", format!("DPoP {}", tokens.access_token));
        let request = proof.into_iter().fold(request, |request, proof| request.header("dpop", proof));
        app.request(request.body("").unwrap())
    };

    assert_eq!(session(None).await.json(), Value::Null);
    let proof = key.proves("GET", path, &json!({"ath": token_hash(&tokens.access_token)}));
    assert_eq!(session(Some(proof)).await.json()["scopes"], "mcp:tools");
}

#[tokio::test]
async fn an_endpoint_can_demand_bound_tokens_and_says_so() {
    let app = builder(mcp().require_dpop(true)).build().await;
    let document = app.get("/.well-known/oauth-protected-resource/mcp").await.json();
    assert_eq!(document["dpop_bound_access_tokens_required"], true);

    let nobody = app.request(Request::post("/mcp").body("").unwrap()).await.expects(StatusCode::UNAUTHORIZED);
    let challenge = nobody.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP algs=\"ES256 ") && challenge.contains("resource_metadata="), "{challenge}");
    let client = app.registers(Registration::public()).await.with_scope("mcp:tools").with_resource("/mcp");
    let code = app.bob().await.authorizes(&client).await;
    client.exchanges(&code).await.fails_with(auth_protocol::OAuthErrorCode::InvalidDpopProof);

    let key = ProofKey::new(&app);
    let tokens = bound(&app, &key, "mcp:tools").await;
    let authorization = format!("DPoP {}", tokens.access_token);
    calls(&app, "/mcp", &authorization, Some(&proof(&key, "/mcp", &tokens))).await.expects(StatusCode::OK);
}
