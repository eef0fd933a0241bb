//! What the token endpoint can read. RFC 6749 §3.2 and appendix B.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, Code, OAuthClient, Registration, TestApp};
use serde_json::json;

use super::{AS_FORM, form, is_refused, posts, redeems};
use crate::{app, provider};

/// A public client, so that the whole request stands in the body.
async fn ready() -> (TestApp, OAuthClient, Code) {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::public_on_the_web()).await;
    let code = app.alice().await.authorizes(&client).await;
    (app, client, code)
}

fn whole<'a>(client: &'a OAuthClient, code: &'a Code) -> Vec<(&'a str, &'a str)> {
    let mut fields = redeems(code);
    fields.push(("client_id", &client.client_id));
    fields
}

/// Sends a body that cannot be read to the token endpoint; then the code must still work.
async fn is_not_read(content_type: Option<&str>, body: impl Fn(&OAuthClient, &Code) -> Vec<u8>) -> Answer {
    let (app, client, code) = ready().await;
    let before = app.dump_tables().await;
    let headers: Vec<(&str, &[u8])> = content_type.iter().map(|value| ("content-type", value.as_bytes())).collect();

    let answer = posts(&app, "/oauth2/token", &headers, body(&client, &code)).await;

    is_refused(&answer, 400, OAuthErrorCode::InvalidRequest);
    assert_eq!(app.dump_tables().await, before, "nothing is written");
    client.exchanges(&code).await.succeeds();
    answer
}

/// PostgreSQL takes no U+0000, and refuses it where a row is written or looked for.
#[tokio::test]
async fn no_u0000_anywhere_makes_the_server_fail() {
    let (app, client, tokens) = super::with_tokens().await;
    let alice = app.person("Alice", "alice@example.com");
    alice.signs_in().await;
    let payload = {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"sub":"\u0000"}"#)
    };
    let assertion = format!("e30.{payload}.sig");
    let signed =
        [("client_assertion_type", auth_protocol::client_assertion::ASSERTION_TYPE), ("client_assertion", &*assertion)];
    for path in ["/oauth2/token", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke"] {
        let answer = posts(&app, path, &[AS_FORM], form(&[&signed[..], &[("token", "x")]].concat())).await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.describe());
    }
    let managed = http::Request::get("/api/auth/oauth2/register/%00").header("authorization", "Bearer reg_x");
    assert_eq!(app.request(managed.body("").unwrap()).await.status, 401);
    let key = json!({"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "n": "\u{0}"});
    let keys = auth_testkit::Registration::confidential_basic()
        .with("token_endpoint_auth_method", "private_key_jwt")
        .with("jwks", json!({"keys": [key]}));
    assert_eq!(app.tries_to_register(&keys).await.status, 400);
    let claims = client.asks().with("claims", r#"{"id_token":{"x":{"value":"\u0000"}}}"#);
    let back = alice.browser.get(claims.url().as_str()).await.away();
    assert!(back.query().unwrap().contains("error=invalid_request"), "{back}");
    let withdrawn = alice.browser.post_json("/api/auth/oauth2/delete-consent", &json!({"client_id": "\u{0}"})).await;
    assert_eq!(withdrawn.status, 404, "{}", withdrawn.describe());
    super::are_alive(&client, &tokens).await;
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    for content_type in [None, Some("text/plain"), Some("multipart/form-data; boundary=x"), Some("")] {
        is_not_read(content_type, |client, code| form(&whole(client, code)).into()).await;
    }
}

#[tokio::test]
async fn a_body_in_json_is_refused() {
    is_not_read(Some("application/json"), |client, code| {
        let fields = whole(client, code).into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
        serde_json::Value::Object(fields.collect()).to_string().into()
    })
    .await;
}

#[tokio::test]
async fn a_charset_behind_the_type_does_not_matter() {
    let (app, client, code) = ready().await;
    let headers: [(&str, &[u8]); 1] = [("content-type", b"Application/X-WWW-Form-Urlencoded; charset=UTF-8")];

    let answer = posts(&app, "/oauth2/token", &headers, form(&whole(&client, &code))).await;

    assert_eq!(answer.status, 200, "{}", answer.describe());
}

#[tokio::test]
async fn no_parameter_may_come_twice() {
    for name in ["grant_type", "code", "redirect_uri", "code_verifier", "client_id"] {
        let answer = is_not_read(Some(super::FORM), |client, code| {
            let mut fields = whole(client, code);
            let again = *fields.iter().find(|(other, _)| *other == name).unwrap();
            fields.push(again);
            form(&fields).into()
        })
        .await;
        assert!(answer.text().contains(name), "{}", answer.text());
    }
    // Nor one that means nothing here.
    is_not_read(Some(super::FORM), |client, code| format!("{}&x=1&x=2", form(&whole(client, code))).into()).await;
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused() {
    is_not_read(Some(super::FORM), |client, code| {
        let mut body = form(&whole(client, code)).into_bytes();
        body.extend(b"&x=");
        body.resize(64 * 1024 + 1, b'x');
        body
    })
    .await;
}

#[tokio::test]
async fn an_overlong_value_or_name_is_refused() {
    let (value, name) = ("x".repeat(8193), "x".repeat(65));
    is_not_read(Some(super::FORM), |client, code| format!("{}&x={value}", form(&whole(client, code))).into()).await;
    is_not_read(Some(super::FORM), |client, code| format!("{}&{name}=1", form(&whole(client, code))).into()).await;
}

#[tokio::test]
async fn more_than_a_hundred_parameters_are_refused() {
    is_not_read(Some(super::FORM), |client, code| {
        let more = (0..100).fold(String::new(), |text, number| format!("{text}&x{number}=1"));
        format!("{}{more}", form(&whole(client, code))).into()
    })
    .await;
}

#[tokio::test]
async fn what_is_not_text_is_refused() {
    for malformed in ["x=%FF%FE", "x=%00", "x=a%0D%0Ab", "%00=1"] {
        is_not_read(Some(super::FORM), |client, code| format!("{}&{malformed}", form(&whole(client, code))).into())
            .await;
    }
    is_not_read(Some(super::FORM), |client, code| {
        let mut body = form(&whole(client, code)).into_bytes();
        body.extend(b"&x=\xFF");
        body
    })
    .await;
}

#[tokio::test]
async fn a_parameter_that_is_missing_or_empty_is_named() {
    for name in ["grant_type", "code"] {
        for empty in [false, true] {
            let answer = is_not_read(Some(super::FORM), |client, code| {
                let mut fields = whole(client, code);
                fields.retain(|(other, _)| *other != name);
                if empty {
                    fields.push((name, ""));
                }
                form(&fields).into()
            })
            .await;
            assert!(answer.text().contains(name), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_array_in_the_manner_of_php_is_no_parameter() {
    is_not_read(Some(super::FORM), |client, code| form(&whole(client, code)).replace("code=", "code[]=").into_bytes())
        .await;
}

#[tokio::test]
async fn parameters_in_the_query_are_ignored() {
    let (app, client, code) = ready().await;
    let before = app.dump_tables().await;
    let path = format!("/oauth2/token?{}", form(&whole(&client, &code)));

    let answer = posts(&app, &path, &[AS_FORM], "").await;

    is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_get_is_no_token_request() {
    let (app, client, code) = ready().await;
    let before = app.dump_tables().await;
    let mut url = app.endpoint("/oauth2/token");
    url.query_pairs_mut().extend_pairs(whole(&client, &code));

    let answer = app.get(url.as_str()).await;

    assert_eq!(answer.status, 405, "{}", answer.describe());
    assert_eq!(app.dump_tables().await, before);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn introspection_and_revocation_read_forms_only_too() {
    let (app, client, code) = ready().await;
    let tokens = client.exchanges(&code).await.succeeds();
    let before = app.dump_tables().await;
    let fields = [("token", &*tokens.access_token), ("client_id", &client.client_id)];

    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        let bodies: [(&str, String); 3] = [
            ("application/json", json!({ "token": tokens.access_token, "client_id": client.client_id }).to_string()),
            ("text/plain", form(&fields)),
            (super::FORM, format!("{}&token={}", form(&fields), tokens.access_token)),
        ];
        for (content_type, body) in bodies {
            let answer = posts(&app, path, &[("content-type", content_type.as_bytes())], body).await;
            is_refused(&answer, 400, OAuthErrorCode::InvalidRequest);
        }
    }

    assert_eq!(app.dump_tables().await, before);
    client.userinfo(&tokens.access_token).await.is_ok();
}
