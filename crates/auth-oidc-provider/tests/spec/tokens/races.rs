//! Many requests at once for one code or one refresh token. RFC 6749 §4.1.2, RFC 9700 §4.14.

use std::collections::BTreeSet;

use auth_oidc_provider::entity::refresh_token;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Code, OAuthAnswer, OAuthClient, Registration, TestApp, is_full_size, proved};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use tokio::task::JoinSet;

use super::refresh::{again, same};
use super::{are_alive, revoked_grants};
use crate::{app, provider};

/// How many requests come at once.
const AT_ONCE: usize = 64;

/// How many rounds a proof takes: few by default, many when `cargo xtask proofs` asks for them.
fn rounds() -> usize {
    if is_full_size() { 2000 } else { 20 }
}

/// Answers, sorted: successes, and the errors of the others.
struct Outcome {
    successes: Vec<OAuthAnswer>,
    refusals: Vec<OAuthAnswer>,
}

async fn all_of(requests: JoinSet<OAuthAnswer>) -> Outcome {
    let (successes, refusals): (Vec<_>, Vec<_>) =
        requests.join_all().await.into_iter().partition(|answer| answer.status == 200);
    for refusal in &refusals {
        refusal.fails_with(OAuthErrorCode::InvalidGrant);
    }
    Outcome { successes, refusals }
}

async fn redeem_at_once(clients: &[OAuthClient], code: &Code) -> Outcome {
    let mut requests = JoinSet::new();
    for client in clients.iter().cycle().take(AT_ONCE) {
        let (client, code) = (client.clone(), code.clone());
        requests.spawn(async move { client.exchanges(&code).await });
    }
    all_of(requests).await
}

async fn refresh_at_once(clients: &[OAuthClient], token: &str) -> Outcome {
    let mut requests = JoinSet::new();
    for client in clients.iter().cycle().take(AT_ONCE) {
        let (client, token) = (client.clone(), token.to_owned());
        requests.spawn(async move { client.refreshes(&token).await });
    }
    all_of(requests).await
}

/// Redeems one code many times at once: one token set at most, and dead afterwards.
async fn one_code_gives_one_token_set(app: &TestApp, clients: &[OAuthClient], code: &Code) {
    let before = (app.count("oauthAccessToken").await, app.count("oauthRefreshToken").await);
    let revoked = revoked_grants(app).await;

    let Outcome { successes, refusals } = redeem_at_once(clients, code).await;

    assert!(successes.len() <= 1, "{} token sets for one code", successes.len());
    assert_eq!(successes.len() + refusals.len(), AT_ONCE);
    let issued = successes.len() as u64;
    let after = (app.count("oauthAccessToken").await, app.count("oauthRefreshToken").await);
    assert_eq!(after, (before.0 + issued, before.1 + issued), "never two token sets");
    // The losers are replays: RFC 6749 §4.1.2 ends what the winner got.
    assert_eq!(revoked_grants(app).await, revoked + 1);
    for answer in successes {
        let tokens = answer.succeeds();
        clients[0].userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
        clients[0].refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn proof_one_code_gives_one_token_set_at_most() {
    let app = app(provider()).build().await;
    let client = [app.registers(Registration::confidential_basic()).await];
    let alice = app.alice().await;

    for _ in 0..rounds() {
        let code = alice.authorizes(&client[0]).await;
        one_code_gives_one_token_set(&app, &client, &code).await;
    }
    proved(format_args!("{} codes, each redeemed {AT_ONCE} times at once: never two token sets, no 5xx", rounds()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn proof_one_code_gives_one_token_set_at_most_on_two_instances() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let client = first.registers(Registration::confidential_basic()).await;
    let clients = [client.clone(), same(&second, &client)];
    let alice = first.alice().await;

    for _ in 0..rounds() {
        let code = alice.authorizes(&client).await;
        one_code_gives_one_token_set(&first, &clients, &code).await;
    }
    proved(format_args!(
        "{} codes, each redeemed {AT_ONCE} times at once at two instances: never two token sets, no 5xx",
        rounds()
    ));
}

/// Refreshes one token many times at once inside the window: one new pair for all.
async fn one_token_gives_one_pair(app: &TestApp, clients: &[OAuthClient], token: &str) -> String {
    let live = || refresh_token::Entity::find().filter(refresh_token::Column::RotatedAt.is_null()).count(app.db());
    let before = (app.count("oauthAccessToken").await, app.count("oauthRefreshToken").await);
    let alive = live().await.unwrap();

    let Outcome { successes, refusals } = refresh_at_once(clients, token).await;

    assert!(refusals.is_empty(), "{}", refusals[0].describe());
    let bodies: BTreeSet<String> = successes.iter().map(|answer| answer.text()).collect();
    assert_eq!(bodies.len(), 1, "all answers carry the same pair: {bodies:?}");
    let after = (app.count("oauthAccessToken").await, app.count("oauthRefreshToken").await);
    assert_eq!(after, (before.0 + 1, before.1 + 1), "one new row of each");
    assert_eq!(live().await.unwrap(), alive, "one live refresh token before, one after");
    let tokens = successes[0].succeeds();
    are_alive(&clients[0], &tokens).await;
    tokens.refresh().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn proof_inside_the_window_all_refreshes_get_the_same_pair() {
    let app = app(provider().replay_window(30)).build().await;
    let client = [app.registers(Registration::confidential_basic()).await];
    let code = app.alice().await.authorizes(&client[0]).await;
    let mut token = client[0].exchanges(&code).await.succeeds().refresh().to_owned();

    for _ in 0..rounds() {
        token = one_token_gives_one_pair(&app, &client, &token).await;
    }

    assert_eq!(revoked_grants(&app).await, 0);
    proved(format_args!(
        "{} refresh tokens, each used {AT_ONCE} times at once inside the replay window: one and the same pair for all, no 5xx",
        rounds()
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn proof_inside_the_window_two_instances_give_the_same_pair() {
    let first = app(provider().replay_window(30)).build().await;
    let second = again(&first, provider().replay_window(30)).await;
    let client = first.registers(Registration::confidential_basic()).await;
    let clients = [client.clone(), same(&second, &client)];
    let code = first.alice().await.authorizes(&client).await;
    let mut token = client.exchanges(&code).await.succeeds().refresh().to_owned();

    for _ in 0..rounds() {
        token = one_token_gives_one_pair(&first, &clients, &token).await;
    }
    proved(format_args!(
        "{} refresh tokens, each used {AT_ONCE} times at once inside the replay window at two instances: one and the same pair for all, no 5xx",
        rounds()
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn proof_without_a_window_one_refresh_succeeds_at_most() {
    let app = app(provider()).build().await;
    let client = [app.registers(Registration::confidential_basic()).await];
    let alice = app.alice().await;

    for _ in 0..rounds() {
        let code = alice.authorizes(&client[0]).await;
        let tokens = client[0].exchanges(&code).await.succeeds();
        let (rows, revoked) = (app.count("oauthRefreshToken").await, revoked_grants(&app).await);

        let Outcome { successes, .. } = refresh_at_once(&client, tokens.refresh()).await;

        assert!(successes.len() <= 1, "{} successors of one token", successes.len());
        assert_eq!(app.count("oauthRefreshToken").await, rows + successes.len() as u64);
        // The losers hold a used token: the family ends, the winner's pair with it.
        assert_eq!(revoked_grants(&app).await, revoked + 1);
        for answer in successes {
            let pair = answer.succeeds();
            client[0].userinfo(&pair.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
            client[0].refreshes(pair.refresh()).await.fails_with(OAuthErrorCode::InvalidGrant);
        }
    }
    proved(format_args!(
        "{} refresh tokens, each used {AT_ONCE} times at once without a window: never two successors, no 5xx",
        rounds()
    ));
}
