//! Different requests that cross each other: no family forks, and nobody is told what does not count. RFC 9700 §4.14.

use std::collections::BTreeSet;

use auth_testkit::{OAuthAnswer, OAuthClient, Person, Registration, Tokens};
use futures::future::join_all;
use http::Request;
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{DAY, SECOND};
use crate::{app, provider};

const ROUNDS: usize = 6;

async fn tokens(person: &Person, client: &OAuthClient) -> Tokens {
    client.exchanges(&person.authorizes(client).await).await.succeeds()
}

/// How many of these refresh tokens can still be used, by what introspection says.
async fn alive(client: &OAuthClient, tokens: &BTreeSet<String>) -> usize {
    let told = join_all(tokens.iter().map(|token| client.introspects(token))).await;
    told.iter().filter(|answer| answer.is_ok()["active"] == true).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refreshes_that_ask_for_different_things_at_once_give_one_pair_at_most() {
    for window in [0, 30] {
        let first = app(provider().replay_window(window)).build().await;
        let second = again(&first, provider().replay_window(window)).await;
        let client =
            first.registers(Registration::confidential_basic()).await.with_scope("openid mcp:tools notes:write");
        let there = same(&second, &client);
        let alice = first.alice().await;
        for _ in 0..ROUNDS {
            let old = tokens(&alice, &client).await;

            let refreshes = (0..24).map(|n| {
                let client = if n % 2 == 0 { client.clone() } else { there.clone() };
                let token = old.refresh().to_owned();
                let scope = ["openid", "mcp:tools", "notes:write"][n % 3];
                tokio::spawn(async move { client.refreshes_with(&token, &[("scope", scope)]).await })
            });
            let answers: Vec<OAuthAnswer> = join_all(refreshes).await.into_iter().map(Result::unwrap).collect();

            let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
            assert!(
                lost.iter().all(|answer| answer.status == 400),
                "{:?}",
                lost.iter().find(|lost| lost.status != 400)
            );
            let pairs: BTreeSet<String> = won.iter().map(|answer| answer.succeeds().refresh().to_owned()).collect();
            assert!(pairs.len() <= 1, "a forked family: {pairs:?}");
            // Who asked for something else came with a used token: that ends the family.
            assert_eq!(alive(&client, &pairs).await, 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_that_crosses_a_revocation_leaves_nothing_alive() {
    let app = app(provider()).build().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let alice = app.alice().await;
    for _ in 0..ROUNDS {
        let old = tokens(&alice, &client).await;
        let refresh = {
            let (client, token) = (client.clone(), old.refresh().to_owned());
            tokio::spawn(async move { client.refreshes(&token).await })
        };

        client.revokes(old.refresh()).await.is_ok();

        let answer = refresh.await.unwrap();
        assert!(!answer.status.is_server_error(), "{}", answer.describe());
        if answer.status == 200 {
            let new = answer.succeeds();
            for token in [&*new.access_token, new.refresh()] {
                assert_eq!(client.introspects(token).await.is_ok(), json!({ "active": false }));
            }
        }
    }
}

/// A client that sends its change more than once, as libraries do that time out, ends with a secret it was told.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_secret_a_client_is_told_while_it_changes_itself_counts() {
    let app = app(provider().client_secrets_expire_in(90 * DAY).unused_clients_expire_in(0)).build().await;
    for _ in 0..ROUNDS {
        let client = app.registers(Registration::confidential_basic()).await;
        app.clock.advance(SECOND * u32::try_from(60 * DAY).unwrap());
        let mut body = Registration::confidential_basic().metadata();
        body["client_id"] = json!(client.client_id);
        let puts = (0..4).map(|_| {
            let token = client.registration["registration_access_token"].as_str().unwrap();
            let put = Request::put(client.registration["registration_client_uri"].as_str().unwrap())
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json");
            let (app, request) = (app.clone(), put.body(body.to_string()).unwrap());
            tokio::spawn(async move { app.request(request).await })
        });

        let answers = join_all(puts).await;

        let mut told = Vec::new();
        for answer in answers {
            let answer = answer.unwrap();
            assert!(!answer.status.is_server_error(), "{}", answer.describe());
            if let Value::String(secret) = &answer.json()["client_secret"] {
                told.push(secret.clone());
            }
        }
        assert!(!told.is_empty(), "it was in the second half of its time");
        for secret in &told {
            let answer = client.clone().with_secret(secret).introspects("at_x").await;
            assert_eq!(answer.status, 200, "one of {} secrets does not count: {}", told.len(), answer.describe());
        }
    }
}
