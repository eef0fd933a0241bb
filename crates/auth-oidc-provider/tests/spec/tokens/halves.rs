//! A database that fails in the middle of a transaction: nothing of it is left, and another try succeeds.

use auth_testkit::{Decision, Registration, TestApp};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::Table;

use super::{are_alive, with_code, with_tokens};
use crate::{app, provider};

/// Does something while a table is away, for no request can break the database; demands that it failed and that
/// every other table is as it was.
async fn failing<T>(app: &TestApp, table: &str, act: impl AsyncFnOnce() -> T) -> T {
    let renames = async |from: &str, to: &str| {
        app.db().execute(Table::rename().table(from.to_owned(), to.to_owned())).await.unwrap();
    };
    let before = app.dump_tables().await;
    renames(table, "away").await;
    let done = act().await;
    renames("away", table).await;
    assert_eq!(app.dump_tables().await, before, "without {table} something was done by half");
    done
}

#[tokio::test]
async fn a_code_is_not_used_up_by_an_exchange_that_fails() {
    let (app, client, code) = with_code().await;

    for table in ["oauthRefreshToken", "oauthAccessToken"] {
        let answer = failing(&app, table, async || client.exchanges(&code).await).await;
        assert!(answer.status.is_server_error(), "{}", answer.describe());
    }

    let tokens = client.exchanges(&code).await.succeeds();
    are_alive(&client, &tokens).await;
}

#[tokio::test]
async fn a_refresh_token_is_not_used_up_by_a_refresh_that_fails() {
    let (app, client, tokens) = with_tokens().await;

    let answer = failing(&app, "oauthAccessToken", async || client.refreshes(tokens.refresh()).await).await;
    assert!(answer.status.is_server_error(), "{}", answer.describe());

    let next = client.refreshes(tokens.refresh()).await.succeeds();
    are_alive(&client, &next).await;
}

#[tokio::test]
async fn a_consent_that_fails_gives_nothing_and_can_be_given_again() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let request = client.asks();
    let page = alice.browser.get(request.url().as_str()).await.page();

    for table in ["oauthAuthorizationCode", "oauthConsent"] {
        let visit = failing(&app, table, async || alice.answers(&page, Decision::Allow).await).await;
        let status = match visit {
            auth_testkit::Visit::Page(page) => page.answer.status.as_u16(),
            // What happens after the redirect URI is trusted is told to the client. RFC 6749 §4.1.2.1.
            auth_testkit::Visit::Away(url) => {
                assert!(url.query().unwrap().contains("error=server_error"), "{url}");
                500
            }
        };
        assert!(status >= 500, "{status}");
    }

    let code = request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();
    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn a_replay_that_cannot_be_punished_is_not_forgiven() {
    let (app, client, code) = with_code().await;
    let tokens = client.exchanges(&code).await.succeeds();

    let answer = failing(&app, "oauthGrant", async || client.exchanges(&code).await).await;

    assert!(answer.status.is_server_error(), "{}", answer.describe());
    client.exchanges(&code).await.error().unwrap();
    super::are_dead(&client, &tokens).await;
}
