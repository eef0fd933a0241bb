//! The metadata documents. RFC 8414 §3, OpenID Connect Discovery §4.

use auth_testkit::{Answer, TestApp};
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::started;
use crate::{app, provider};

/// At the root, below the base path, and where clients look who take the base path or their resource for the issuer.
const PLACES: [&str; 10] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/api/auth/.well-known/oauth-authorization-server",
    "/api/auth/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/api/auth",
    "/.well-known/openid-configuration/api/auth",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/openid-configuration/mcp",
    "/mcp/.well-known/oauth-authorization-server",
    "/mcp/.well-known/openid-configuration",
];

async fn sends(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::builder().method(method).uri(app.url(path).as_str());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.request(request.body(Body::empty()).unwrap()).await
}

async fn document(app: &TestApp) -> Value {
    app.get(PLACES[0]).await.expects(StatusCode::OK).json()
}

#[tokio::test]
async fn both_documents_are_the_same_wherever_clients_look() {
    let app = started().await;
    let first = app.get(PLACES[0]).await.expects(StatusCode::OK);

    for place in PLACES {
        let answer = app.get(place).await.expects(StatusCode::OK);

        assert_eq!(answer.body, first.body, "{place}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{place}");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=300"), "{place}");
    }
}

#[tokio::test]
async fn the_document_says_what_the_provider_does() {
    let app = started().await;

    let document = document(&app).await;

    let api = |path: &str| format!("http://localhost:3000/api/auth{path}");
    let algorithms = ["ES256", "ES384", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
    let expected = json!({
        "issuer": "http://localhost:3000",
        "authorization_endpoint": api("/oauth2/authorize"),
        "token_endpoint": api("/oauth2/token"),
        "jwks_uri": api("/jwks"),
        "registration_endpoint": api("/oauth2/register"),
        "userinfo_endpoint": api("/oauth2/userinfo"),
        "revocation_endpoint": api("/oauth2/revoke"),
        "introspection_endpoint": api("/oauth2/introspect"),
        "pushed_authorization_request_endpoint": api("/oauth2/par"),
        "end_session_endpoint": api("/oauth2/end-session"),
        "scopes_supported": ["openid", "profile", "email", "offline_access", "notes:write", "mcp:tools"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
        "revocation_endpoint_auth_methods_supported":
            ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": algorithms,
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": false,
        "protected_resources": ["http://localhost:3000/mcp"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        "userinfo_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        "introspection_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        "claims_parameter_supported": true,
        "claims_supported": [
            "sub", "iss", "aud", "azp", "exp", "iat", "auth_time", "acr", "amr", "nonce", "sid", "name", "picture", "updated_at",
            "email", "email_verified",
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    assert_eq!(document, expected);
}

#[tokio::test]
async fn every_advertised_endpoint_answers() {
    let app = started().await;
    let document = document(&app).await;
    let members = document.as_object().unwrap().iter();
    let endpoints = members.filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");

    let mut number = 0;
    for (name, url) in endpoints {
        let url = url.as_str().unwrap();
        let by_get = ["authorization_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"];
        let method = if by_get.contains(&name.as_str()) { Method::GET } else { Method::POST };

        let answer = sends(&app, method, url, &[]).await;

        let missing = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        assert!(!missing.contains(&answer.status) && !answer.status.is_server_error(), "{name}: {}", answer.describe());
        number += 1;
    }
    assert_eq!(number, 9);
}

#[tokio::test]
async fn registration_is_advertised_exactly_when_it_is_on() {
    let on = started().await;
    let off = app(provider().dynamic_registration(false)).build().await;

    assert!(document(&on).await.get("registration_endpoint").is_some());
    assert_eq!(document(&off).await.get("registration_endpoint"), None);
}

#[tokio::test]
async fn a_document_is_not_sent_to_who_has_it() {
    let app = started().await;
    for place in PLACES {
        let first = app.get(place).await;
        let etag = first.header("etag").unwrap();

        for known in [etag.to_owned(), format!("W/{etag}"), format!("\"another\", {etag}"), "*".to_owned()] {
            let again = sends(&app, Method::GET, place, &[("if-none-match", &known)]).await;

            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{place} {known}");
            assert_eq!(again.header("etag"), Some(etag));
            assert!(again.body.is_empty());
        }
        for other in ["\"another\"", "", "another"] {
            let changed = sends(&app, Method::GET, place, &[("if-none-match", other)]).await;
            assert_eq!(changed.status, StatusCode::OK, "{place} {other}");
        }
    }
}

#[tokio::test]
async fn any_origin_may_read_the_documents_without_credentials() {
    let app = started().await;
    for place in PLACES {
        for origin in ["https://anywhere.example", "null", "http://localhost:6274"] {
            let answer = sends(&app, Method::GET, place, &[("origin", origin)]).await;

            assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{place} {origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), None, "{place} {origin}");
        }
        let asked = [
            ("origin", "https://anywhere.example"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "mcp-protocol-version"),
        ];
        let preflight = sends(&app, Method::OPTIONS, place, &asked).await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT);
        assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
        let allowed = preflight.header("access-control-allow-headers").unwrap();
        assert!(allowed.contains("mcp-protocol-version"), "{allowed}");
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let app = started().await;
    for place in PLACES {
        let got = app.get(place).await;

        let head = sends(&app, Method::HEAD, place, &[]).await;

        assert_eq!(head.status, StatusCode::OK, "{place}");
        assert_eq!(head.header("etag"), got.header("etag"));
        assert_eq!(head.header("content-type"), got.header("content-type"));
        assert!(head.body.is_empty());
        assert_eq!(sends(&app, Method::POST, place, &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

/// RFC 8414 §3.3: a client refuses a document whose issuer is not the one it asked.
#[tokio::test]
async fn no_header_of_a_request_changes_the_document() {
    let app = started().await;
    let honest = app.get(PLACES[0]).await;
    let foreign = [
        [("host", "evil.example"), ("x-forwarded-proto", "https")],
        [("x-forwarded-host", "evil.example"), ("x-forwarded-port", "8443")],
        [("forwarded", "host=evil.example;proto=https"), ("x-original-host", "evil.example")],
    ];

    for headers in foreign {
        for place in PLACES {
            let answer = sends(&app, Method::GET, place, &headers).await;

            assert_eq!(answer.body, honest.body, "{place} {headers:?}");
        }
    }
}

#[tokio::test]
async fn on_https_everything_advertised_is_https() {
    let app = app(provider()).base_url("https://auth.example.com").build().await;

    let document = document(&app).await;

    assert_eq!(document["issuer"], "https://auth.example.com");
    assert_eq!(document["protected_resources"], json!(["https://auth.example.com/mcp"]));
    assert!(!document.to_string().contains("http://"), "{document}");
}

#[tokio::test]
async fn no_other_well_known_path_answers_with_the_document() {
    let app = started().await;
    for path in [
        "/.well-known/oauth-authorization-server/elsewhere",
        "/.well-known/openid-configuration/elsewhere",
        "/.well-known/OAUTH-authorization-server",
        "/.well-known/",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
