//! A session that is used lives on: extended once a day, never while it need not be.

use crate::app::{App, DAY, Reply};

fn ends(reply: &Reply) -> String {
    reply.json()["session"]["expiresAt"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_in_use_is_extended_once_a_day() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    let first = ends(&app.session_of(&cookie).await);
    app.clock.advance(DAY - 1);
    let early = app.session_of(&cookie).await;

    app.clock.advance(1);
    app.statements();
    let due = app.session_of(&cookie).await;
    let statements = app.statements();
    let again = app.session_of(&cookie).await;

    assert_eq!((ends(&early), early.set_cookie()), (first, ""));
    assert_eq!(ends(&due), "2027-01-23T08:00:00.000Z");
    assert_eq!(due.json()["session"]["updatedAt"], "2027-01-16T08:00:00.000Z");
    assert_eq!(due.session_cookie(), cookie, "the same token");
    assert!(due.set_cookie().ends_with("Max-Age=604800"));
    assert_eq!(statements.len(), 2, "{statements:?}");
    assert_eq!((ends(&again), again.set_cookie()), (ends(&due), ""));
    app.clock.advance(7 * DAY - 1);
    assert!(app.knows(&cookie).await, "the end was stored");
}

#[tokio::test]
async fn of_requests_at_once_one_extends() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    app.clock.advance(DAY);

    let replies = futures::future::join_all((0..8).map(|_| app.session_of(&cookie))).await;

    assert!(replies.iter().all(|reply| reply.json().is_object()));
    assert_eq!(replies.iter().filter(|reply| !reply.set_cookie().is_empty()).count(), 1);
}

#[tokio::test]
async fn a_reader_can_leave_the_end_where_it_is() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    app.clock.advance(2 * DAY);

    let read = app.get("/get-session?disableRefresh=true", &[("cookie", &cookie)]).await;
    let other = app.get("/get-session?disableRefresh=false", &[("cookie", &cookie)]).await;

    assert_eq!((ends(&read).as_str(), read.set_cookie()), ("2027-01-22T08:00:00.000Z", ""));
    assert_ne!(other.set_cookie(), "");
}

#[tokio::test]
async fn a_session_not_to_be_remembered_is_never_extended() {
    let app = App::new().await;
    let cookie = app.enter("alice@example.com", false).await.session_cookie();

    app.clock.advance(DAY - 1);
    let last = app.session_of(&cookie).await;
    app.clock.advance(1);

    assert_eq!((ends(&last).as_str(), last.set_cookie()), ("2027-01-16T08:00:00.000Z", ""));
    assert!(!app.knows(&cookie).await);
}

#[tokio::test]
async fn other_endpoints_do_not_extend() {
    let app = App::new().await;
    let cookie = app.enters("alice@example.com").await;
    app.clock.advance(2 * DAY);

    let reply = app.get("/whoami", &[("cookie", &cookie)]).await;

    assert_eq!((reply.text.as_str(), reply.set_cookie()), ("alice@example.com", ""));
    assert_ne!(app.session_of(&cookie).await.set_cookie(), "", "still to be extended");
}
