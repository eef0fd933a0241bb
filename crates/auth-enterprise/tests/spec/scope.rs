//! What a token opens: what the identity provider allows, as far as there is such a thing here. EMA §7.2.1 and §7.6.

use auth_protocol::OAuthErrorCode;
use http::StatusCode;
use serde_json::json;

use crate::world::{World, presents_as};

#[tokio::test]
async fn a_resource_of_somebody_else_is_refused() {
    let (world, _) = World::knowing_alice().await;

    for resource in [
        json!("https://other.example/mcp"),
        json!(world.app.url("/mcp/deeper")),
        json!([world.app.url("/mcp"), "https://other.example/mcp"]),
    ] {
        world.refuses(&world.asserts(&json!({"resource": resource})), "none of this server").await;
    }
    world.refuses(&world.asserts(&json!({"resource": "mcp"})), "cannot be one").await;
}

#[tokio::test]
async fn without_a_resource_it_would_open_nothing_and_is_refused() {
    let (world, _) = World::knowing_alice().await;

    world.refuses(&world.asserts(&json!({"resource": null})), "names no resource").await;
}

#[tokio::test]
async fn the_token_opens_what_the_assertion_names_and_nothing_else() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({"resource": "https://files.example", "scope": "files:read"}));

    let tokens = world.presents(&assertion).await.succeeds();

    assert_eq!(world.calls(&tokens.access_token).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_request_cannot_turn_it_to_another_resource() {
    let (world, _) = World::knowing_alice().await;
    let assertion = world.asserts(&json!({}));
    let before = world.app.dump_tables().await;

    let answer = presents_as(&world.agent, &assertion, &[("resource", "https://files.example")]).await;

    answer.fails_with(OAuthErrorCode::InvalidTarget);
    assert_eq!(world.app.dump_tables().await, before);
    presents_as(&world.agent, &assertion, &[("resource", world.app.url("/mcp").as_str())]).await.succeeds();
}

#[tokio::test]
async fn a_scope_that_the_resource_does_not_have_is_refused() {
    let (world, _) = World::knowing_alice().await;

    world.refuses(&world.asserts(&json!({"scope": "mcp:tools admin"})), "scope").await;
    let files = json!({"resource": "https://files.example", "scope": "files:read notes:write"});
    world.refuses(&world.asserts(&files), "scope").await;
    world.refuses(&world.asserts(&json!({"scope": "a\"b"})), "malformed").await;
}

#[tokio::test]
async fn a_request_gets_less_than_it_was_allowed_and_never_more() {
    let (world, _) = World::knowing_alice().await;
    let asks = async |allowed: &str, scope: &str| {
        presents_as(&world.agent, &world.asserts(&json!({"scope": allowed})), &[("scope", scope)]).await
    };

    let less = asks("mcp:tools notes:write", "mcp:tools").await.succeeds();
    let more = asks("mcp:tools", "mcp:tools notes:write").await.succeeds();
    let before = world.app.dump_tables().await;
    let nothing = asks("mcp:tools", "notes:write").await;

    assert_eq!((less.scopes(), more.scopes()), (vec!["mcp:tools"], vec!["mcp:tools"]));
    nothing.fails_with(OAuthErrorCode::InvalidScope);
    assert_eq!(world.app.dump_tables().await, before);
}

#[tokio::test]
async fn without_a_scope_it_opens_the_door_and_nothing_behind_it() {
    let (world, _) = World::knowing_alice().await;

    let tokens = world.presents(&world.asserts(&json!({"scope": null}))).await.succeeds();

    assert_eq!(tokens.scopes(), ["mcp:tools"]);
}
