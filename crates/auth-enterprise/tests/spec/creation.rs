//! Accounts for people who come for the first time. ID-JAG §3.1.

use async_trait::async_trait;
use auth_core::entity::user;
use auth_core::plugins;
use auth_core::{
    AuthContext, Contributions, ErrorCode, HookError, InTransaction, Mount, Plugin, PluginId, UserCreated,
};
use auth_enterprise::IdentityProvider;
use auth_protocol::OAuthErrorCode;
use sea_orm::{DatabaseTransaction, EntityTrait as _};
use serde_json::{Value, json};

use crate::world::{World, acme};

const UNKNOWN: &str = "not known here";

fn creating() -> IdentityProvider {
    acme().create_accounts(true).email_domains(["acme.example"])
}

fn newcomer() -> Value {
    json!({"email": "Wile@ACME.example", "email_verified": true, "name": "Wile E. Coyote"})
}

#[tokio::test]
async fn somebody_new_is_refused_unless_the_app_lets_them_in() {
    let world = World::trusting(acme().email_domains(["acme.example"])).await;

    world.refuses(&world.asserts(&newcomer()), UNKNOWN).await;
}

#[tokio::test]
async fn somebody_new_gets_an_account_and_keeps_it() {
    let world = World::trusting(creating()).await;

    world.presents(&world.asserts(&newcomer())).await.succeeds();
    let tokens = world.presents(&world.asserts(&json!({}))).await.succeeds();

    let person = user::Entity::find().one(world.app.db()).await.unwrap().unwrap();
    assert_eq!((&*person.name, &*person.email, person.email_verified), ("Wile E. Coyote", "wile@acme.example", true));
    assert!(world.calls(&tokens.access_token).await.1.starts_with(&person.id));
    assert_eq!((world.app.count("user").await, world.app.count("enterpriseAccount").await), (1, 1));
    assert_eq!(world.app.count("account").await, 0, "there is no password to sign in with");
}

#[tokio::test]
async fn whom_the_identity_provider_names_by_nothing_has_the_name_of_their_address() {
    let world = World::trusting(creating()).await;
    let nameless = json!({"email": "wile@acme.example", "email_verified": true, "name": " \u{7} "});

    world.presents(&world.asserts(&nameless)).await.succeeds();

    assert_eq!(user::Entity::find().one(world.app.db()).await.unwrap().unwrap().name, "wile");
}

#[tokio::test]
async fn nobody_is_made_without_an_address_that_the_identity_provider_speaks_for() {
    let world = World::trusting(creating()).await;

    for claims in [
        json!({}),
        json!({"email": "wile@acme.example"}),
        json!({"email": "wile@acme.example", "email_verified": false}),
        json!({"email": "wile@mail.acme.example", "email_verified": true}),
        json!({"email": "wile@evil.example", "email_verified": true}),
        json!({"email": "acme.example", "email_verified": true}),
    ] {
        world.refuses(&world.asserts(&claims), UNKNOWN).await;
    }
}

#[tokio::test]
async fn the_address_of_somebody_who_is_here_makes_no_second_account() {
    let world = World::trusting(creating()).await;
    world.app.person("Wile", "wile@acme.example").signs_up().await;

    world.refuses(&world.asserts(&newcomer()), UNKNOWN).await;
}

#[tokio::test]
async fn a_refusal_for_another_reason_makes_no_account() {
    let world = World::trusting(creating()).await;
    let mut claims = newcomer();
    claims["scope"] = json!("admin");

    world.refuses(&world.asserts(&claims), "scope").await;
}

#[tokio::test]
async fn an_assertion_that_comes_again_does_not_bring_back_who_was_deleted() {
    let world = World::trusting(creating()).await;
    let assertion = world.asserts(&newcomer());
    world.presents(&assertion).await.succeeds();
    let person = user::Entity::find().one(world.app.db()).await.unwrap().unwrap();

    auth_core::store::user::delete(world.app.db(), &person.id).await.unwrap();

    world.refuses(&assertion, UNKNOWN).await;
    assert_eq!(world.app.count("user").await, 0);
}

/// A plugin that decides who may have an account.
#[derive(Clone)]
struct Closed;

const CLOSED: ErrorCode = ErrorCode { code: "access_denied", status: 403, message: "We are closed" };

#[async_trait]
impl InTransaction<UserCreated> for Closed {
    async fn on(&self, _: &UserCreated, _: &DatabaseTransaction) -> Result<(), HookError> {
        Err(HookError::refuse::<UserCreated>(CLOSED))
    }
}

impl Plugin for Closed {
    fn id(&self) -> PluginId {
        "closed"
    }

    fn contribute(&self, to: &mut Contributions) {
        to.errors("/oauth2/token", &[CLOSED]);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("closed").on_in_transaction::<UserCreated>(Closed)
    }
}

#[tokio::test]
async fn whoever_decides_about_accounts_decides_about_these_too() {
    let world = World::with(creating(), plugins![Closed]).await;
    let before = world.app.dump_tables().await;

    let answer = world.presents(&world.asserts(&newcomer())).await;

    answer.fails_with(OAuthErrorCode::AccessDenied);
    assert_eq!(answer.json()["error_description"], "We are closed");
    assert_eq!(world.app.dump_tables().await, before);
}
