//! What the server of a resource in another process is told of access tokens for it. RFC 7662 §2.

use auth_core::{Auth, plugins};
use auth_email_password::EmailPassword;
use auth_oidc_provider::{AccessTokenFormat, ClientOption, OidcProvider, ResourceOption};
use auth_pages::Pages;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, ProofKey, Registration, TestApp, Tokens};
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{START, deletes, disables, is_refused};
use crate::authorization::changing_nothing;
use crate::{app, provider};

const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
const FILES: &str = "https://files.example";
const NOTES: &str = "https://notes.example";
const SCOPE: &str = "openid email offline_access files:read files:write notes:read";
const INACTIVE: &str = r#"{"active":false}"#;

fn files() -> ResourceOption {
    ResourceOption::new(FILES).base_scope(["files:read"]).allowed_scopes(["files:write"])
}

fn notes() -> ResourceOption {
    ResourceOption::new(NOTES).base_scope(["notes:read"])
}

fn server(client_id: &str, resource: &str) -> ClientOption {
    ClientOption::confidential(client_id, SECRET).introspects(resource)
}

fn served_by(files: ResourceOption) -> OidcProvider {
    let provider = provider().protected_resource(files).protected_resource(notes());
    provider.client(server("files", FILES)).client(server("notes", NOTES))
}

fn known(app: &TestApp, client_id: &str) -> OAuthClient {
    OAuthClient::known(app, client_id, "").with_secret(SECRET)
}

/// Tokens of Alice, by a client that has asked for them for these resources.
async fn tokens_for(app: &TestApp, resources: &[&str]) -> (OAuthClient, Tokens) {
    let client = app.registers(Registration::confidential_basic()).await.with_scope(SCOPE);
    let asked = client.asks().without("resource");
    let request = resources.iter().fold(asked, |request, resource| request.and("resource", *resource));
    let code = app.alice().await.allows(&request).await;
    let tokens = client.exchanges(&code).await.succeeds();
    (client, tokens)
}

async fn told(server: &OAuthClient, token: &str) -> Value {
    server.introspects(token).await.is_ok()
}

#[tokio::test]
async fn it_is_told_who_may_do_what_at_its_resource_and_until_when() {
    for format in [AccessTokenFormat::Opaque, AccessTokenFormat::Jwt] {
        let app = app(served_by(files().access_token_format(format))).build().await;
        let (client, tokens) = tokens_for(&app, &[FILES]).await;
        let sub = client.userinfo(&tokens.access_token).await.is_ok()["sub"].clone();

        let answer = known(&app, "files").introspects(&tokens.access_token).await;

        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(
            answer.is_ok(),
            json!({
                "active": true, "scope": "files:read files:write", "client_id": client.client_id,
                "token_type": "Bearer", "exp": START.cast_unsigned() + tokens.expires_in.unwrap(), "iat": START, "sub": sub,
                "aud": FILES, "iss": app.base_url(),
            })
        );
    }
}

#[tokio::test]
async fn of_a_token_for_several_it_is_told_what_concerns_its_own() {
    let app = app(served_by(ResourceOption::new(FILES).base_scope(["files:read"]))).build().await;
    let (client, tokens) = tokens_for(&app, &[FILES, NOTES]).await;
    assert_eq!(told(&client, &tokens.access_token).await["aud"], json!([FILES, NOTES]), "the client is told all");

    assert_eq!(told(&known(&app, "files"), &tokens.access_token).await["aud"], FILES);
    assert_eq!(told(&known(&app, "notes"), &tokens.access_token).await["aud"], NOTES);
}

#[tokio::test]
async fn the_server_of_another_resource_learns_nothing() {
    let app = app(served_by(files())).build().await;
    let (client, tokens) = tokens_for(&app, &[FILES]).await;
    let plain = app.registers(Registration::confidential_basic()).await;

    changing_nothing(&app, async || {
        for other in [known(&app, "notes"), plain] {
            let answer = other.introspects(&tokens.access_token).await;
            assert_eq!((answer.status.as_u16(), &*answer.text()), (200, INACTIVE));
        }
    })
    .await;
    assert_eq!(told(&client, &tokens.access_token).await["active"], true);
}

#[tokio::test]
async fn it_learns_nothing_of_what_is_no_access_token() {
    let app = app(served_by(files())).build().await;
    let (client, tokens) = tokens_for(&app, &[FILES]).await;
    let secret = client.client_secret.clone().unwrap();
    assert_eq!(told(&client, tokens.refresh()).await["active"], true);

    for token in [tokens.refresh(), tokens.id(), &secret, "at_x", "rt_x", "x"] {
        assert_eq!(known(&app, "files").introspects(token).await.text(), INACTIVE, "{token}");
    }
    let hinted = [("token", tokens.refresh()), ("token_type_hint", "refresh_token")];
    assert_eq!(known(&app, "files").posts("/oauth2/introspect", &hinted).await.text(), INACTIVE);
}

#[tokio::test]
async fn a_token_for_no_resource_concerns_no_server() {
    let app = app(served_by(files())).build().await;
    let (client, tokens) = tokens_for(&app, &[]).await;
    assert_eq!(told(&client, &tokens.access_token).await.get("aud"), None);

    assert_eq!(known(&app, "files").introspects(&tokens.access_token).await.text(), INACTIVE);
}

#[tokio::test]
async fn a_dead_token_is_inactive_at_once() {
    let app = app(served_by(files())).build().await;
    let server = known(&app, "files");
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await.with_scope(SCOPE);
    let fresh = async || {
        let code = alice.allows(&client.asks().with("resource", FILES)).await;
        let tokens = client.exchanges(&code).await.succeeds();
        assert_eq!(told(&server, &tokens.access_token).await["active"], true);
        tokens
    };

    let revoked = fresh().await;
    client.revokes(&revoked.access_token).await.is_ok();
    assert_eq!(server.introspects(&revoked.access_token).await.text(), INACTIVE, "revoked");
    let family = fresh().await;
    client.revokes(family.refresh()).await.is_ok();
    assert_eq!(server.introspects(&family.access_token).await.text(), INACTIVE, "its grant has ended");
    let expired = fresh().await;
    app.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(server.introspects(&expired.access_token).await.text(), INACTIVE, "expired");
    let last = fresh().await;
    disables(&app, &client).await;
    assert_eq!(server.introspects(&last.access_token).await.text(), INACTIVE, "its client is disabled");
    deletes(&app, &alice).await;
    assert_eq!(server.introspects(&last.access_token).await.text(), INACTIVE, "nobody's");
}

#[tokio::test]
async fn it_is_told_the_key_of_a_bound_token() {
    let app = app(served_by(files())).build().await;
    let key = ProofKey::new(&app);
    let client = app.registers(Registration::confidential_basic()).await.with_scope(SCOPE);
    let code = app.alice().await.allows(&client.asks().with("resource", FILES)).await;
    let proof = key.proves("POST", "/api/auth/oauth2/token", &json!({}));
    let tokens = client.clone().with_headers(&[("dpop", &proof)]).exchanges(&code).await.succeeds();

    let told = told(&known(&app, "files"), &tokens.access_token).await;

    assert_eq!((&told["token_type"], &told["cnf"]), (&json!("DPoP"), &json!({"jkt": key.jkt()})));
}

#[tokio::test]
async fn it_proves_who_it_is_and_is_cut_off_when_it_is_disabled() {
    let app = app(served_by(files())).build().await;
    let (_client, tokens) = tokens_for(&app, &[FILES]).await;
    let server = known(&app, "files");

    let nobody = OAuthClient::known(&app, "files", "").introspects(&tokens.access_token).await;
    is_refused(&nobody, 401, OAuthErrorCode::InvalidClient);
    let wrong = OAuthClient::known(&app, "files", "").with_secret("another").introspects(&tokens.access_token).await;
    is_refused(&wrong, 401, OAuthErrorCode::InvalidClient);
    assert_eq!(told(&server, &tokens.access_token).await["active"], true);
    disables(&app, &server).await;
    is_refused(&*server.introspects(&tokens.access_token).await, 401, OAuthErrorCode::InvalidClient);
}

#[tokio::test]
async fn all_it_can_do_is_ask() {
    let app = app(served_by(files())).build().await;
    let (client, tokens) = tokens_for(&app, &[FILES]).await;
    let server = known(&app, "files");

    changing_nothing(&app, async || {
        server.acts_for_itself(&[]).await.fails_with(OAuthErrorCode::UnauthorizedClient);
        server.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::UnauthorizedClient);
        server.revokes(&tokens.access_token).await;
        told(&server, &tokens.access_token).await;
    })
    .await;
    assert_eq!(told(&client, &tokens.access_token).await["active"], true, "it ends no token of a client");
}

#[tokio::test]
async fn nobody_registers_as_the_server_of_a_resource() {
    let app = app(served_by(files())).build().await;
    let (_client, tokens) = tokens_for(&app, &[FILES]).await;
    let registration = Registration::confidential_basic().with("introspects", json!([FILES])).with("scope", SCOPE);
    let stranger = app.registers(registration).await;

    assert_eq!(stranger.registration.get("introspects"), None);
    assert_eq!(stranger.introspects(&tokens.access_token).await.text(), INACTIVE);
}

#[tokio::test]
async fn every_instance_knows_it_and_the_next_declaration_counts() {
    let first = app(served_by(files())).build().await;
    let (_client, tokens) = tokens_for(&first, &[FILES]).await;
    let server = known(&first, "files");
    let older = again(&first, provider()).await;
    assert_eq!(told(&same(&older, &server), &tokens.access_token).await["active"], true);

    let moved = provider().protected_resource(files()).protected_resource(notes()).client(server_of_notes());
    let _next = again(&first, moved).await;

    assert_eq!(server.introspects(&tokens.access_token).await.text(), INACTIVE);
}

fn server_of_notes() -> ClientOption {
    server("files", NOTES)
}

#[tokio::test]
async fn a_resource_may_be_named_by_its_path() {
    let app = app(provider().client(server("mcp", "/mcp"))).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let tokens = client.exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();

    assert_eq!(told(&known(&app, "mcp"), &tokens.access_token).await["aud"], app.url("/mcp").as_str());
}

#[tokio::test]
async fn what_is_wrong_with_a_declaration_is_told_at_once() {
    let wrong = served_by(files())
        .client(ClientOption::public("page").introspects(FILES))
        .client(server("typo", "https://flies.example"))
        .client(server("word", "files"));

    let plugins = plugins![EmailPassword::new(), Pages::new(), wrong];
    let error = Auth::builder("http://localhost:3000")
        .secret(auth_testkit::SECRET)
        .database("sqlite::memory:")
        .plugins(plugins)
        .build()
        .await
        .unwrap_err()
        .to_string();

    insta::assert_snapshot!(error, @r#"
    the configuration has 3 problem(s):
      - oidc-provider: client is "page"; give it a secret or keys: a public client cannot introspect
      - oidc-provider: client.introspects is "https://flies.example"; declare this resource too
      - oidc-provider: client.introspects is "files"; use a path such as "/mcp", or a whole https URL
    "#);
}
