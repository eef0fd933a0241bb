//! Parameters of an authorization request. RFC 6749 §3.1 and appendix A, OpenID Connect Core §3.1.2.6.

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;
use http::StatusCode;

use super::{
    asked_scope, changing_nothing, consent_page, error_at_client, error_page, gets_with, leads_to, parameter,
    posts_form, sign_in_page, started,
};

#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let full = client.asks().with("nonce", "n").with("prompt", "consent").with("max_age", "60");
    let endpoint = app.endpoint("/oauth2/authorize");

    for (name, value) in full.parameters() {
        for second in [value.as_str(), "", "https://evil.example"] {
            let request = full.clone().and(name, second);

            let page = error_page(&app, &alice.browser, &request).await;
            assert!(page.text().contains(&format!("parameter {name} appears more than once")), "{}", page.describe());

            let fields: Vec<(&str, &str)> = request.parameters().iter().map(|(n, v)| (&**n, &**v)).collect();
            let posted =
                changing_nothing(&app, async || posts_form(&alice.browser, &endpoint, None, &fields).await).await;
            assert_eq!((posted.status, posted.location()), (StatusCode::BAD_REQUEST, None), "{name}");
        }
    }
    error_page(&app, &alice.browser, &full.and("unknown", "1").and("unknown", "1")).await;
}

#[tokio::test]
async fn a_control_character_is_refused_and_splits_no_header() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for name in ["client_id", "redirect_uri", "state", "scope", "nonce", "resource", "login_hint", "unknown"] {
        for bad in ["a\r\nSet-Cookie: x=1", "a\nb", "a\0b", "a\u{7f}", "a\u{85}b"] {
            let page = error_page(&app, &alice.browser, &client.asks().with(name, bad)).await;

            assert_eq!(page.answer.header("set-cookie"), None);
            assert!(page.text().contains("control character"), "{name}: {}", page.describe());
        }
    }
}

#[tokio::test]
async fn a_request_id_that_could_split_a_line_is_not_taken() {
    let app = started().await;
    let client = app.registers_client().await;

    for id in ["short", "has blanks in it", "percent%0d%0aencoded", &"x".repeat(65)] {
        let answer = gets_with(&app.browser(), &client.asks().url(), &[("x-request-id", id)]).await;
        assert_ne!(answer.header("x-request-id"), Some(id));
        assert!(answer.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn an_overlong_state_is_refused_and_not_sent_back() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let request = client.asks().with("state", "s".repeat(4097));

    let answer = changing_nothing(&app, async || alice.browser.fetches(request.url().as_str()).await).await;

    let url = leads_to(&answer);
    assert_eq!(parameter(&url, "error").as_deref(), Some("invalid_request"));
    assert_eq!(parameter(&url, "iss").as_deref(), Some("http://localhost:3000"));
    assert_eq!(parameter(&url, "state"), None);
    error_page(&app, &alice.browser, &client.asks().with("state", "s".repeat(8193))).await;
}

#[tokio::test]
async fn too_many_parameters_are_refused() {
    let app = started().await;
    let client = app.registers_client().await;
    let request = (0..101).fold(client.asks(), |request, number| request.and(&format!("p{number}"), "x"));

    error_page(&app, &app.browser(), &request).await;
    error_page(&app, &app.browser(), &client.asks().and(&"n".repeat(65), "x")).await;
}

#[tokio::test]
async fn an_unknown_parameter_is_ignored() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let request = client
        .asks()
        .with("display", "popup")
        .with("ui_locales", "de x-none")
        .with("claims_locales", "fr-CA fr")
        .with("id_token_signed_response_alg", "none")
        .with("claims", "{\"userinfo\":{}}")
        .with("acr_values", "1")
        .with("access_type", "offline")
        .with("redirect_uri[]", "https://evil.example")
        .with("Scope", "notes:write");

    let code = alice.allows(&request).await;

    assert!(!client.exchanges(&code).await.succeeds().scopes().contains(&"notes:write"));
}

/// They would override what has been judged.
#[tokio::test]
async fn request_objects_are_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let object = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZSJ9.";

    for (name, value, code) in [
        ("request", object, OAuthErrorCode::RequestNotSupported),
        ("request_uri", "https://evil.example/request", OAuthErrorCode::RequestUriNotSupported),
    ] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with(name, value)).await;
        assert_eq!(error.code, code);
    }
}

#[tokio::test]
async fn no_response_type_but_code_is_supported() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for kind in ["token", "id_token", "none", "code token", "code id_token", "token code id_token", "CODE", "code "] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with("response_type", kind)).await;
        assert_eq!(error.code, OAuthErrorCode::UnsupportedResponseType, "{kind}");
    }
    for request in [client.asks().without("response_type"), client.asks().with("response_type", "")] {
        let error = error_at_client(&app, &alice.browser, &request).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
    }
}

#[tokio::test]
async fn no_response_mode_but_query_and_form_post_is_supported() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for mode in ["fragment", "form_post.jwt", "web_message", "query.jwt", "jwt", "QUERY"] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with("response_mode", mode)).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{mode}");
    }
    alice.allows(&client.asks().with("response_mode", "query")).await;
}

#[tokio::test]
async fn a_hint_does_nothing_a_person_has_not_agreed_to() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for hint in ["bob@example.com", "<script>alert(1)</script>", &"x".repeat(4000)] {
        let page = consent_page(&alice.browser, &client.asks().with("login_hint", hint)).await;

        assert!(page.text().contains("alice@example.com") && !page.text().contains(hint), "{}", page.describe());
    }
}

#[tokio::test]
async fn whoever_has_to_sign_in_finds_the_address_the_client_expects() {
    let app = started().await;
    let client = app.registers_client().await;
    let filled = async |hint: &str| {
        let page = sign_in_page(&app.browser(), &client.asks().with("login_hint", hint)).await;
        page.form().value("email").unwrap_or_default().to_owned()
    };

    assert_eq!(filled("Alice@Example.com").await, "alice@example.com");
    for nobody in
        ["+49 170 1234567", "<script>alert(1)</script>", "a\" onfocus=\"alert(1)@example.com", &"x".repeat(4000)]
    {
        assert_eq!(filled(nobody).await, "", "{nobody}");
    }
}

#[tokio::test]
async fn a_hint_is_told_to_the_browser_the_request_began_in_only() {
    let app = started().await;
    let client = app.registers_client().await;
    let page = sign_in_page(&app.browser(), &client.asks().with("login_hint", "alice@example.com")).await;

    let elsewhere = app.browser().get(page.url.as_str()).await.page();

    assert!(elsewhere.text().contains("Test client"), "{}", elsewhere.describe());
    assert_eq!(elsewhere.form().value("email").unwrap_or_default(), "");
}

#[tokio::test]
async fn a_request_without_a_client_gets_a_page() {
    let app = started().await;
    let client = app.registers_client().await;

    for request in [client.asks().without("client_id"), client.asks().with("client_id", "")] {
        let page = error_page(&app, &app.browser(), &request).await;
        assert!(page.text().contains("does not say which app it is from"), "{}", page.describe());
    }
}

#[tokio::test]
async fn a_request_of_an_unknown_client_gets_a_page_that_says_what_to_do() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::public_on_the_web()).await;

    for unknown in ["unknown", "' OR 1=1 --", "<script>alert(1)</script>", "https://evil.example/client.json"] {
        let request = client.asks().with("client_id", unknown);
        for browser in [&alice.browser, &app.browser()] {
            let page = error_page(&app, browser, &request).await;

            assert!(page.text().contains("This app is not registered"), "{}", page.describe());
            assert!(page.text().contains("Disconnect the app and connect it again"), "{}", page.describe());
            assert!(!page.answer.text().contains(unknown), "nothing of the request is repeated");
            assert!(!page.answer.text().contains("<script"));
        }
    }
}

#[tokio::test]
async fn an_empty_parameter_counts_as_absent() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;
    let request = client.asks().with("scope", "").with("prompt", "").with("max_age", "").with("resource", "");

    assert_eq!(asked_scope(&app, &alice.browser, &request).await, ["openid", "mcp:tools"]);
}

/// A text of MySQL holds 64 KiB, and each of these letters takes six bytes of it.
#[tokio::test]
async fn a_request_too_long_to_wait_is_refused_and_stored_nowhere() {
    let app = started().await;
    let client = app.registers_client().await;
    let long = "\u{e9}".repeat(2000);
    let names = ["login_hint", "acr_values", "state"];
    let request = names.into_iter().fold(client.asks(), |request, name| request.without(name).with(name, &long));
    let fields: Vec<(&str, &str)> = request.parameters().iter().map(|(name, value)| (&**name, &**value)).collect();
    let authorize = app.endpoint("/oauth2/authorize");

    let answer = changing_nothing(&app, async || posts_form(&app.browser(), &authorize, None, &fields).await).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.describe());
}
