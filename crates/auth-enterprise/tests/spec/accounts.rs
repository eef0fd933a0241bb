//! Who somebody at the identity provider is here. ID-JAG §3.1 and §6.3, EMA-4.

use auth_core::entity::user;
use auth_enterprise::{IdentityProvider, LinkError};
use auth_testkit::Person;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use crate::world::{ISSUER, SUBJECT, World, acme};

const UNKNOWN: &str = "not known here";

/// An identity provider that may find people by their address.
fn linking() -> IdentityProvider {
    acme().link_by_email(true).email_domains(["example.com"])
}

/// What it says of Alice's address.
fn address(verified: bool) -> Value {
    json!({"email": "alice@example.com", "email_verified": verified})
}

/// Alice has an account here, and has shown that her address is hers. Nothing here mails links by which she could.
async fn verified(world: &World) -> (Person, String) {
    let alice = world.app.alice().await;
    let id = world.id_of(&alice).await;
    user::Entity::update_many()
        .col_expr(user::Column::EmailVerified, Expr::value(true))
        .filter(user::Column::Id.eq(&id))
        .exec(world.app.db())
        .await
        .unwrap();
    (alice, id)
}

#[tokio::test]
async fn nobody_is_known_by_their_address_unless_the_app_says_so() {
    let world = World::trusting(acme().email_domains(["example.com"])).await;
    verified(&world).await;

    world.refuses(&world.asserts(&address(true)), UNKNOWN).await;
}

#[tokio::test]
async fn an_address_that_both_sides_have_verified_finds_a_person_once_and_their_subject_from_then_on() {
    let world = World::trusting(linking()).await;
    let (_, alice) = verified(&world).await;
    let first = world.presents(&world.asserts(&address(true))).await.succeeds();

    let moved = json!({"email": "alice@elsewhere.example", "email_verified": true});
    let second = world.presents(&world.asserts(&moved)).await.succeeds();
    let third = world.presents(&world.asserts(&json!({}))).await.succeeds();

    for tokens in [first, second, third] {
        assert!(world.calls(&tokens.access_token).await.1.starts_with(&alice));
    }
    assert_eq!((world.app.count("user").await, world.app.count("enterpriseAccount").await), (1, 1));
}

#[tokio::test]
async fn an_address_that_the_identity_provider_has_not_verified_finds_nobody() {
    let world = World::trusting(linking()).await;
    verified(&world).await;

    world.refuses(&world.asserts(&address(false)), UNKNOWN).await;
    world.refuses(&world.asserts(&json!({"email": "alice@example.com"})), UNKNOWN).await;
}

/// Somebody may have signed up with the address to wait for its owner.
#[tokio::test]
async fn an_address_that_was_not_verified_here_finds_nobody() {
    let world = World::trusting(linking()).await;
    world.app.alice().await;

    world.refuses(&world.asserts(&address(true)), UNKNOWN).await;
}

#[tokio::test]
async fn an_address_of_another_domain_finds_nobody() {
    let world = World::trusting(acme().link_by_email(true).email_domains(["acme.example", "mail.example.com"])).await;
    verified(&world).await;

    world.refuses(&world.asserts(&address(true)), UNKNOWN).await;
}

/// Companies give the address of somebody who left to somebody else.
#[tokio::test]
async fn whoever_takes_over_an_address_is_not_whoever_had_it() {
    let world = World::trusting(linking()).await;
    verified(&world).await;
    world.presents(&world.asserts(&address(true))).await.succeeds();

    let mut successor = address(true);
    successor["sub"] = json!("U2");

    world.refuses(&world.asserts(&successor), UNKNOWN).await;
}

#[tokio::test]
async fn subjects_that_differ_in_case_are_different_people() {
    let (world, _) = World::knowing_alice().await;

    world.refuses(&world.asserts(&json!({"sub": SUBJECT.to_lowercase()})), UNKNOWN).await;
    world.refuses(&world.asserts(&json!({"sub": format!("{SUBJECT} ")})), "blanks").await;
}

#[tokio::test]
async fn whoever_was_deleted_is_refused() {
    let (world, alice) = World::knowing_alice().await;
    world.presents(&world.asserts(&json!({}))).await.succeeds();

    auth_core::store::user::delete(world.app.db(), &alice).await.unwrap();

    world.refuses(&world.asserts(&json!({})), UNKNOWN).await;
}

#[tokio::test]
async fn the_app_links_and_unlinks_people_by_code() {
    let world = World::trusting(acme()).await;
    let (alice, bob) = (world.app.alice().await, world.app.bob().await);
    let (alice, bob) = (world.id_of(&alice).await, world.id_of(&bob).await);
    let accounts = world.accounts();
    world.refuses(&world.asserts(&json!({})), UNKNOWN).await;

    accounts.link(ISSUER, SUBJECT, &alice).await.unwrap();
    let tokens = world.presents(&world.asserts(&json!({}))).await.succeeds();
    let taken = [accounts.link(ISSUER, SUBJECT, &bob).await, accounts.link(ISSUER, "U2", &alice).await];
    let unlinked = [accounts.unlink(ISSUER, SUBJECT).await.unwrap(), accounts.unlink(ISSUER, SUBJECT).await.unwrap()];

    assert!(world.calls(&tokens.access_token).await.1.starts_with(&alice));
    assert!(taken.iter().all(|link| matches!(link, Err(LinkError::Taken))), "{taken:?}");
    assert_eq!(unlinked, [true, false]);
    world.refuses(&world.asserts(&json!({})), UNKNOWN).await;
}

#[tokio::test]
async fn an_assertion_that_comes_again_does_not_link_anew_who_was_unlinked() {
    let world = World::trusting(linking()).await;
    let (_, alice) = verified(&world).await;
    world.accounts().link(ISSUER, SUBJECT, &alice).await.unwrap();
    let assertion = world.asserts(&address(true));
    world.presents(&assertion).await.succeeds();

    world.accounts().unlink(ISSUER, SUBJECT).await.unwrap();

    world.refuses(&assertion, UNKNOWN).await;
    assert_eq!(world.app.count("enterpriseAccount").await, 0);
}

#[tokio::test]
async fn what_cannot_be_linked_is_told() {
    let world = World::trusting(acme()).await;
    let accounts = world.accounts();

    let nobody = accounts.link(ISSUER, SUBJECT, "nobody").await.unwrap_err();
    let elsewhere = accounts.link("https://evil.example", SUBJECT, "nobody").await.unwrap_err();
    let long = accounts.link(ISSUER, &"s".repeat(256), "nobody").await.unwrap_err();

    assert!(matches!(nobody, LinkError::UnknownPerson), "{nobody:?}");
    assert!(matches!(elsewhere, LinkError::UnknownIssuer(_)), "{elsewhere:?}");
    assert!(matches!(long, LinkError::Subject), "{long:?}");
    assert_eq!(world.app.count("enterpriseAccount").await, 0);
}
