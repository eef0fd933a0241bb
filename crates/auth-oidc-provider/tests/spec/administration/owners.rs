//! People and the clients they have registered: each reaches their own, and nobody else's.

use auth_testkit::{Person, Registration, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{administered, asks, at, gets, is_refused, olga, patches};
use crate::authorization::changing_nothing;
use crate::{app, provider};

async fn registers(person: &Person, name: &str) -> Value {
    let metadata = Registration::confidential_basic().with("client_name", name).metadata();
    let answer = person.browser.post_json("/api/auth/oauth2/register", &metadata).await;
    assert_eq!(answer.status, 201, "{}", answer.describe());
    answer.json()
}

/// Alice and Bob, each with a client of their own.
async fn two() -> (TestApp, (Person, Value), (Person, Value)) {
    let app = app(administered().owners_manage_clients(true)).build().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let (of_alice, of_bob) = (registers(&alice, "Of Alice").await, registers(&bob, "Of Bob").await);
    (app, (alice, of_alice), (bob, of_bob))
}

async fn id(person: &Person) -> String {
    let session = person.browser.fetches("/api/auth/get-session").await.json();
    session["user"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_owner_lists_changes_and_deletes_what_they_have_registered() {
    let (app, (alice, own), _) = two().await;

    let page = gets(&alice, "/clients").await.json();
    assert_eq!(page["clients"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&page["clients"][0]["client_id"], &page["clients"][0]["user_id"]),
        (&own["client_id"], &json!(id(&alice).await))
    );
    let changed = patches(&alice, &at(&own), json!({"client_name": "Mine"})).await.json();
    assert_eq!((&changed["client_name"], &changed["redirect_uris"]), (&json!("Mine"), &own["redirect_uris"]));
    let rotated = asks(&alice, Method::POST, &format!("{}/rotate-secret", at(&own)), Some(&json!({}))).await;
    assert_ne!(rotated.json()["client_secret"], own["client_secret"]);
    assert_eq!(asks(&alice, Method::DELETE, &at(&own), None).await.status, 204);

    assert_eq!(gets(&alice, "/clients").await.json(), json!({"clients": []}));
    assert_eq!(app.count("oauthApplication").await, 1);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn nobody_reads_or_changes_the_client_of_somebody_else() {
    let (app, (alice, own), (bob, of_bob)) = two().await;

    changing_nothing(&app, async || {
        let path = at(&of_bob);
        is_refused(&gets(&alice, &path).await, 404, "CLIENT_NOT_FOUND");
        is_refused(&patches(&alice, &path, json!({"client_name": "Mine"})).await, 404, "CLIENT_NOT_FOUND");
        is_refused(&patches(&alice, &path, json!({"user_id": id(&alice).await})).await, 404, "CLIENT_NOT_FOUND");
        let rotate = asks(&alice, Method::POST, &format!("{path}/rotate-secret"), Some(&json!({}))).await;
        is_refused(&rotate, 404, "CLIENT_NOT_FOUND");
        is_refused(&asks(&alice, Method::DELETE, &path, None).await, 404, "CLIENT_NOT_FOUND");
        let filtered = gets(&alice, &format!("/clients?user_id={}", id(&bob).await)).await.json();
        assert_eq!(filtered["clients"].as_array().unwrap().len(), 1);
        assert_eq!(filtered["clients"][0]["client_id"], own["client_id"], "only what is theirs");
    })
    .await;
    assert_eq!(gets(&bob, &at(&of_bob)).await.status, 200);
}

#[tokio::test]
async fn an_owner_gives_themselves_nothing_that_only_an_operator_gives() {
    let (app, (alice, own), (bob, of_bob)) = two().await;
    let olga = olga(&app).await;

    changing_nothing(&app, async || {
        for privilege in [
            json!({"skip_consent": true}),
            json!({"own_scope": "notes:write"}),
            json!({"user_id": null}),
            json!({"user_id": id(&bob).await}),
            json!({"disabled": false, "client_name": "Mine"}),
        ] {
            is_refused(&patches(&alice, &at(&own), privilege).await, 403, "NOT_ALLOWED");
        }
        let made = json!({"redirect_uris": ["https://client.example/callback"]});
        is_refused(&asks(&alice, Method::POST, "/clients", Some(&made)).await, 403, "NOT_ALLOWED");
    })
    .await;
    for kept in [json!({"skip_consent": true}), json!({"skip_consent": false, "disabled": true})] {
        assert_eq!(patches(&olga, &at(&of_bob), kept).await.status, 200);
        changing_nothing(&app, async || {
            let change = patches(&bob, &at(&of_bob), json!({"redirect_uris": ["https://evil.example/cb"]})).await;
            is_refused(&change, 403, "NOT_ALLOWED");
        })
        .await;
    }
}

#[tokio::test]
async fn an_operator_gives_a_client_to_another_owner() {
    let (app, (alice, own), (bob, _)) = two().await;
    let olga = olga(&app).await;

    assert_eq!(patches(&olga, &at(&own), json!({"user_id": id(&bob).await})).await.status, 200);

    is_refused(&gets(&alice, &at(&own)).await, 404, "CLIENT_NOT_FOUND");
    assert_eq!(gets(&bob, "/clients").await.json()["clients"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn owners_manage_nothing_unless_the_app_lets_them() {
    let app = app(administered()).build().await;
    let alice = app.alice().await;
    let own = registers(&alice, "Of Alice").await;

    changing_nothing(&app, async || {
        is_refused(&gets(&alice, "/clients").await, 403, "NOT_ALLOWED");
        is_refused(&patches(&alice, &at(&own), json!({"client_name": "Mine"})).await, 403, "NOT_ALLOWED");
        is_refused(&asks(&alice, Method::DELETE, &at(&own), None).await, 403, "NOT_ALLOWED");
    })
    .await;
}

#[tokio::test]
async fn where_there_are_only_owners_there_is_nothing_for_operators() {
    let app = app(provider().owners_manage_clients(true)).build().await;
    let alice = app.alice().await;
    let own = registers(&alice, "Of Alice").await;

    assert_eq!(gets(&alice, &at(&own)).await.status, 200);
    for path in ["/consents?user_id=x", "/resources"] {
        assert_eq!(gets(&alice, path).await.status, 404, "{path}");
    }
    let made = json!({"redirect_uris": ["https://client.example/callback"]});
    assert_eq!(asks(&alice, Method::POST, "/clients", Some(&made)).await.status, 405);
}

#[tokio::test]
async fn an_owner_touches_nothing_that_an_operator_vouches_for_or_has_disabled() {
    let machine = json!({"own_scope": "notes:write"});
    for kept in [json!({"skip_consent": true}), machine, json!({"disabled": true})] {
        let (app, _, (bob, of_bob)) = two().await;
        let olga = olga(&app).await;
        assert_eq!(patches(&olga, &at(&of_bob), kept.clone()).await.status, 200);

        changing_nothing(&app, async || {
            for at_once in [false, true] {
                let path = format!("{}/rotate-secret", at(&of_bob));
                let rotate = asks(&bob, Method::POST, &path, Some(&json!({"at_once": at_once}))).await;
                is_refused(&rotate, 403, "NOT_ALLOWED");
            }
            is_refused(&asks(&bob, Method::DELETE, &at(&of_bob), None).await, 403, "NOT_ALLOWED");
            is_refused(&patches(&bob, &at(&of_bob), json!({"client_name": "Mine"})).await, 403, "NOT_ALLOWED");
        })
        .await;
        assert_eq!(gets(&bob, &at(&of_bob)).await.status, 200, "they still see it: {kept}");
    }
}
