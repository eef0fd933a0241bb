//! A method of client authentication of another plugin. RFC 6749 §2.3, RFC 7591 §2.

use async_trait::async_trait;
use auth_core::Auth;
use auth_oidc_provider::entity::client;
use auth_oidc_provider::{ClientAuthRefusal, ClientAuthRequest, ClientOption, ExtensionClientAuth, OidcProvider};
use auth_protocol::metadata::AuthorizationServerMetadata;
use auth_protocol::{OAuthError, OAuthErrorCode};
use auth_testkit::{OAuthClient, TestApp};
use serde_json::{Value, json};

use super::is_refused;
use crate::authorization::changing_nothing;
use crate::{app, provider};

const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
const BADGE: &str = "x-badge";
const METHOD: &str = "badge_auth";

/// A header with a client and its proof, as a proxy would set it.
#[derive(Debug)]
struct Badges;

fn badge(request: ClientAuthRequest<'_>) -> Option<&str> {
    request.headers.get(BADGE)?.to_str().ok()
}

#[async_trait]
impl ExtensionClientAuth for Badges {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn claimed(&self, request: ClientAuthRequest<'_>) -> Result<Option<String>, OAuthError> {
        let Some(badge) = badge(request) else { return Ok(None) };
        let malformed = || OAuthError::new(OAuthErrorCode::InvalidClient, "the badge is malformed");
        badge.split_once(':').map(|(client, _)| Some(client.to_owned())).ok_or_else(malformed)
    }

    async fn prove(&self, request: ClientAuthRequest<'_>, client: &client::Model) -> Result<(), ClientAuthRefusal> {
        match badge(request).and_then(|badge| badge.split_once(':')) {
            Some((id, "genuine")) if id == client.client_id => Ok(()),
            Some(_) | None => Err(ClientAuthRefusal::NotProven("the badge is not genuine")),
        }
    }
}

fn with_badges() -> OidcProvider {
    let gate = ClientOption::authenticated_by("gate", METHOD).acts_for_itself(["mcp:tools"]);
    let desk = ClientOption::confidential("desk", SECRET).acts_for_itself(["mcp:tools"]);
    provider().extension_client_auth(Badges).client(gate).client(desk)
}

/// The client without anything that names it, and with these headers.
async fn asks(app: &TestApp, badge: &str, fields: &[(&str, &str)]) -> auth_testkit::OAuthAnswer {
    OAuthClient::known(app, "gate", "").with_headers(&[(BADGE, badge)]).posts("/oauth2/token", fields).await
}

const MACHINE: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn an_extension_proves_a_client_at_every_endpoint_that_needs_it() {
    let app = app(with_badges()).build().await;
    let gate = OAuthClient::known(&app, "gate", "").with_headers(&[(BADGE, "gate:genuine")]);

    let token = gate.posts("/oauth2/token", &[MACHINE]).await.succeeds().access_token;

    let facts = gate.introspects(&token).await.is_ok();
    assert_eq!((&facts["active"], &facts["client_id"]), (&json!(true), &json!("gate")));
    gate.revokes(&token).await.is_ok();
    assert_eq!(gate.introspects(&token).await.is_ok(), json!({"active": false}));
    for document in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let document = app.get(document).await.json();
        for endpoint in ["token", "revocation", "introspection"] {
            let methods = document[format!("{endpoint}_endpoint_auth_methods_supported")].as_array().unwrap().clone();
            assert!(methods.contains(&json!(METHOD)), "{endpoint}: {methods:?}");
        }
    }
}

#[tokio::test]
async fn a_client_uses_the_method_it_has_and_no_other_and_only_one() {
    let app = app(with_badges()).build().await;
    let desk = OAuthClient::known(&app, "desk", "").with_secret(SECRET);
    let secret_of_gate = OAuthClient::known(&app, "gate", "").with_secret(SECRET);

    changing_nothing(&app, async || {
        for (badge, code) in [
            ("gate:forged", OAuthErrorCode::InvalidClient),
            ("gate", OAuthErrorCode::InvalidClient),
            ("nobody:genuine", OAuthErrorCode::InvalidRequest),
        ] {
            asks(&app, badge, &[MACHINE]).await.fails_with(code);
        }
        let both = asks(&app, "gate:genuine", &[MACHINE, ("client_secret", SECRET)]).await;
        is_refused(&both, 400, OAuthErrorCode::InvalidRequest);
        let badge_of_desk = OAuthClient::known(&app, "desk", "").with_headers(&[(BADGE, "desk:genuine")]);
        badge_of_desk.posts("/oauth2/token", &[MACHINE]).await.fails_with(OAuthErrorCode::InvalidClient);
        secret_of_gate.posts("/oauth2/token", &[MACHINE]).await.fails_with(OAuthErrorCode::InvalidClient);
        let nothing = OAuthClient::known(&app, "gate", "");
        nothing.posts("/oauth2/token", &[MACHINE]).await.fails_with(OAuthErrorCode::InvalidClient);
    })
    .await;
    desk.posts("/oauth2/token", &[MACHINE]).await.succeeds();
    let basic_beside = desk.with_headers(&[(BADGE, "desk:genuine")]);
    is_refused(&*basic_beside.posts("/oauth2/token", &[MACHINE]).await, 400, OAuthErrorCode::InvalidRequest);
}

#[tokio::test]
async fn an_extension_tells_members_of_the_metadata_documents() {
    let told = provider()
        .extension_metadata("tls_client_certificate_bound_access_tokens", true)
        .extension_endpoint("device_authorization_endpoint", "/oauth2/device");
    let app = app(told).build().await;

    for document in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let document = app.get(document).await.json();
        assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
        assert_eq!(document["device_authorization_endpoint"], app.endpoint("/oauth2/device").as_str());
        for (name, _) in document.as_object().unwrap() {
            let is_own = AuthorizationServerMetadata::MEMBERS.contains(&name.as_str());
            let is_added = ["tls_client_certificate_bound_access_tokens", "device_authorization_endpoint"];
            assert!(is_own != is_added.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn what_clashes_is_a_mistake_when_the_app_is_built() {
    #[derive(Debug)]
    struct Basic;
    #[async_trait]
    impl ExtensionClientAuth for Basic {
        fn method(&self) -> &'static str {
            "client_secret_basic"
        }
        fn claimed(&self, _: ClientAuthRequest<'_>) -> Result<Option<String>, OAuthError> {
            Ok(None)
        }
        async fn prove(&self, _: ClientAuthRequest<'_>, _: &client::Model) -> Result<(), ClientAuthRefusal> {
            Ok(())
        }
    }

    for (clashing, words) in [
        (provider().extension_client_auth(Badges).extension_client_auth(Badges), "let one extension judge a method"),
        (provider().extension_client_auth(Basic), "let one extension judge a method"),
        (
            provider().client(ClientOption::authenticated_by("gate", METHOD).redirect_uri("https://a.example/cb")),
            METHOD,
        ),
        (provider().extension_metadata("issuer", "https://evil.example"), "the provider does not use"),
        (provider().extension_metadata("x", 1).extension_metadata("x", Value::Null), "let one extension tell"),
        (provider().extension_endpoint("x", "oauth2/device"), "use a path such as"),
    ] {
        let error = Auth::builder("http://localhost:3000").plugin(clashing).schema().unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}
