//! The grant itself. ID-JAG §4.4 and §7.2, EMA §5 and §6.

use async_trait::async_trait;
use auth_core::{AuthContext, Contributions, ErrorCode, HookError, InTransaction, Mount, Plugin, PluginId, plugins};
use auth_email_password::EmailPassword;
use auth_enterprise::{Enterprise, IdentityAssertionUsed, JWT_BEARER};
use auth_event_log::EventLog;
use auth_event_log::entity::event;
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{ProofKey, TestApp};
use http::StatusCode;
use sea_orm::{DatabaseTransaction, EntityTrait as _};
use serde_json::json;

use crate::world::{ISSUER, SUBJECT, World, acme, presents_as};

#[tokio::test]
async fn an_assertion_becomes_a_token_that_opens_the_mcp_endpoint() {
    let (world, alice) = World::knowing_alice().await;

    let tokens = world.presents(&world.asserts(&json!({}))).await.succeeds();

    let (status, said) = world.calls(&tokens.access_token).await;
    assert_eq!((status, said), (StatusCode::OK, format!("{alice} through agent with mcp:tools notes:write")));
    assert_eq!(tokens.token_type, "Bearer");
    assert_eq!(tokens.scopes(), ["mcp:tools", "notes:write"]);
    world.app.stores_no_secret().await;
}

#[tokio::test]
async fn there_is_no_refresh_token_and_the_grant_ends_with_its_access_token() {
    let (world, _) = World::knowing_alice().await;
    let tokens = world.presents(&world.asserts(&json!({"scope": "mcp:tools offline_access"}))).await.succeeds();

    assert_eq!((&tokens.refresh_token, tokens.scopes()), (&None, vec!["mcp:tools"]));
    assert_eq!(world.app.count("oauthRefreshToken").await, 0);
    let lifetime = tokens.expires_in.unwrap();
    world.app.clock.advance(std::time::Duration::from_secs(lifetime - 1));
    assert_eq!(world.calls(&tokens.access_token).await.0, StatusCode::OK);
    world.app.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(world.calls(&tokens.access_token).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_metadata_tells_of_it_where_somebody_is_trusted() {
    let world = World::trusting(acme()).await;

    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let metadata = world.app.get(path).await.json();
        let profiles = &metadata["authorization_grant_profiles_supported"];
        assert_eq!(*profiles, json!(["urn:ietf:params:oauth:grant-profile:id-jag"]), "{path}");
        assert!(metadata["grant_types_supported"].as_array().unwrap().contains(&json!(JWT_BEARER)), "{path}");
        assert!(!metadata.to_string().contains("idp.example"), "whom it trusts is nobody's business");
    }
}

#[tokio::test]
async fn where_nobody_is_trusted_nothing_is_told_and_nothing_offered() {
    let enterprise = Enterprise::new();
    let provider = |provider| enterprise.extend(provider);
    let mcp = auth_mcp::Mcp::new().provider(provider);
    let app = TestApp::with(plugins![EmailPassword::new(), Pages::new(), mcp, enterprise.clone()]).await;

    let metadata = app.get("/.well-known/oauth-authorization-server").await.json();
    let client = app.registers(auth_testkit::Registration::confidential_basic()).await;
    let answer = presents_as(&client, "a.b.c", &[]).await;

    assert_eq!(metadata.get("authorization_grant_profiles_supported"), None);
    assert!(!metadata["grant_types_supported"].as_array().unwrap().contains(&json!(JWT_BEARER)));
    answer.fails_with(OAuthErrorCode::UnsupportedGrantType);
}

#[tokio::test]
async fn a_public_client_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let desk = world.client("desk");
    let assertion = world.asserts(&json!({"client_id": "desk"}));

    world.refuses_to(&desk, &assertion, (OAuthErrorCode::UnauthorizedClient, "public client")).await;
}

#[tokio::test]
async fn a_client_that_did_not_register_for_it_is_refused() {
    let (world, _) = World::knowing_alice().await;
    let plain = world.client("plain");
    let assertion = world.asserts(&json!({"client_id": "plain"}));

    world.refuses_to(&plain, &assertion, (OAuthErrorCode::UnauthorizedClient, "did not register")).await;
}

#[tokio::test]
async fn a_client_that_does_not_prove_who_it_is_is_told_so_first() {
    let (world, _) = World::knowing_alice().await;
    let stranger = world.client("agent").with_secret("another secret, which is not the right one");
    let before = world.app.dump_tables().await;

    let answer = presents_as(&stranger, &world.asserts(&json!({})), &[]).await;

    answer.fails_with(OAuthErrorCode::InvalidClient);
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.app.dump_tables().await, before);
}

#[tokio::test]
async fn a_request_without_an_assertion_is_malformed() {
    let (world, _) = World::knowing_alice().await;

    let answer = world.agent.posts("/oauth2/token", &[("grant_type", JWT_BEARER)]).await;

    answer.fails_with(OAuthErrorCode::InvalidRequest);
}

#[tokio::test]
async fn an_assertion_that_is_bound_to_a_key_comes_with_a_proof_of_it() {
    let (world, _) = World::knowing_alice().await;
    let (own, other) = (ProofKey::new(&world.app), ProofKey::new(&world.app));
    let bound = world.asserts(&json!({"cnf": {"jkt": own.jkt()}}));
    let endpoint = world.app.endpoint("/oauth2/token");
    let with = |key: &ProofKey| {
        let proof = key.proves("POST", endpoint.as_str(), &json!({}));
        world.agent.clone().with_headers(&[("dpop", &proof)])
    };

    world.refuses(&bound, "proof of its possession").await;
    world.refuses_to(&with(&other), &bound, (OAuthErrorCode::InvalidGrant, "proof of its possession")).await;
    let tokens = presents_as(&with(&own), &bound, &[]).await.succeeds();

    assert_eq!(tokens.token_type, "DPoP");
}

#[tokio::test]
async fn what_happens_is_written_down_with_the_identity_provider() {
    let world = World::with(acme(), plugins![EventLog::new().refusals(false)]).await;
    let alice = world.id_of(&world.app.alice().await).await;
    world.accounts().link(ISSUER, SUBJECT, &alice).await.unwrap();
    world.presents(&world.asserts(&json!({}))).await.succeeds();
    assert!(world.accounts().unlink(ISSUER, SUBJECT).await.unwrap());

    let written = event::Entity::find().all(world.app.db()).await.unwrap();
    let of = |name: &str| written.iter().find(|event| event.name == name).unwrap();

    let used = of("identity_assertion.used");
    assert_eq!((used.user_id.as_deref(), used.client_id.as_deref()), (Some(&*alice), Some("agent")));
    assert_eq!(used.details, json!({"issuer": ISSUER}));
    assert_eq!(of("enterprise_account.linked").details, json!({"issuer": ISSUER, "by": "app"}));
    assert_eq!(of("enterprise_account.unlinked").user_id.as_deref(), Some(&*alice));
    assert_eq!(of("token.issued").user_id.as_deref(), Some(&*alice));
}

/// A plugin that shuts people out.
#[derive(Clone)]
struct Bans;

#[async_trait]
impl InTransaction<IdentityAssertionUsed> for Bans {
    async fn on(&self, _: &IdentityAssertionUsed, _: &DatabaseTransaction) -> Result<(), HookError> {
        let banned = ErrorCode { code: "access_denied", status: 403, message: "You are banned" };
        Err(HookError::refuse::<IdentityAssertionUsed>(banned))
    }
}

impl Plugin for Bans {
    fn id(&self) -> PluginId {
        "bans"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.errors("/oauth2/token", &[ErrorCode { code: "access_denied", status: 403, message: "You are banned" }]);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("bans").on_in_transaction::<IdentityAssertionUsed>(Bans)
    }
}

#[tokio::test]
async fn whoever_another_plugin_shuts_out_gets_nothing() {
    let world = World::with(acme(), plugins![Bans]).await;
    let alice = world.id_of(&world.app.alice().await).await;
    world.accounts().link(ISSUER, SUBJECT, &alice).await.unwrap();
    let before = world.app.dump_tables().await;

    let answer = world.presents(&world.asserts(&json!({}))).await;

    answer.fails_with(OAuthErrorCode::AccessDenied);
    assert_eq!(answer.json()["error_description"], "You are banned");
    assert_eq!(world.app.dump_tables().await, before);
}

#[tokio::test]
async fn a_token_dies_with_all_access_of_its_person() {
    let (world, alice) = World::knowing_alice().await;
    let tokens = world.presents(&world.asserts(&json!({}))).await.succeeds();
    let cx = world.app.auth().context().clone();

    let tx = auth_core::database::begin_write(cx.db()).await.unwrap();
    let ended = cx.end_access(&tx, &alice, auth_core::session::AccessEnd::Disabled).await.unwrap();
    tx.commit().await.unwrap();
    ended.tell(&cx).await;

    assert_eq!(world.calls(&tokens.access_token).await.0, StatusCode::UNAUTHORIZED);
}
