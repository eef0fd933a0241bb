//! Dynamic client registration: what is kept, what is dropped, what is echoed. RFC 7591 §2, §3.2.1.

use auth_core::digest;
use auth_oidc_provider::entity::client;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Registration, TestApp};
use http::{Request, StatusCode, header};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{changing_nothing, consent_page, started};
use crate::{app, provider};

const WEB: &str = "https://client.example/callback";
const CURSOR: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

async fn registered(app: &TestApp, registration: &Registration) -> Value {
    let answer = app.tries_to_register(registration).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.describe());
    answer.json()
}

async fn refused(app: &TestApp, registration: &Registration, code: OAuthErrorCode) {
    let answer = changing_nothing(app, async || app.tries_to_register(registration).await).await;
    answer.fails_with(code);
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

async fn row(app: &TestApp, answer: &Value) -> client::Model {
    let id = answer["client_id"].as_str().unwrap();
    client::Entity::find().filter(client::Column::ClientId.eq(id)).one(app.db()).await.unwrap().unwrap()
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// RFC 8252 §7.3.
#[tokio::test]
async fn a_loopback_redirect_matches_on_any_port_whatever_the_application_type() {
    let app = started().await;
    let alice = app.alice().await;
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        for kind in ["web", "native", ""] {
            let registration = Registration::public().redirect_uri(&format!("http://{host}:8976/call_back"));
            let client = app.registers(registration.with("application_type", kind)).await;

            for authority in [format!("{host}:51234"), host.to_owned()] {
                let to = format!("http://{authority}/call_back");
                let code = alice.allows(&client.asks().with("redirect_uri", &to)).await;

                assert_eq!(code.redirect_uri, to);
            }
        }
    }
}

#[tokio::test]
async fn acceptable_redirect_uris_are_kept_and_the_rest_is_dropped() {
    let app = started().await;
    let sent = json!([
        CURSOR,
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
        "vscode://vscode.github-authentication/did-authenticate",
        "javascript:alert(1)",
        "http://client.example/callback",
        "https://client.example/#fragment",
        "http://localhost:8787/callback",
    ]);

    let answer = registered(&app, &Registration::public().with("redirect_uris", sent)).await;

    let kept = json!([CURSOR, "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"]);
    assert_eq!(answer["redirect_uris"], kept);
    assert_eq!(json!(row(&app, &answer).await.redirect_uris.0), kept);
}

#[tokio::test]
async fn ten_redirect_uris_are_kept() {
    let app = started().await;
    let sent: Vec<String> = (1..=12).map(|number| format!("https://client.example/{number}")).collect();

    let answer = registered(&app, &Registration::public().with("redirect_uris", sent.clone())).await;

    assert_eq!(answer["redirect_uris"], json!(sent[..10]));
}

#[tokio::test]
async fn a_client_without_an_acceptable_redirect_uri_is_refused() {
    let app = started().await;
    let public = Registration::public;

    for none_left in [json!([]), json!(["http://client.example/cb", "javascript:alert(1)"]), json!([""])] {
        let registration = public().with("redirect_uris", none_left);
        refused(&app, &registration, OAuthErrorCode::InvalidRedirectUri).await;
    }
    refused(&app, &public().without("redirect_uris"), OAuthErrorCode::InvalidRedirectUri).await;
}

#[tokio::test]
async fn a_private_use_redirect_is_accepted_only_from_the_list() {
    let default = started().await;
    let listed = ["com.example.app:/callback", "javascript:alert(1)"];
    let own = app(provider().private_use_redirects(listed)).build().await;
    let at = |uri: &str| Registration::public().redirect_uri(uri);

    registered(&default, &at(CURSOR)).await;
    registered(&own, &at("com.example.app:/callback")).await;

    for other in ["com.example.app:/callback", "cursor://anysphere.cursor-mcp/other", "cursor://evil/oauth/callback"] {
        refused(&default, &at(other), OAuthErrorCode::InvalidRedirectUri).await;
    }
    refused(&own, &at(CURSOR), OAuthErrorCode::InvalidRedirectUri).await;
    refused(&own, &at("javascript:alert(1)"), OAuthErrorCode::InvalidRedirectUri).await;
}

#[tokio::test]
async fn the_application_type_is_inferred_and_corrected() {
    let app = started().await;
    let said = |uri: &str, kind: Option<&str>| {
        let registration = Registration::public().redirect_uri(uri);
        match kind {
            Some(kind) => registration.with("application_type", kind),
            None => registration,
        }
    };
    let local = "http://127.0.0.1:8976/callback";

    for (uri, kind, stored) in [
        (local, None, "native"),
        (local, Some("web"), "native"),
        (CURSOR, Some("web"), "native"),
        (WEB, None, "web"),
        (WEB, Some("native"), "native"),
        (WEB, Some("nonsense"), "web"),
    ] {
        let answer = registered(&app, &said(uri, kind)).await;

        assert_eq!(answer["application_type"], stored, "{uri} {kind:?}");
        assert_eq!(row(&app, &answer).await.application_type, stored);
    }
}

#[tokio::test]
async fn every_offered_authentication_method_is_honoured_and_an_omitted_one_is_none() {
    let app = started().await;
    let with = |method: &str| Registration::public_on_the_web().with("token_endpoint_auth_method", method);

    for (registration, method) in [
        (with("none"), "none"),
        (Registration::public_on_the_web().without("token_endpoint_auth_method"), "none"),
        (with("client_secret_basic"), "client_secret_basic"),
        (with("client_secret_post"), "client_secret_post"),
    ] {
        let answer = registered(&app, &registration).await;

        assert_eq!(answer["token_endpoint_auth_method"], method);
        assert_eq!(answer.get("client_secret").is_some(), method != "none", "{answer}");
        let never = if method == "none" { None } else { Some(&json!(0)) };
        assert_eq!(answer.get("client_secret_expires_at"), never, "{answer}");
        assert_eq!(answer["client_id_issued_at"], 1_768_478_400);
        assert_eq!(answer["response_types"], json!(["code"]));
        assert_eq!(answer["grant_types"], json!(["authorization_code", "refresh_token"]));
    }
}

#[tokio::test]
async fn an_authentication_method_that_is_not_offered_is_refused() {
    let app = started().await;

    for method in ["private_key_jwt", "client_secret_jwt", "tls_client_auth", "NONE"] {
        let registration = Registration::public_on_the_web().with("token_endpoint_auth_method", method);
        refused(&app, &registration, OAuthErrorCode::InvalidClientMetadata).await;
    }
}

#[tokio::test]
async fn a_client_that_cannot_use_codes_is_refused() {
    let app = started().await;
    let web = Registration::public_on_the_web;

    for registration in [
        web().with("grant_types", json!(["implicit"])),
        web().with("grant_types", json!(["refresh_token"])),
        web().with("response_types", json!(["token"])),
    ] {
        refused(&app, &registration, OAuthErrorCode::InvalidClientMetadata).await;
    }
}

#[tokio::test]
async fn unknown_grants_are_dropped_and_the_default_is_the_code_alone() {
    let app = started().await;
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let many = Registration::public().with("grant_types", json!(["authorization_code", device, "refresh_token"]));

    let kept = registered(&app, &many).await;
    let default = registered(&app, &Registration::public().without("grant_types").without("response_types")).await;

    assert_eq!(kept["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!(default["grant_types"], json!(["authorization_code"]));
    assert_eq!(default["response_types"], json!(["code"]));
}

#[tokio::test]
async fn a_scope_at_registration_is_a_hint() {
    let app = started().await;
    let alice = app.alice().await;
    let with = |scope: &str| Registration::public().scope(scope);

    let trimmed = registered(&app, &with("  mcp:tools   offline_access claudeai ")).await;
    assert_eq!(trimmed["scope"], "mcp:tools offline_access");
    for none in ["", " ", "claudeai admin", "\"quoted\" a\\b"] {
        let answer = registered(&app, &with(none)).await;
        assert_eq!(answer.get("scope"), None, "{none:?}: {answer}");
    }

    let narrow = app.registers(with("mcp:tools")).await.with_scope("mcp:tools notes:write");
    let code = alice.authorizes(&narrow).await;
    assert_eq!(narrow.exchanges(&code).await.succeeds().scopes(), ["mcp:tools", "notes:write"]);
}

#[tokio::test]
async fn a_client_that_registered_the_refresh_grant_gets_a_refresh_token_without_offline_access() {
    let app = started().await;
    let alice = app.alice().await;
    let with = app.registers(Registration::public().scope("mcp:tools")).await;
    let codes_alone = Registration::public().with("grant_types", json!(["authorization_code"]));
    let without = app.registers(codes_alone.scope("mcp:tools offline_access")).await;

    let tokens = with.exchanges(&alice.authorizes(&with).await).await.succeeds();
    assert!(tokens.refresh_token.is_some());
    let tokens = without.exchanges(&alice.authorizes(&without).await).await.succeeds();
    assert_eq!(tokens.refresh_token, None);
}

#[tokio::test]
async fn a_registration_is_answered_with_what_was_stored_and_with_no_null() {
    let app = started().await;
    let registration = Registration::confidential_post()
        .with("client_uri", "https://client.example")
        .with("logo_uri", Value::Null)
        .with("post_logout_redirect_uris", json!(["https://client.example/bye", "http://client.example/bye"]))
        .with("contacts", json!(["help@client.example"]))
        .with("id_token_signed_response_alg", "RS256")
        .scope("openid mcp:tools unknown");

    let answer = app.tries_to_register(&registration).await;

    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let answer = answer.json();
    assert!(!has_null(&answer), "{answer}");
    let row = row(&app, &answer).await;
    let expected = json!({
        "client_id": row.client_id,
        "client_id_issued_at": row.created_at.timestamp(),
        "client_secret": answer["client_secret"],
        "client_secret_expires_at": 0,
        "registration_access_token": answer["registration_access_token"],
        "registration_client_uri": app.endpoint(&format!("/oauth2/register/{}", row.client_id)).as_str(),
        "client_name": row.name,
        "redirect_uris": row.redirect_uris.0,
        "post_logout_redirect_uris": ["https://client.example/bye"],
        "token_endpoint_auth_method": row.token_endpoint_auth_method,
        "grant_types": row.grant_types.0,
        "response_types": ["code"],
        "scope": row.scope,
        "application_type": row.application_type,
        "id_token_signed_response_alg": row.id_token_signed_response_alg,
        "subject_type": "public",
        "client_uri": "https://client.example",
        "contacts": ["help@client.example"],
    });
    assert_eq!(answer, expected);
    assert_eq!((row.scope.as_str(), row.id_token_signed_response_alg.as_str()), ("openid mcp:tools", "RS256"));
}

#[tokio::test]
async fn a_client_secret_is_stored_as_a_digest_only() {
    let app = started().await;

    let answer = registered(&app, &Registration::confidential_basic()).await;

    let secret = answer["client_secret"].as_str().unwrap();
    assert_eq!(row(&app, &answer).await.client_secret, Some(digest(secret)));
    app.stores_no_secret().await;
}

#[tokio::test]
async fn an_id_token_algorithm_that_is_not_offered_becomes_the_default() {
    let app = started().await;
    for asked in ["none", "HS256", "es256"] {
        let answer = registered(&app, &Registration::public().with("id_token_signed_response_alg", asked)).await;

        assert_eq!(answer["id_token_signed_response_alg"], "ES256", "{asked}");
    }
}

#[tokio::test]
async fn the_owner_is_recorded_only_when_the_origin_is_ours() {
    let app = started().await;
    let alice = app.alice().await;
    let stranger = app.browser();
    let body = Registration::public().metadata().to_string();
    let endpoint = app.endpoint("/oauth2/register");

    for (browser, origin, owned) in [
        (&alice.browser, Some("http://localhost:3000"), true),
        (&alice.browser, None, false),
        (&alice.browser, Some("null"), false),
        (&alice.browser, Some("https://evil.example"), false),
        (&alice.browser, Some("http://localhost:3001"), false),
        (&stranger, Some("http://localhost:3000"), false),
    ] {
        let mut request = Request::post(endpoint.as_str()).header(header::CONTENT_TYPE, "application/json");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }

        let answer = browser.sends(request.body(body.clone()).unwrap()).await.expects(StatusCode::CREATED);

        assert_eq!(row(&app, &answer.json()).await.user_id.is_some(), owned, "{origin:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn nobody_registers_where_registration_is_off() {
    let app = app(provider().dynamic_registration(false)).build().await;

    let answer = changing_nothing(&app, async || app.tries_to_register(&Registration::public()).await).await;

    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn privileges_cannot_be_registered() {
    let app = started().await;
    let alice = app.alice().await;
    let registration = Registration::confidential_basic()
        .with("client_id", "chosen-client-id")
        .with("client_secret", "chosen-client-secret")
        .with("client_secret_expires_at", 1)
        .with("id", "chosen-row-id")
        .with("user_id", "chosen-user-id")
        .with("userId", "chosen-user-id")
        .with("disabled", true)
        .with("skip_consent", true)
        .with("trusted", true)
        .with("type", "chosen-type")
        .with("metadata", json!({ "skip_consent": true }));

    let client = app.registers(registration).await;

    let dump = app.dump_tables().await;
    assert!(!dump.contains("chosen") && !dump.contains("skip_consent") && !dump.contains("trusted"), "{dump}");
    let row = row(&app, &client.registration).await;
    assert_eq!((row.user_id, row.disabled), (None, false));
    consent_page(&alice.browser, &client.asks()).await;
}

#[tokio::test]
async fn a_name_that_deceives_is_cleaned_and_cut() {
    let app = started().await;
    let name = |name: &str| Registration::public().with("client_name", name);

    for (sent, stored) in [
        ("Claude\u{202E}edualC", "ClaudeedualC"),
        ("a\u{200B}b\u{FEFF}c", "abc"),
        ("two\r\nlines\u{0}", "two lines"),
        ("\u{200B}\u{202E}", "Unnamed application"),
        ("", "Unnamed application"),
        ("<b>bold</b>", "<b>bold</b>"),
    ] {
        assert_eq!(registered(&app, &name(sent)).await["client_name"], stored, "{sent:?}");
    }
    let long = registered(&app, &name(&"x".repeat(10_000))).await;
    assert_eq!(long["client_name"], "x".repeat(100));
    refused(&app, &name(&"x".repeat(100_000)), OAuthErrorCode::InvalidClientMetadata).await;
}

#[tokio::test]
async fn display_urls_that_are_not_https_are_dropped() {
    let app = started().await;
    for member in ["client_uri", "logo_uri", "tos_uri", "policy_uri"] {
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://169.254.169.254/latest",
            "http://client.example",
            "https://user:word@client.example",
            "//client.example",
            "https://client.example/\u{202E}",
        ] {
            let answer = registered(&app, &Registration::public().with(member, bad)).await;
            assert_eq!(answer.get(member), None, "{bad}");
        }
        let good = registered(&app, &Registration::public().with(member, "https://client.example/x")).await;
        assert_eq!(good[member], "https://client.example/x");
    }
}

#[tokio::test]
async fn a_software_statement_vouches_for_nothing() {
    let app = started().await;
    let unsigned = "eyJhbGciOiJub25lIn0.eyJjbGllbnRfbmFtZSI6IkJhbmsiLCJza2lwX2NvbnNlbnQiOnRydWV9.";

    let answer = registered(&app, &Registration::public().with("software_statement", unsigned)).await;

    assert_eq!(answer["client_name"], "Test client");
    assert_eq!(answer.get("software_statement"), None);
    assert!(!app.dump_tables().await.contains("eyJhbGciOiJub25lIn0"));
}
