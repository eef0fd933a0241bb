//! What the metadata advertises works, and what it does not is refused. RFC 8414 §2, OpenID Connect Discovery §3.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Browser, OAuthClient, Registration, TestApp, Visit};
use http::StatusCode;
use serde_json::{Value, json};

use super::{asked_scope, changing_nothing, parameter, started};

/// The values of a member of the document.
async fn advertised(app: &TestApp, member: &str) -> Vec<String> {
    let document = app.get("/.well-known/openid-configuration").await.json();
    let values = document[member].as_array().unwrap_or_else(|| panic!("no {member} in {document}"));
    values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

/// Everything that is advertised, and what else the standards know, with whether it is advertised.
async fn tried<'a>(app: &TestApp, member: &str, known: &[&'a str]) -> Vec<(&'a str, bool)> {
    let there = advertised(app, member).await;
    let unknown: Vec<&String> = there.iter().filter(|value| !known.contains(&value.as_str())).collect();
    assert!(unknown.is_empty(), "the test knows nothing of {unknown:?}");
    assert!(there.len() < known.len(), "there is nothing that could be refused");
    known.iter().map(|value| (*value, there.iter().any(|other| other == value))).collect()
}

/// The error a request is answered with at the client, if any.
async fn error_of(browser: &Browser, request: &AuthorizationRequest) -> Option<String> {
    match browser.get(request.url().as_str()).await {
        Visit::Away(url) => parameter(&url, "error"),
        Visit::Page(page) => {
            assert_eq!(page.answer.status, StatusCode::OK, "{}", page.describe());
            None
        }
    }
}

#[tokio::test]
async fn every_advertised_way_to_authenticate_works_and_no_other_can_be_registered() {
    let app = started().await;
    let alice = app.alice().await;
    // RFC 7517 appendix A.1.
    let keys = json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }] });
    let known = [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "client_secret_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
    ];

    for (method, works) in tried(&app, "token_endpoint_auth_methods_supported", &known).await {
        let registration = Registration::public_on_the_web().with("token_endpoint_auth_method", method);
        if !works {
            let answer = changing_nothing(&app, async || app.tries_to_register(&registration).await).await;
            answer.fails_with(OAuthErrorCode::InvalidClientMetadata);
        } else if method == "private_key_jwt" {
            // That such a client is let in by what it signs has tests of its own.
            let answer = app.tries_to_register(&registration.with("jwks", keys.clone())).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.describe());
        } else {
            let client = app.registers(registration).await;
            client.exchanges(&alice.authorizes(&client).await).await.succeeds();
        }
    }
}

#[tokio::test]
async fn every_advertised_response_mode_and_type_works_and_no_other() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let modes = ["query", "form_post", "fragment", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt", "web_message"];
    let types = ["code", "token", "id_token", "code id_token", "code token", "id_token token", "code id_token token"];

    for (mode, works) in tried(&app, "response_modes_supported", &modes).await {
        let error = error_of(&alice.browser, &client.asks().with("response_mode", mode)).await;
        assert_eq!(error, (!works).then(|| "invalid_request".to_owned()), "{mode}");
    }
    for (kind, works) in tried(&app, "response_types_supported", &types).await {
        let error = error_of(&alice.browser, &client.asks().with("response_type", kind)).await;
        assert_eq!(error, (!works).then(|| "unsupported_response_type".to_owned()), "{kind}");
    }
    for (method, works) in tried(&app, "code_challenge_methods_supported", &["S256", "plain", "S512"]).await {
        let error = error_of(&alice.browser, &client.asks().with("code_challenge_method", method)).await;
        assert_eq!(error, (!works).then(|| "invalid_request".to_owned()), "{method}");
    }
}

#[tokio::test]
async fn every_advertised_scope_can_be_asked_for_and_no_other() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let known =
        ["openid", "profile", "email", "offline_access", "notes:write", "mcp:tools", "address", "phone", "admin"];

    for (scope, works) in tried(&app, "scopes_supported", &known).await {
        let request = client.asks().with("scope", scope);
        if works {
            let asked = asked_scope(&app, &alice.browser, &request).await;
            assert!(asked.iter().any(|asked| asked == scope), "{scope}: {asked:?}");
        } else {
            assert_eq!(error_of(&alice.browser, &request).await.as_deref(), Some("invalid_scope"), "{scope}");
        }
    }
}

/// What the token endpoint says to a grant type alone.
async fn error_for(client: &OAuthClient, grant_type: &str) -> Value {
    client.posts("/oauth2/token", &[("grant_type", grant_type)]).await.json()["error"].take()
}

#[tokio::test]
async fn every_advertised_grant_type_is_read_and_no_other_is_granted() {
    let app = started().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let known = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ];

    for (grant_type, works) in tried(&app, "grant_types_supported", &known).await {
        let error = changing_nothing(&app, async || error_for(&client, grant_type).await).await;

        let error = error.as_str().unwrap();
        let is_refused = ["unsupported_grant_type", "unauthorized_client"].contains(&error);
        assert_eq!(is_refused, !works, "{grant_type}: {error}");
        assert!(!works || error == "invalid_request", "{grant_type} misses what it is about: {error}");
    }
}

#[tokio::test]
async fn every_advertised_algorithm_of_id_tokens_signs_and_no_other() {
    let app = started().await;
    let alice = app.alice().await;
    let known = ["ES256", "RS256", "EdDSA", "ES384", "PS256", "RS512", "HS256", "none"];

    for (algorithm, works) in tried(&app, "id_token_signing_alg_values_supported", &known).await {
        let asked = Registration::confidential_basic().with("id_token_signed_response_alg", algorithm);
        let client = app.registers(asked).await;
        assert_eq!(client.registration["id_token_signed_response_alg"] == algorithm, works, "{algorithm}");

        let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

        let signed_with = format!("{:?}", jsonwebtoken::decode_header(tokens.id()).unwrap().alg);
        assert_eq!(signed_with, if works { algorithm } else { "ES256" });
    }
}

#[tokio::test]
async fn every_advertised_algorithm_of_userinfo_and_introspection_signs_and_no_other() {
    let app = started().await;
    let alice = app.alice().await;
    let known = ["ES256", "RS256", "EdDSA", "ES384", "PS256", "RS512", "HS256", "none"];
    let signed_with = |jwt: &str| format!("{:?}", jsonwebtoken::decode_header(jwt).unwrap().alg);

    for (algorithm, works) in tried(&app, "userinfo_signing_alg_values_supported", &known).await {
        let client = app.registers(Registration::public().with("userinfo_signed_response_alg", algorithm)).await;
        let client = client.with_scope("openid");
        let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

        let answer = client.userinfo(&tokens.access_token).await;

        assert_eq!(answer.header("content-type") == Some("application/jwt"), works, "{algorithm}");
        assert!(!works || signed_with(&answer.text()) == algorithm, "{algorithm}");
    }
    for (algorithm, works) in tried(&app, "introspection_signing_alg_values_supported", &known).await {
        let asked = Registration::confidential_basic().with("introspection_signed_response_alg", algorithm);
        let client = app.registers(asked).await.with_headers(&[("accept", "application/token-introspection+jwt")]);

        let answer = client.introspects("x").await;

        assert_eq!(signed_with(&answer.text()), if works { algorithm } else { "ES256" });
    }
}

#[tokio::test]
async fn every_claim_that_is_told_is_advertised() {
    let app = started().await;
    let alice = app.alice().await;
    let there = advertised(&app, "claims_supported").await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope("openid profile email");
    let code = alice.allows(&client.asks().with("nonce", "n")).await;
    let tokens = client.exchanges(&code).await.succeeds();

    let me = client.userinfo(&tokens.access_token).await.is_ok();
    let id_token = {
        use base64::Engine as _;
        let payload = tokens.id().split('.').nth(1).unwrap();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };

    let told = [me, id_token].into_iter().flat_map(|claims| claims.as_object().unwrap().clone().into_iter());
    for (claim, value) in told {
        // It binds the ID token to the access token and says nothing of the person. OIDC Core §3.1.3.6.
        assert!(there.contains(&claim) || claim == "at_hash", "{claim}: {value}");
    }
}
