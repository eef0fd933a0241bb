//! How clients that nobody declared come to be known.

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_mcp::{ClientRegistration, Mcp};
use auth_oidc_provider::ClientIdDocuments;
use auth_pages::Pages;
use auth_testkit::{Registration, TestApp};
use http::StatusCode;
use serde_json::{Value, json};

async fn with(mcp: Mcp) -> TestApp {
    TestApp::builder().plugins(plugins![EmailPassword::new(), Pages::new(), mcp]).build().await
}

async fn document(app: &TestApp) -> Value {
    app.get("/.well-known/oauth-authorization-server").await.expects(StatusCode::OK).json()
}

#[tokio::test]
async fn one_switch_says_by_documents_by_registering_or_not_at_all() {
    use ClientRegistration::{CimdAndDcr, CimdOnly, Closed};

    for (mcp, documents, registering) in [
        (Mcp::new(), true, true),
        (Mcp::new().client_registration(CimdAndDcr), true, true),
        (Mcp::new().client_registration(CimdOnly), true, false),
        (Mcp::new().client_registration(Closed), false, false),
    ] {
        let app = with(mcp).await;
        let told = document(&app).await;

        assert_eq!(told["client_id_metadata_document_supported"], json!(documents));
        assert_eq!(told.get("registration_endpoint").is_some(), registering);
        assert!(told["token_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!("none")));
        let answer = app.tries_to_register(&Registration::public()).await;
        assert_eq!(answer.status == StatusCode::CREATED, registering, "{}", answer.describe());
    }
}

#[tokio::test]
async fn finer_rules_come_after_the_switch() {
    let only = Mcp::new().client_registration(ClientRegistration::CimdOnly);
    let app = with(only.provider(|p| p.client_id_documents(ClientIdDocuments::new().only(["claude.ai"])))).await;

    assert_eq!(document(&app).await["client_id_metadata_document_supported"], true);
}

#[test]
fn a_host_that_is_none_is_a_complaint() {
    let wrong =
        Mcp::new().provider(|p| p.client_id_documents(ClientIdDocuments::new().except(["https://evil.example"])));

    let told = Auth::builder("http://localhost:3000").plugin(wrong).schema().unwrap_err().to_string();

    assert!(told.contains("client_id_documents") && told.contains("https://evil.example"), "{told}");
}
