//! One and two server processes on one database, and many requests at once for one code or one refresh
//! token. RFC 6749 §4.1.2, RFC 9700 §4.14.

use std::collections::BTreeSet;

use auth_testkit::{is_full_size, proved};
use futures::future::join_all;
use serde_json::Value;

use crate::world::{REDIRECT, VERIFIER, World};

/// How many requests come at once.
const AT_ONCE: usize = 64;
/// How many rounds a proof takes: few by default, many when `cargo xtask proofs` asks for them.
fn rounds() -> usize {
    if is_full_size() { 2000 } else { 20 }
}

impl World {
    /// Sends a token request many times at once, to each process in turn; returns the successes.
    async fn at_once(&self, fields: &[(&str, &str)]) -> Vec<Value> {
        let asks = (0..AT_ONCE).map(|n| self.posts(n % self.servers.len(), "/api/auth/oauth2/token", fields));
        let answers = join_all(asks).await;
        for (status, body) in &answers {
            let is_refused = *status == 400 && body["error"] == "invalid_grant";
            assert!(*status == 200 || is_refused, "{status} {body}");
        }
        answers.into_iter().filter(|(status, _)| *status == 200).map(|(_, body)| body).collect()
    }

    async fn redeems_at_once(&self, code: &str) -> Vec<Value> {
        self.at_once(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .await
    }
}

async fn codes_give_one_token_set_at_most(processes: usize) {
    let mut world = World::of(processes).await;
    for _ in 0..rounds() {
        let code = world.new_code().await;

        let won = world.redeems_at_once(&code).await;

        assert!(won.len() <= 1, "{} token sets for one code", won.len());
        for tokens in won {
            for name in ["access_token", "refresh_token"] {
                assert!(!world.is_active(tokens[name].as_str().unwrap()).await, "the losers are replays");
            }
        }
    }
    proved(format_args!(
        "{} codes, each redeemed {AT_ONCE} times at once by HTTP at {processes} server process(es): never two token sets, no 5xx",
        rounds()
    ));
}

async fn tokens_give_one_pair(processes: usize) {
    let mut world = World::of(processes).await;
    let code = world.new_code().await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let (status, tokens) = world.posts(0, "/api/auth/oauth2/token", &fields).await;
    assert_eq!(status, 200, "{tokens}");
    let mut token = tokens["refresh_token"].as_str().unwrap().to_owned();
    for _ in 0..rounds() {
        let won = world.at_once(&[("grant_type", "refresh_token"), ("refresh_token", &token)]).await;

        // The example answers a refresh repeated within 30 seconds once more.
        assert_eq!(won.len(), AT_ONCE, "all are one client that lost its answer");
        let successors: BTreeSet<&str> = won.iter().map(|tokens| tokens["refresh_token"].as_str().unwrap()).collect();
        assert_eq!(successors.len(), 1, "a forked family: {successors:?}");
        let successor = (*successors.first().unwrap()).to_owned();
        token = successor;
    }
    assert!(world.is_active(&token).await);
    proved(format_args!(
        "{} refresh tokens, each used {AT_ONCE} times at once by HTTP at {processes} server process(es): never a fork, no 5xx",
        rounds()
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_one_process_gives_one_token_set_for_a_code() {
    codes_give_one_token_set_at_most(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_two_processes_give_one_token_set_for_a_code() {
    codes_give_one_token_set_at_most(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_one_process_gives_one_pair_for_a_refresh_token() {
    tokens_give_one_pair(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_two_processes_give_one_pair_for_a_refresh_token() {
    tokens_give_one_pair(2).await;
}
