//! Two instances on one database: what one does counts at the other at once, also where their clocks differ.

use std::time::Duration;

use auth_testkit::{FakeClock, OAuthClient, Person, Registration, TestApp};
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{SECOND, are_alive, are_dead, signed_in};
use crate::{app, provider};

/// Another instance, whose clock is ahead.
async fn ahead_of(first: &TestApp, by: Duration) -> TestApp {
    let (db, clock) = (first.db().clone(), FakeClock::default());
    clock.advance(by);
    let mut other = app(provider()).configure({
        let clock = clock.clone();
        move |builder| builder.database(db).clock(clock)
    });
    other = other.base_url("http://localhost:3000");
    other.build().await
}

/// The same browser, with the cookies it has, at another instance.
fn moved(person: &Person, to: &TestApp) -> Person {
    let there = to.person(&person.name, &person.email).elsewhere();
    let cookies = person.browser.cookies(|jar| jar.clone());
    there.browser.cookies(|jar| *jar = cookies);
    there
}

#[tokio::test]
async fn a_cookie_is_worth_nothing_anywhere_once_its_session_has_ended() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let alice = first.alice().await;
    let there = moved(&alice, &second);
    assert_eq!(signed_in(&there).await, "alice@example.com");

    alice.signs_out().await;

    assert_eq!(there.browser.fetches("/api/auth/get-session").await.json(), Value::Null);
    let client = second.registers(Registration::confidential_basic()).await;
    let silent = client.asks().with("prompt", "none");
    let refused = silent.reads(&there.browser.get(silent.url().as_str()).await.away()).unwrap_err();
    assert_eq!(refused.code, auth_protocol::OAuthErrorCode::LoginRequired);
}

/// Gives tokens at one instance and uses them at the other; takes them back there.
async fn goes_round(from: &TestApp, to: &TestApp, client: &OAuthClient, person: &Person) {
    let (here, there) = (same(from, client), same(to, client));
    let code = person.authorizes(&here).await;

    let tokens = there.exchanges(&code).await.succeeds();
    are_alive(&here, &tokens).await;
    let tokens = here.refreshes(tokens.refresh()).await.succeeds();
    are_alive(&there, &tokens).await;
    let tokens = there.refreshes(tokens.refresh()).await.succeeds();
    are_alive(&here, &tokens).await;

    there.revokes(tokens.refresh()).await.is_ok();
    are_dead(&here, &tokens).await;
    are_dead(&there, &tokens).await;
}

#[tokio::test]
async fn instances_whose_clocks_are_half_a_minute_apart_take_what_the_other_gives() {
    let behind = app(provider()).build().await;
    let ahead = ahead_of(&behind, 30 * SECOND).await;
    let client = behind.registers(Registration::confidential_basic()).await;
    let alice = behind.alice().await;
    let bob = ahead.bob().await;

    goes_round(&behind, &ahead, &client, &alice).await;
    goes_round(&ahead, &behind, &client, &bob).await;

    // Who has signed in a moment ahead of the clock is signed in, and freshly so.
    let there = moved(&bob, &behind);
    assert_eq!(signed_in(&there).await, "bob@example.com");
    let here = same(&behind, &client);
    let recent = here.asks().with("max_age", "60").with("prompt", "none");
    recent.reads(&there.browser.get(recent.url().as_str()).await.away()).unwrap();
}

/// A used token that comes again at an instance whose clock is behind is no less used.
#[tokio::test]
async fn a_clock_that_is_behind_forgives_no_second_use() {
    let behind = app(provider()).build().await;
    let ahead = ahead_of(&behind, 45 * SECOND).await;
    let client = behind.registers(Registration::confidential_basic()).await;
    let alice = ahead.alice().await;
    let (here, there) = (same(&behind, &client), same(&ahead, &client));
    let code = alice.authorizes(&there).await;
    let first = there.exchanges(&code).await.succeeds();
    let second = there.refreshes(first.refresh()).await.succeeds();

    let answer = here.refreshes(first.refresh()).await;

    assert_eq!(answer.json()["error"], json!("invalid_grant"), "{}", answer.describe());
    are_dead(&there, &second).await;
}
