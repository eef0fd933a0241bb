//! PKCE at the authorization endpoint: S256, always. RFC 7636 §4.2, OAuth 2.1 §4.1.1.

use auth_protocol::OAuthErrorCode;
use auth_testkit::Registration;

use super::{error_at_client, error_page, started};

// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn every_client_needs_a_challenge() {
    let app = started().await;
    let alice = app.alice().await;

    for registration in [Registration::public(), Registration::public_on_the_web(), Registration::confidential_basic()]
    {
        let client = app.registers(registration).await;
        let bare = client.asks().without("code_challenge");
        for request in [bare.clone(), bare.clone().without("code_challenge_method"), bare.with("code_challenge", "")] {
            for browser in [&alice.browser, &app.browser()] {
                let error = error_at_client(&app, browser, &request).await;

                assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
                assert_eq!(error.description.as_deref(), Some("code_challenge is required"));
            }
        }
    }
}

#[tokio::test]
async fn only_the_exact_method_s256_is_accepted() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = || client.asks().with("code_challenge", CHALLENGE);

    for method in ["plain", "PLAIN", "s256", "S256 ", "S512", "none", ""] {
        let error = error_at_client(&app, &alice.browser, &request().with("code_challenge_method", method)).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{method:?}");
    }
    let error = error_at_client(&app, &alice.browser, &request().without("code_challenge_method")).await;
    assert_eq!(error.code, OAuthErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_challenge_that_is_no_digest_is_refused() {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers_client().await;

    for bad in [
        &CHALLENGE[1..],
        &format!("{CHALLENGE}A"),
        &format!("{CHALLENGE}="),
        &CHALLENGE.replace('-', "+"),
        &CHALLENGE.replace('-', "/"),
        &CHALLENGE.replace('-', " "),
        &CHALLENGE.replace('-', "é"),
        &"A".repeat(128),
        &"A".repeat(8000),
    ] {
        let error = error_at_client(&app, &alice.browser, &client.asks().with("code_challenge", bad)).await;
        assert_eq!(error.code, OAuthErrorCode::InvalidRequest, "{bad}");
    }
    error_page(&app, &alice.browser, &client.asks().with("code_challenge", "A".repeat(10_240))).await;
}
