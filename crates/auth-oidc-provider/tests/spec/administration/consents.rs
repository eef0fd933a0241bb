//! What people have allowed, seen and taken back by operators.

use auth_testkit::{OAuthClient, Person, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{asks, client, gets, is_refused, makes, started, web};
use crate::authorization::changing_nothing;
use crate::tokens::{are_alive, are_dead};

async fn made(app: &TestApp, olga: &Person) -> OAuthClient {
    client(app, &makes(olga, "/clients", web()).await)
}

async fn id(person: &Person) -> String {
    let session = person.browser.fetches("/api/auth/get-session").await.json();
    session["user"]["id"].as_str().unwrap().to_owned()
}

/// The members of this name, page by page with one entry each.
async fn paged(olga: &Person, path: &str, member: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = String::new();
    loop {
        let page = gets(olga, &format!("{path}&limit=1{next}")).await.json();
        let entries = page["consents"].as_array().unwrap();
        assert!(entries.len() <= 1);
        found.extend(entries.iter().map(|entry| entry[member].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { return found };
        next = format!("&cursor={cursor}");
    }
}

#[tokio::test]
async fn consents_are_listed_by_person_and_by_client() {
    let (app, olga) = started().await;
    let (desk, shop) = (made(&app, &olga).await, made(&app, &olga).await);
    let robot = client(&app, &makes(&olga, "/clients", json!({"own_scope": "notes:write"})).await);
    robot.acts_for_itself(&[]).await.succeeds();
    let (alice, bob) = (app.alice().await, app.bob().await);
    for (person, client) in [(&alice, &desk), (&alice, &shop), (&bob, &desk)] {
        client.exchanges(&person.authorizes(client).await).await.succeeds();
    }

    let of_alice = paged(&olga, &format!("/consents?user_id={}", id(&alice).await), "client_id").await;
    let of_desk = paged(&olga, &format!("/consents?client_id={}", desk.client_id), "user_id").await;

    let sorted = |mut values: Vec<Value>| {
        values.sort_by_key(ToString::to_string);
        values
    };
    assert_eq!(sorted(of_alice), sorted(vec![json!(desk.client_id), json!(shop.client_id)]));
    assert_eq!(sorted(of_desk), sorted(vec![json!(id(&alice).await), json!(id(&bob).await)]));
    let of_robot = gets(&olga, &format!("/consents?client_id={}", robot.client_id)).await.json();
    assert_eq!(of_robot, json!({"consents": []}), "nobody has allowed it anything");
    let one = gets(&olga, &format!("/consents?client_id={}", shop.client_id)).await.json()["consents"][0].take();
    let expected = json!({
        "user_id": id(&alice).await, "client_id": shop.client_id, "client_name": "Desk",
        "scope": "openid profile email offline_access", "resources": ["http://localhost:3000/mcp"], "connected": true,
        "created_at": crate::tokens::START, "updated_at": crate::tokens::START,
    });
    assert_eq!(one, expected);
}

#[tokio::test]
async fn a_cursor_leads_on_in_its_own_list_only() {
    let (app, olga) = started().await;
    let (desk, shop) = (made(&app, &olga).await, made(&app, &olga).await);
    let alice = app.alice().await;
    alice.authorizes(&desk).await;
    alice.authorizes(&shop).await;
    let (alice, olgas) = (id(&alice).await, id(&olga).await);
    let page = gets(&olga, &format!("/consents?user_id={alice}&limit=1")).await.json();
    let cursor = page["next_cursor"].as_str().unwrap();

    changing_nothing(&app, async || {
        for path in [
            format!("/consents?user_id={olgas}&cursor={cursor}"),
            format!("/consents?client_id={alice}&cursor={cursor}"),
            format!("/clients?cursor={cursor}"),
            "/consents".to_owned(),
            format!("/consents?user_id={alice}&client_id={}", desk.client_id),
        ] {
            is_refused(&gets(&olga, &path).await, 400, "VALIDATION_ERROR");
        }
    })
    .await;
}

#[tokio::test]
async fn what_an_operator_takes_back_ends_at_once_and_nothing_else() {
    let (app, olga) = started().await;
    let (desk, shop) = (made(&app, &olga).await, made(&app, &olga).await);
    let (alice, bob) = (app.alice().await, app.bob().await);
    let of_alice = desk.exchanges(&alice.authorizes(&desk).await).await.succeeds();
    let of_bob = desk.exchanges(&bob.authorizes(&desk).await).await.succeeds();
    let elsewhere = shop.exchanges(&alice.authorizes(&shop).await).await.succeeds();
    let path = format!("/consents/{}/{}", desk.client_id, id(&alice).await);

    assert_eq!(asks(&olga, Method::DELETE, &path, None).await.status, 204);

    are_dead(&desk, &of_alice).await;
    are_alive(&desk, &of_bob).await;
    are_alive(&shop, &elsewhere).await;
    changing_nothing(&app, async || {
        is_refused(&asks(&olga, Method::DELETE, &path, None).await, 404, "CONSENT_NOT_FOUND");
    })
    .await;
}
