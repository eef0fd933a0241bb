//! How often a document is fetched, and what counts while it cannot be.

use std::time::Duration;

use auth_testkit::{OAuthClient, TestApp, WebSite};
use futures::future::join_all;
use http::StatusCode;
use serde_json::json;

use super::{HOST, ID, LOCAL, PATH, client, document, finding, is_known, is_shown_why, started, with};
use crate::app;
use crate::tokens::refresh::again;

const JSON: (&str, &str) = ("content-type", "application/json");
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// Seconds a document counts, as far as whole steps of the clock show it.
async fn counts_for(app: &TestApp, site: &WebSite, step: Duration) -> Duration {
    let alice = app.alice().await;
    assert!(is_known(&alice, &client(app)).await);
    let hits = site.hits(PATH);
    let mut age = Duration::ZERO;
    while site.hits(PATH) == hits {
        app.clock.advance(step);
        age += step;
        alice.signs_in().await;
        assert!(is_known(&alice, &client(app)).await);
        assert!(age < Duration::from_hours(48));
    }
    age
}

#[tokio::test]
async fn attack_85_a_document_counts_as_long_as_its_host_says_within_a_day() {
    for (cache_control, step, expected) in [
        ("max-age=60", Duration::from_secs(30), MINUTE),
        ("public, max-age=\"7200\"", HOUR, 2 * HOUR),
        ("max-age=1000000000", HOUR, Duration::from_hours(24)),
        ("max-age=18446744073709551616", MINUTE, 10 * MINUTE),
        ("max-age=-1", MINUTE, 10 * MINUTE),
        ("s-maxage=5", MINUTE, 10 * MINUTE),
        ("max-age=0", Duration::from_secs(5), Duration::from_secs(5)),
        ("no-store, max-age=600", Duration::from_secs(5), Duration::from_secs(5)),
    ] {
        let (app, site) = started().await;
        site.says(PATH, &document(), cache_control);
        assert_eq!(counts_for(&app, &site, step).await, expected, "{cache_control}");
    }
}

#[tokio::test]
async fn requests_at_the_same_moment_share_one_fetch() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);

    let known = join_all((0..12).map(|_| is_known(&alice, &client))).await;

    assert!(known.into_iter().all(|known| known));
    assert_eq!(site.hits(PATH), 1);
    assert_eq!(app.count("oauthApplication").await, 1);
}

#[tokio::test]
async fn instances_that_meet_a_client_at_once_write_it_once() {
    let site = WebSite::at([HOST]).await;
    site.says(PATH, &document(), "max-age=60");
    let first = app(finding(&site)).build().await;
    let second = again(&first, finding(&site)).await;
    let (alice, bob) = (first.alice().await, second.person("Bob", "bob@example.com"));
    bob.signs_up().await;
    let (here, there) = (client(&first), client(&second));

    let known = futures::future::join(is_known(&alice, &here), is_known(&bob, &there)).await;

    assert_eq!(known, (true, true));
    assert_eq!(first.count("oauthApplication").await, 1);
    let hits = site.hits(PATH);
    assert!(is_known(&alice, &here).await && is_known(&bob, &there).await);
    assert_eq!(site.hits(PATH), hits, "what one has read counts for the other");
}

#[tokio::test]
async fn what_is_no_document_is_never_kept_as_one() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    let cached = [JSON, ("cache-control", "max-age=86400")];
    for (status, body) in [(StatusCode::NOT_FOUND, "{}"), (StatusCode::OK, "{}"), (StatusCode::BAD_GATEWAY, "{}")] {
        site.answers(PATH, status, &cached, body);
        is_shown_why(&app, &alice, &client).await;
        app.clock.advance(Duration::from_secs(30));
    }
    site.says(PATH, &document(), "max-age=60");

    assert!(is_known(&alice, &client).await);
}

/// So that a broken host is not asked by every request.
#[tokio::test]
async fn after_a_try_in_vain_there_is_a_pause() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    for (status, seconds) in [(StatusCode::SERVICE_UNAVAILABLE, 30), (StatusCode::NOT_FOUND, 5)] {
        site.answers(PATH, status, &[JSON], "{}");
        is_shown_why(&app, &alice, &client).await;
        let hits = site.hits(PATH);

        app.clock.advance(Duration::from_secs(seconds - 1));
        is_shown_why(&app, &alice, &client).await;
        assert_eq!(site.hits(PATH), hits, "{status}");

        app.clock.advance(Duration::from_secs(1));
        is_shown_why(&app, &alice, &client).await;
        assert_eq!(site.hits(PATH), hits + 1, "{status}");
        app.clock.advance(MINUTE);
    }
}

#[tokio::test]
async fn attack_84_a_host_that_is_down_ends_nothing_for_an_hour() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    site.answers(PATH, StatusCode::SERVICE_UNAVAILABLE, &[JSON], "{}");

    app.clock.advance(MINUTE + 59 * MINUTE);
    assert!(is_known(&alice, &client).await, "an hour after it should have been read again");

    app.clock.advance(MINUTE);
    is_shown_why(&app, &alice, &client).await;
    // What was granted is not for its host to end.
    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn attack_84_a_document_that_was_taken_away_counts_no_more() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    assert!(is_known(&alice, &client).await);

    for status in [StatusCode::GONE, StatusCode::NOT_FOUND] {
        site.answers(PATH, status, &[JSON], "{}");
        app.clock.advance(MINUTE);
        is_shown_why(&app, &alice, &client).await;
    }
}

#[tokio::test]
async fn attack_83_a_changed_document_is_agreed_to_anew() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let web = OAuthClient::known(&app, ID, "https://client.example/callback");
    alice.authorizes(&web).await;
    let silent = web.asks().with("prompt", "none");
    silent.reads(&alice.browser.get(silent.url().as_str()).await.away()).expect("remembered");

    // The same document again changes nothing.
    app.clock.advance(MINUTE);
    silent.reads(&alice.browser.get(silent.url().as_str()).await.away()).expect("remembered");

    site.says(PATH, &with("client_name", "Desk, by somebody else"), "max-age=60");
    app.clock.advance(MINUTE);
    let refused = silent.reads(&alice.browser.get(silent.url().as_str()).await.away()).unwrap_err();
    assert_eq!(refused.code, auth_protocol::OAuthErrorCode::ConsentRequired);
}

#[tokio::test]
async fn attack_83_a_redirect_uri_that_was_taken_away_is_not_opened() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let client = client(&app);
    let request = client.asks();
    let page = alice.browser.get(request.url().as_str()).await.page();
    site.says(PATH, &with("redirect_uris", json!(["https://client.example/callback"])), "max-age=60");
    app.clock.advance(MINUTE);
    assert!(!is_known(&alice, &client).await);

    let after = alice.answers(&page, auth_testkit::Decision::Allow).await.page();

    assert_eq!(after.answer.status, StatusCode::BAD_REQUEST, "{}", after.describe());
    assert_eq!(app.count("oauthGrant").await, 0);
}

#[tokio::test]
async fn attack_86_a_host_is_asked_so_often_and_no_more() {
    let site = WebSite::at([HOST, "other.example"]).await;
    let app = app(finding(&site)).with_rate_limits().build().await;
    let alice = app.alice().await;
    let asks = async |host: &str, number: usize| {
        let path = format!("/{number}.json");
        let id = format!("https://{host}{path}");
        site.says(&path, &with("client_id", id.as_str()), "max-age=600");
        is_known(&alice, &OAuthClient::known(&app, &id, LOCAL)).await
    };
    for number in 0..60 {
        // More would wait for an answer at once in one browser than may.
        let mut asked = asks(HOST, number).await;
        if !asked {
            app.clock.advance(Duration::ZERO);
            asked = site.hits(&format!("/{number}.json")) == 1;
        }
        assert!(asked, "{number}");
    }

    assert!(!asks(HOST, 60).await);
    assert_eq!(site.hits("/60.json"), 0, "beyond the budget of its host");
    asks("other.example", 61).await;
    assert_eq!(site.hits("/61.json"), 1, "another host has its own");
}
