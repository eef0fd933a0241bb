//! Tokens that are bound to a key of their client. RFC 9449.

use auth_oidc_provider::{AccessTokenFormat, ClientOption, ResourceOption};
use auth_protocol::OAuthErrorCode;
use auth_protocol::dpop::token_hash;
use auth_testkit::{Answer, OAuthAnswer, OAuthClient, ProofKey, Registration, TestApp, Tokens};
use futures::future::join_all;
use http::Request;
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{SECOND, is_refused, verified_for};
use crate::{app, provider};

const TOKEN: &str = "/api/auth/oauth2/token";
const USERINFO: &str = "/api/auth/oauth2/userinfo";

/// The same client, sending one fresh proof by this key.
fn by(client: &OAuthClient, key: &ProofKey) -> OAuthClient {
    sending(client, &key.proves("POST", TOKEN, &json!({})))
}

fn sending(client: &OAuthClient, proof: &str) -> OAuthClient {
    client.clone().with_headers(&[("dpop", proof)])
}

/// Asks who the person is, with a token of either scheme and perhaps a proof.
async fn userinfo(app: &TestApp, authorization: String, proof: Option<String>) -> Answer {
    let request = Request::get(USERINFO).header("authorization", authorization);
    let request = proof.into_iter().fold(request, |request, proof| request.header("dpop", proof));
    app.request(request.body("").unwrap()).await
}

/// Asks with a token and a fresh proof of this key.
async fn proves(app: &TestApp, tokens: &Tokens, key: &ProofKey) -> Answer {
    let proof = key.proves("GET", USERINFO, &json!({"ath": token_hash(&tokens.access_token)}));
    userinfo(app, format!("DPoP {}", tokens.access_token), Some(proof)).await
}

#[track_caller]
fn is_challenged(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 401, "{}", answer.describe());
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP ") && challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
    assert!(challenge.contains("algs=\"ES256 "), "{challenge}");
}

#[tokio::test]
async fn tokens_asked_for_with_a_proof_are_bound_to_its_key() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let key = ProofKey::new(&app);
    let code = app.alice().await.authorizes(&client).await;

    let answer = by(&client, &key).exchanges(&code).await;

    let tokens = answer.succeeds();
    assert_eq!(tokens.token_type, "DPoP");
    assert!(answer.header("dpop-nonce").is_some(), "a nonce comes along");
    let told = client.introspects(&tokens.access_token).await.is_ok();
    assert_eq!((&told["token_type"], &told["cnf"]), (&json!("DPoP"), &json!({"jkt": key.jkt()})));
    let me = proves(&app, &tokens, &key).await;
    assert_eq!((me.status.as_u16(), me.json()["email"].as_str()), (200, Some("alice@example.com")));
}

#[tokio::test]
async fn a_bound_token_works_with_a_proof_of_its_own_key_only() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let code = app.alice().await.authorizes(&client).await;
    let tokens = by(&client, &key).exchanges(&code).await.succeeds();
    let unbound = client.exchanges(&app.bob().await.authorizes(&client).await).await.succeeds();
    let hash = json!({"ath": token_hash(&tokens.access_token)});
    let bound = || format!("DPoP {}", tokens.access_token);
    let before = app.dump_tables().await;

    is_challenged(&userinfo(&app, format!("Bearer {}", tokens.access_token), None).await, "invalid_dpop_proof");
    is_challenged(&userinfo(&app, bound(), None).await, "invalid_dpop_proof");
    is_challenged(&proves(&app, &tokens, &other).await, "invalid_token");
    is_challenged(&proves(&app, &unbound, &key).await, "invalid_token");
    for proof in [
        key.proves("POST", USERINFO, &hash),
        key.proves("GET", TOKEN, &hash),
        key.proves("GET", "https://evil.example/api/auth/oauth2/userinfo", &hash),
        key.proves("GET", USERINFO, &json!({})),
        key.proves("GET", USERINFO, &json!({"ath": token_hash("another")})),
        key.proves("GET", USERINFO, &json!({"ath": token_hash(&tokens.access_token), "iat": super::START - 600})),
        key.proves("GET", USERINFO, &json!({"ath": token_hash(&tokens.access_token), "iat": super::START + 600})),
    ] {
        is_challenged(&userinfo(&app, bound(), Some(proof)).await, "invalid_dpop_proof");
    }
    assert_eq!(app.dump_tables().await, before, "no refusal used anything up");
}

#[tokio::test]
async fn a_proof_works_once_for_every_instance_and_for_as_long_as_it_is_fresh() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let client = first.registers(Registration::confidential_basic()).await;
    let key = ProofKey::new(&first);
    let alice = first.alice().await;
    let proof = key.proves("POST", TOKEN, &json!({}));
    let (one, another) = (alice.authorizes(&client).await, alice.authorizes(&client).await);
    sending(&client, &proof).exchanges(&one).await.succeeds();
    let before = first.dump_tables().await;

    for app in [&first, &second] {
        let again = sending(&same(app, &client), &proof).exchanges(&another).await;
        is_refused(&again, 400, OAuthErrorCode::InvalidDpopProof);
    }
    assert_eq!(first.dump_tables().await, before, "the code is not used up");
    first.clock.advance(299 * SECOND);
    let mut late = sending(&client, &proof).refreshes("rt_unknown").await;
    late.fails_with(OAuthErrorCode::InvalidGrant);
    first.clock.advance(SECOND);
    late = sending(&client, &proof).refreshes("rt_unknown").await;
    late.fails_with(OAuthErrorCode::InvalidDpopProof);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_of_one_proof_at_once_a_single_one_counts() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let client = first.registers(Registration::confidential_basic()).await;
    let key = ProofKey::new(&first);
    let tokens = by(&client, &key).exchanges(&first.alice().await.authorizes(&client).await).await.succeeds();
    let proof = key.proves("GET", USERINFO, &json!({"ath": token_hash(&tokens.access_token)}));
    let bound = format!("DPoP {}", tokens.access_token);

    let requests = (0..32).map(|n| {
        let app = if n % 2 == 0 { first.clone() } else { second.clone() };
        let (bound, proof) = (bound.clone(), proof.clone());
        tokio::spawn(async move { userinfo(&app, bound, Some(proof)).await.status.as_u16() })
    });
    let statuses: Vec<u16> = join_all(requests).await.into_iter().map(Result::unwrap).collect();

    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 401].contains(status)), "{statuses:?}");
}

#[tokio::test]
async fn a_refresh_token_of_a_public_client_stays_bound_and_one_of_a_confidential_client_is_not() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let public = app.registers(Registration::public()).await;
    let tokens = by(&public, &key).exchanges(&alice.authorizes(&public).await).await.succeeds();
    let before = app.dump_tables().await;

    for stranger in [public.clone(), by(&public, &other)] {
        stranger.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    }
    assert_eq!(app.dump_tables().await, before, "a stranger ends nothing");
    let next = by(&public, &key).refreshes(tokens.refresh()).await.succeeds();
    assert_eq!(next.token_type, "DPoP");
    // Whoever has stolen the old one and not the key cannot end the grant either.
    public.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    let next = by(&public, &key).refreshes(next.refresh()).await.succeeds();
    assert_eq!(proves(&app, &next, &key).await.status, 200);
    by(&public, &key).refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    assert_eq!(proves(&app, &next, &key).await.status, 401, "its client's second use ends it");

    let confidential = app.registers(Registration::confidential_basic()).await;
    let tokens = by(&confidential, &key).exchanges(&alice.authorizes(&confidential).await).await.succeeds();
    let next = by(&confidential, &other).refreshes(tokens.refresh()).await.succeeds();
    assert_eq!(proves(&app, &next, &other).await.status, 200, "it may take another key");
}

#[tokio::test]
async fn a_repeated_refresh_gets_the_same_answer_only_for_the_same_key() {
    let app = app(provider().replay_window(30)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let tokens = by(&client, &key).exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();

    let first = by(&client, &key).refreshes(tokens.refresh()).await.succeeds();
    let repeated = by(&client, &key).refreshes(tokens.refresh()).await.succeeds();
    assert_eq!(repeated.access_token, first.access_token);
    by(&client, &other).refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    assert_eq!(proves(&app, &first, &key).await.status, 401, "another request is a reuse");
}

#[tokio::test]
async fn a_code_can_be_bound_to_a_key_before_anybody_has_it() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::public()).await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let page = alice.browser.get(client.asks().with("dpop_jkt", "short").url().as_str()).await.away();
    assert!(page.query().unwrap().contains("error=invalid_request"), "{page}");

    let code = alice.allows(&client.asks().with("dpop_jkt", key.jkt())).await;
    let before = app.dump_tables().await;
    for stranger in [client.clone(), by(&client, &other)] {
        stranger.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
    }
    assert_eq!(app.dump_tables().await, before);
    by(&client, &key).exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_pushed_request_with_a_proof_binds_the_code_to_its_key() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::public()).await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let pushes = |request: auth_testkit::AuthorizationRequest, proof: String| {
        let client = sending(&client, &proof);
        async move {
            let fields = request.parameters().iter().filter(|(name, _)| name != "client_id");
            let fields: Vec<(&str, &str)> = fields.map(|(name, value)| (&**name, &**value)).collect();
            client.posts("/oauth2/par", &fields).await
        }
    };
    let proof = || key.proves("POST", "/api/auth/oauth2/par", &json!({}));
    let request = client.asks();

    let wrong = pushes(request.clone().with("dpop_jkt", other.jkt()), proof()).await;
    wrong.fails_with(OAuthErrorCode::InvalidRequest);
    let used = proof();
    let kept = pushes(request.clone(), used.clone()).await;
    assert_eq!(kept.status, 201, "{}", kept.describe());
    assert!(kept.header("dpop-nonce").is_some());
    pushes(request.clone(), used).await.fails_with(OAuthErrorCode::InvalidDpopProof);

    let mut url = app.endpoint("/oauth2/authorize");
    let uri = kept.json()["request_uri"].as_str().unwrap().to_owned();
    url.query_pairs_mut().append_pair("client_id", &client.client_id).append_pair("request_uri", &uri);
    let page = alice.browser.get(url.as_str()).await.page();
    let back = alice.answers(&page, auth_testkit::Decision::Allow).await.away();
    let code = request.reads(&back).unwrap();
    client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidGrant);
    by(&client, &key).exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_client_a_declaration_or_a_resource_can_demand_bound_tokens() {
    let secret = "k9Fq2vX7rT4mZ8pL1wN6yB3cH5dJ0sGa";
    let robot = ClientOption::confidential("robot", secret).acts_for_itself(["notes:write"]).require_dpop();
    let sealed = ResourceOption::new("/sealed").base_scope(["sealed:use"]).require_dpop(true);
    let app = app(provider().client(robot).protected_resource(sealed)).build().await;
    let alice = app.alice().await;
    let key = ProofKey::new(&app);
    let demanding = Registration::confidential_basic().with("dpop_bound_access_tokens", true);
    let registered = app.registers(demanding).await;
    assert_eq!(registered.registration["dpop_bound_access_tokens"], true, "it is echoed");
    let at_sealed = app.registers(Registration::public()).await.with_resource("/sealed").with_scope("sealed:use");
    for client in [registered, at_sealed] {
        let code = alice.authorizes(&client).await;
        let before = app.dump_tables().await;
        client.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidDpopProof);
        assert_eq!(app.dump_tables().await, before);
        let tokens = by(&client, &key).exchanges(&code).await.succeeds();
        client.refreshes(tokens.refresh()).await.error().unwrap();
        assert_eq!(by(&client, &key).refreshes(tokens.refresh()).await.succeeds().token_type, "DPoP");
    }
    let robot = OAuthClient::known(&app, "robot", "").with_secret(secret);
    robot.acts_for_itself(&[]).await.fails_with(OAuthErrorCode::InvalidDpopProof);
    assert_eq!(by(&robot, &key).acts_for_itself(&[]).await.succeeds().token_type, "DPoP");
}

#[tokio::test]
async fn a_jwt_names_the_key_it_is_bound_to() {
    let files = ResourceOption::new("https://files.example/").access_token_format(AccessTokenFormat::Jwt);
    let app = app(provider().protected_resource(files)).build().await;
    let client = app.registers(Registration::confidential_basic()).await.with_resource("https://files.example/");
    let key = ProofKey::new(&app);
    let code = app.alice().await.authorizes(&client).await;

    let tokens = by(&client, &key).exchanges(&code).await.succeeds();

    let (_, claims) = verified_for(&app, "https://files.example", &tokens.access_token).await;
    assert_eq!(claims["cnf"], json!({"jkt": key.jkt()}));
    assert_eq!(proves(&app, &tokens, &key).await.status, 200);
}

#[tokio::test]
async fn nonces_are_handed_out_and_can_be_demanded() {
    let app = app(provider().require_dpop_nonces(true)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let key = ProofKey::new(&app);
    let code = app.alice().await.authorizes(&client).await;
    let with = |nonce: Option<&str>| {
        let claims = nonce.map_or(json!({}), |nonce| json!({ "nonce": nonce }));
        sending(&client, &key.proves("POST", TOKEN, &claims))
    };
    let nonce_of = |answer: &OAuthAnswer| answer.header("dpop-nonce").unwrap().to_owned();
    let before = app.dump_tables().await;

    let asked = with(None).exchanges(&code).await;
    is_refused(&asked, 400, OAuthErrorCode::UseDpopNonce);
    is_refused(&*with(Some("made-up")).exchanges(&code).await, 400, OAuthErrorCode::UseDpopNonce);
    assert_eq!(app.dump_tables().await, before);
    let nonce = nonce_of(&asked);
    let tokens = with(Some(&nonce)).exchanges(&code).await.succeeds();

    is_challenged(&proves(&app, &tokens, &key).await, "use_dpop_nonce");
    app.clock.advance(299 * SECOND);
    let proof = json!({"ath": token_hash(&tokens.access_token), "nonce": nonce});
    let late = userinfo(&app, format!("DPoP {}", tokens.access_token), Some(key.proves("GET", USERINFO, &proof)));
    assert_eq!(late.await.status, 200, "a nonce is good for a few minutes");
    app.clock.advance(151 * SECOND);
    let proof = key.proves("GET", USERINFO, &proof);
    let over = userinfo(&app, format!("DPoP {}", tokens.access_token), Some(proof)).await;
    is_challenged(&over, "use_dpop_nonce");
    assert_ne!(over.header("dpop-nonce"), Some(&*nonce));
}

#[tokio::test]
async fn without_demand_a_nonce_is_judged_if_it_is_there() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let key = ProofKey::new(&app);
    let stale = key.proves("POST", TOKEN, &json!({"nonce": "of-another-server"}));

    let code = app.alice().await.authorizes(&client).await;

    sending(&client, &stale).exchanges(&code).await.fails_with(OAuthErrorCode::UseDpopNonce);
    by(&client, &key).exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn what_is_no_proof_is_refused_and_changes_nothing() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let (key, other) = (ProofKey::new(&app), ProofKey::new(&app));
    let code = app.alice().await.authorizes(&client).await;
    let mut private = key.jwk();
    private["d"] = json!("c2VjcmV0");
    let claims = json!({"jti": "j1", "htm": "POST", "htu": app.url(TOKEN).as_str(), "iat": super::START});
    let header = |changes: Value| {
        let mut header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk()});
        header.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        header
    };
    let before = app.dump_tables().await;

    for wrong in [
        key.signs(&header(json!({"typ": "JWT"})), &claims),
        key.signs(&header(json!({"alg": "none"})), &claims),
        key.signs(&header(json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "c2VjcmV0"}})), &claims),
        key.signs(&header(json!({"jwk": private})), &claims),
        key.signs(&header(json!({"jwk": other.jwk()})), &claims),
        key.signs(&header(json!({"crit": ["exp"]})), &claims),
        key.signs(&header(json!({})), &json!({"jti": "j1"})),
        "junk".to_owned(),
        "x".repeat(20_000),
    ] {
        is_refused(&*sending(&client, &wrong).exchanges(&code).await, 400, OAuthErrorCode::InvalidDpopProof);
    }
    let (one, two) = (key.proves("POST", TOKEN, &json!({})), key.proves("POST", TOKEN, &json!({})));
    let twice = client.clone().with_headers(&[("dpop", &*one), ("dpop", &*two)]);
    twice.exchanges(&code).await.fails_with(OAuthErrorCode::InvalidDpopProof);
    assert_eq!(app.dump_tables().await, before);
    by(&client, &key).exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn pages_of_other_origins_may_send_proofs_and_read_nonces() {
    let app = app(provider()).build().await;
    let preflight = Request::options(TOKEN)
        .header("origin", "https://inspector.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "dpop,content-type");

    let answer = app.request(preflight.body("").unwrap()).await;

    assert!(answer.header("access-control-allow-headers").unwrap().contains("dpop"), "{}", answer.describe());
    let posted = app.post_form(TOKEN, &[("grant_type", "refresh_token")]).await;
    assert!(posted.header("access-control-expose-headers").unwrap().contains("dpop-nonce"), "{}", posted.describe());
    let metadata = app.get("/.well-known/oauth-authorization-server").await.json();
    assert!(metadata["dpop_signing_alg_values_supported"].as_array().unwrap().contains(&json!("ES256")));
}
