//! Claims of extensions. OpenID Connect Core §5.1.2 and §5.5, RFC 9068 §2.2.2.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_oidc_provider::{
    AccessTokenFormat, ClaimsFor, ClaimsPlace, ClientOption, CustomClaim, ExtensionClaims, OidcProvider, ResourceOption,
};
use auth_testkit::{OAuthClient, Person, Registration, TestApp, Tokens};
use serde_json::{Map, Value, json};

use super::{verified_for, verified_with};
use crate::{app, provider};

const FILES: &str = "https://files.example";
const TENANT: &str = "https://example.com/tenant";
const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";

/// Tells whose tenant a person is of to everybody, and their roles to whom they allow it.
#[derive(Clone, Debug, Default)]
struct Directory {
    asked: Arc<AtomicUsize>,
    is_away: Arc<AtomicBool>,
}

#[async_trait]
impl ExtensionClaims for Directory {
    fn claims(&self) -> Vec<CustomClaim> {
        let place = ["of", "files", "nothing"].map(CustomClaim::new);
        [CustomClaim::new(TENANT), CustomClaim::new("roles").of_scope("roles")].into_iter().chain(place).collect()
    }

    async fn tell(&self, request: ClaimsFor<'_>) -> Result<Map<String, Value>, Unexpected> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Unexpected::new("the directory is away"));
        }
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        let (place, files) = match request.place {
            ClaimsPlace::IdToken => ("ID token", 0),
            ClaimsPlace::UserInfo => ("userinfo", 0),
            ClaimsPlace::AccessToken(resources) => ("access token", resources.len()),
        };
        let told = json!({
            TENANT: request.client_id, "roles": [request.user_id, number], "of": place, "files": files, "nothing": null,
            // None of these was declared.
            "sub": "somebody else", "iss": "https://evil.example", "exp": 1, "scope": "admin", "email": "root@example.com",
            "act": {"sub": "root"}, "undeclared": true,
        });
        Ok(told.as_object().cloned().unwrap_or_default())
    }
}

fn with(directory: &Directory) -> OidcProvider {
    let files = ResourceOption::new(FILES).base_scope(["files:read"]).access_token_format(AccessTokenFormat::Jwt);
    provider().scope("roles", "See what you may do").protected_resource(files).extension_claims(directory.clone())
}

/// Tokens of Alice for a resource that reads JWTs.
async fn tokens(app: &TestApp, alice: &Person, scope: &str) -> (OAuthClient, Tokens) {
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks().with("resource", FILES).with("scope", scope);
    let tokens = client.exchanges(&alice.allows(&request).await).await.succeeds();
    (client, tokens)
}

#[tokio::test]
async fn they_stand_in_id_tokens_userinfo_and_signed_access_tokens() {
    let app = app(with(&Directory::default())).build().await;
    let alice = app.alice().await;
    let (client, tokens) = tokens(&app, &alice, "openid roles files:read").await;

    let id_token = verified_for(&app, &client.client_id, tokens.id()).await.1;
    let access_token = verified_for(&app, FILES, &tokens.access_token).await.1;
    let userinfo = client.userinfo(&tokens.access_token).await.is_ok();

    let person = alice.browser.fetches("/api/auth/get-session").await.json()["user"]["id"].clone();
    for (told, place, files) in
        [(id_token, "ID token", 0), (access_token, "access token", 1), (userinfo, "userinfo", 0)]
    {
        assert_eq!(
            (&told[TENANT], &told["of"], &told["files"]),
            (&json!(client.client_id), &json!(place), &json!(files))
        );
        assert_eq!((&told["sub"], &told["roles"][0]), (&person, &person), "{told}");
        assert_eq!((told.get("nothing"), told.get("undeclared"), told.get("act")), (None, None, None), "{told}");
        assert_eq!(told.get("email"), None, "it is told by its scope only");
    }
}

#[tokio::test]
async fn they_stand_in_signed_userinfo_and_take_no_place_there() {
    let app = app(with(&Directory::default())).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic().with("userinfo_signed_response_alg", "ES256")).await;
    let request = client.asks().with("scope", "openid roles");
    let tokens = client.exchanges(&alice.allows(&request).await).await.succeeds();

    let userinfo = client.userinfo(&tokens.access_token).await.text();

    let (_, claims) = verified_with(&app, &client.client_id, &userinfo, &["iss", "sub", "aud"]).await;
    let person = alice.browser.fetches("/api/auth/get-session").await.json()["user"]["id"].clone();
    let expected = json!({
        "iss": app.base_url(), "aud": client.client_id, "sub": person, TENANT: client.client_id,
        "roles": [person, claims["roles"][1]], "of": "userinfo", "files": 0,
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn nothing_of_the_protocol_can_be_told_otherwise() {
    let app = app(with(&Directory::default())).build().await;
    let plain = crate::app(provider().protected_resource(
        ResourceOption::new(FILES).base_scope(["files:read"]).access_token_format(AccessTokenFormat::Jwt),
    ))
    .build()
    .await;
    let scope = "openid email files:read";

    let members = async |app: &TestApp| {
        let (client, tokens) = tokens(app, &app.alice().await, scope).await;
        let (of_id, of_access) = (&client.client_id, FILES);
        let documents = [
            verified_for(app, of_id, tokens.id()).await.1,
            verified_for(app, of_access, &tokens.access_token).await.1,
            client.userinfo(&tokens.access_token).await.is_ok(),
        ];
        documents.map(|mut document| {
            for own in [TENANT, "of", "files", "roles"] {
                document.as_object_mut().unwrap().remove(own);
            }
            for drawn in ["sub", "aud", "azp", "client_id", "jti", "at_hash", "sid"] {
                document[drawn] = Value::Null;
            }
            document
        })
    };

    assert_eq!(members(&app).await, members(&plain).await);
}

#[tokio::test]
async fn a_claim_of_a_scope_is_told_where_the_person_has_allowed_it() {
    let app = app(with(&Directory::default())).build().await;
    let alice = app.alice().await;
    let (client, without) = tokens(&app, &alice, "openid files:read").await;
    let me = client.userinfo(&without.access_token).await.is_ok();
    assert_eq!((me.get("roles"), &me[TENANT]), (None, &json!(client.client_id)));

    // Asking for the claim by itself asks for the scope.
    let request =
        client.asks().with("scope", "openid").with("claims", json!({"userinfo": {"roles": null}}).to_string());
    let page = alice.browser.get(request.url().as_str()).await.page();
    assert!(page.text().contains("See what you may do"), "{}", page.describe());
    let tokens = client.exchanges(&alice.allows(&request).await).await.succeeds();

    assert!(tokens.scopes().contains(&"roles"), "{:?}", tokens.scopes());
    assert!(client.userinfo(&tokens.access_token).await.is_ok()["roles"].is_array());
    let narrowed = client.refreshes_with(tokens.refresh(), &[("scope", "openid")]).await.succeeds();
    assert_eq!(verified_for(&app, &client.client_id, narrowed.id()).await.1.get("roles"), None);
}

#[tokio::test]
async fn a_refresh_brings_what_is_true_then() {
    let app = app(with(&Directory::default())).build().await;
    let (client, first) = tokens(&app, &app.alice().await, "openid roles files:read").await;

    let next = client.refreshes(first.refresh()).await.succeeds();

    let number = async |tokens: &Tokens| {
        verified_for(&app, &client.client_id, tokens.id()).await.1["roles"][1].as_u64().unwrap()
    };
    assert!(number(&next).await > number(&first).await);
}

#[tokio::test]
async fn a_client_that_acts_for_itself_is_told_about_too() {
    let robot = ClientOption::confidential("robot", SECRET).acts_for_itself(["files:read"]);
    let app = app(with(&Directory::default()).client(robot)).build().await;
    let robot = OAuthClient::known(&app, "robot", "").with_secret(SECRET);

    let tokens = robot.acts_for_itself(&[("resource", FILES)]).await.succeeds();

    let claims = verified_for(&app, FILES, &tokens.access_token).await.1;
    assert_eq!((&claims["sub"], &claims[TENANT], claims.get("roles")), (&json!("robot"), &json!("robot"), None));
}

#[tokio::test]
async fn an_extension_that_fails_uses_nothing_up() {
    let directory = Directory::default();
    let app = app(with(&directory)).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let code = app.alice().await.authorizes(&client).await;
    let before = app.dump_tables().await;
    directory.is_away.store(true, Ordering::SeqCst);

    let failed = client.exchanges(&code).await;

    assert_eq!((failed.status.as_u16(), failed.text().contains("directory")), (500, false), "{}", failed.describe());
    assert_eq!(app.dump_tables().await, before);
    directory.is_away.store(false, Ordering::SeqCst);
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn the_document_names_them() {
    let app = app(with(&Directory::default())).build().await;

    let document = app.get("/.well-known/openid-configuration").await.json();

    let claims = document["claims_supported"].as_array().unwrap();
    assert!([TENANT, "roles"].iter().all(|name| claims.contains(&json!(name))), "{claims:?}");
}

/// Declares these claims, and tells none.
#[derive(Debug)]
struct Declares(Vec<CustomClaim>);

#[async_trait]
impl ExtensionClaims for Declares {
    fn claims(&self) -> Vec<CustomClaim> {
        self.0.clone()
    }

    async fn tell(&self, _: ClaimsFor<'_>) -> Result<Map<String, Value>, Unexpected> {
        Ok(Map::new())
    }
}

#[test]
fn a_claim_of_the_protocol_or_of_two_extensions_is_a_mistake() {
    let claims = |names: &[&str]| Declares(names.iter().map(|name| CustomClaim::new(*name)).collect());
    let wrong = provider()
        .extension_claims(claims(&["sub", "email", "tenant", ""]))
        .extension_claims(claims(&["tenant"]))
        .extension_claims(Declares(vec![CustomClaim::new("roles").of_scope("roles")]));

    let error = auth_core::Auth::builder("http://localhost:3000").plugin(wrong).schema().unwrap_err().to_string();

    insta::assert_snapshot!(error, @r#"
    the configuration has 5 problem(s):
      - oidc-provider: extension_claims is "sub"; use a name that the protocol does not use
      - oidc-provider: extension_claims is "email"; use a name that the protocol does not use
      - oidc-provider: extension_claims is ""; use a name of visible characters such as "tenant"
      - oidc-provider: extension_claims is "tenant"; let one extension tell a claim
      - oidc-provider: extension_claims is "roles"; offer this scope too
    "#);
}
