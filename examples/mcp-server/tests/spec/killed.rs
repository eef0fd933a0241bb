//! `kill -9` of a server in the middle of what it does for people and clients: what was not answered is whole or
//! not there, and what nobody was told opens nothing.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use auth_core::{database, digest};
use auth_testkit::{is_full_size, proved};
use futures::future::join_all;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait as _, DbBackend};
use serde_json::{Value, json};

use crate::Server;
use crate::world::{REDIRECT, VERIFIER, World};

/// How many requests are on their way when it is killed.
const ON_THEIR_WAY: usize = 8;
/// The longest time from the first request to the kill.
const LONGEST: Duration = Duration::from_millis(30);

/// How often it is killed: a few times by default, often when `cargo xtask proofs` asks for it.
fn kills() -> u32 {
    if is_full_size() { 50 } else { 4 }
}

/// A moment in its own share of the time.
fn moment(number: u32) -> Duration {
    let share = LONGEST / kills();
    let somewhere = u32::try_from(RandomState::new().build_hasher().finish() % 1000).unwrap();
    share * number + share * somewhere / 1000
}

impl World {
    /// Sends these token requests at once and kills the server then; returns what was answered.
    async fn is_killed_after(&mut self, requests: &[Vec<(&str, &str)>], after: Duration) -> Vec<Option<Value>> {
        let mut server = self.servers.remove(0);
        let url = server.url("/api/auth/oauth2/token");
        let answered = {
            let asks = join_all(requests.iter().map(|fields| self.tries(url.clone(), fields)));
            meets_its_end(&mut server, asks, after).await
        };
        self.starts_again().await;
        answered
    }

    /// The number of a table's rows, and the digests of the tokens that work.
    async fn live(&self, table: &'static str) -> BTreeSet<String> {
        let db = database::connect(&self.folder.database_url()).await.unwrap();
        is_sound(&db).await;
        let is_null = |table, column| Expr::col((table, column)).is_null();
        let used = if table == "oauthRefreshToken" { "rotatedAt" } else { "revokedAt" };
        let live = Query::select()
            .column((table, "token"))
            .from(table)
            .inner_join("oauthGrant", Expr::col(("oauthGrant", "id")).equals((table, "grantId")))
            .and_where(is_null("oauthGrant", "revokedAt"))
            .and_where(is_null(table, used))
            .take();
        db.query_all(&live).await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}

/// Sends requests, kills the server at that moment or when all are answered, and returns what came of them.
async fn meets_its_end<T>(server: &mut Server, asks: impl Future<Output = T>, after: Duration) -> T {
    tokio::pin!(asks);
    let answered = tokio::time::timeout(after, &mut asks).await;
    server.is_killed();
    match answered {
        Ok(answered) => answered,
        Err(_) => asks.await,
    }
}

/// What the database itself says of its pages.
async fn is_sound(db: &sea_orm::DatabaseConnection) {
    if db.get_database_backend() == DbBackend::Sqlite {
        let said = db.query_one_raw(sea_orm::Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check")).await;
        assert_eq!(said.unwrap().unwrap().try_get_by_index::<String>(0).unwrap(), "ok");
    }
}

fn redeems(code: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)]
}

fn refreshes(token: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "refresh_token"), ("refresh_token", token)]
}

fn digests<'a>(held: impl IntoIterator<Item = &'a Value>, name: &str) -> BTreeSet<String> {
    held.into_iter().map(|tokens| digest(tokens[name].as_str().unwrap())).collect()
}

/// Cases 20 and 182a.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_a_code_whose_exchange_was_cut_off_gives_one_token_set_at_most() {
    let mut world = World::of(1).await;
    let (mut held, mut lost, mut good): (Vec<Value>, u32, u32) = (Vec::new(), 0, 0);
    for number in 0..kills() {
        let mut codes = Vec::new();
        for _ in 0..ON_THEIR_WAY {
            codes.push(world.new_code().await);
        }
        let requests: Vec<_> = codes.iter().map(|code| redeems(code)).collect();

        let answers = world.is_killed_after(&requests, moment(number)).await;

        for (answer, request) in answers.into_iter().zip(&requests) {
            if let Some(tokens) = answer {
                held.push(tokens);
                continue;
            }
            lost += 1;
            // It was never used, or it is dead along with whatever it gave.
            let (status, body) = world.posts(0, "/api/auth/oauth2/token", request).await;
            match status {
                200 => {
                    good += 1;
                    held.push(body);
                }
                _ => assert_eq!((status, &body["error"]), (400, &json!("invalid_grant"))),
            }
        }
        assert_eq!(world.live("oauthAccessToken").await, digests(&held, "access_token"), "nobody else has one");
        assert_eq!(world.live("oauthRefreshToken").await, digests(&held, "refresh_token"));
    }
    proved(format_args!(
        "a server was killed {} times while it exchanged codes: of {lost} that got no answer {good} were good afterwards and the others dead with all they gave",
        kills()
    ));
}

/// Cases 51 and 182a.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_a_refresh_that_was_cut_off_is_answered_when_it_comes_again() {
    let mut world = World::of(1).await;
    let mut tokens = Vec::new();
    for _ in 0..ON_THEIR_WAY {
        let code = world.new_code().await;
        let (status, body) = world.posts(0, "/api/auth/oauth2/token", &redeems(&code)).await;
        assert_eq!(status, 200, "{body}");
        tokens.push(body);
    }
    let mut lost = 0;
    for number in 0..kills() {
        let used: Vec<String> = tokens.iter().map(|it| it["refresh_token"].as_str().unwrap().to_owned()).collect();
        let requests: Vec<_> = used.iter().map(|token| refreshes(token)).collect();

        let answers = world.is_killed_after(&requests, moment(number)).await;

        tokens.clear();
        for (answer, request) in answers.into_iter().zip(&requests) {
            let answer = if let Some(answer) = answer {
                answer
            } else {
                lost += 1;
                let (status, body) = world.posts(0, "/api/auth/oauth2/token", request).await;
                assert_eq!(status, 200, "whoever lost the answer asks again, and goes on: {body}");
                body
            };
            tokens.push(answer);
        }
        assert_eq!(world.live("oauthRefreshToken").await, digests(&tokens, "refresh_token"), "no family is forked");
    }
    proved(format_args!(
        "a server was killed {} times while it exchanged refresh tokens: {lost} that got no answer got it when they came again, and no family is forked",
        kills()
    ));
}

/// Case 182a.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_a_sign_in_that_was_cut_off_is_whole_or_not_there() {
    let mut world = World::of(1).await;
    let person = json!({ "email": "alice@example.com", "password": "correct horse battery" });
    let mut lost = 0;
    for number in 0..kills() {
        let mut server = world.servers.remove(0);
        let url = server.url("/api/auth/sign-in/email");
        let asks = join_all((0..4).map(|_| world.http.post(&url).json(&person).send()));
        // It takes longer, since the password is hashed.
        let answered = meets_its_end(&mut server, asks, moment(number) * 40).await;
        world.starts_again().await;

        for answer in answered {
            let Ok(answer) = answer else {
                lost += 1;
                continue;
            };
            assert_eq!(answer.status(), 200);
            let cookies = answer.headers().get_all("set-cookie").iter();
            let cookies: Vec<&str> = cookies.filter_map(|line| line.to_str().unwrap().split(';').next()).collect();
            let session = world.http.get(world.servers[0].url("/api/auth/get-session"));
            let session: Value =
                session.header("cookie", cookies.join("; ")).send().await.unwrap().json().await.unwrap();
            assert_eq!(session["user"]["email"], "alice@example.com", "what was answered counts");
        }
        let again =
            world.http.post(world.servers[0].url("/api/auth/sign-in/email")).json(&person).send().await.unwrap();
        assert_eq!(again.status(), 200);
        is_sound(&database::connect(&world.folder.database_url()).await.unwrap()).await;
    }
    proved(format_args!(
        "a server was killed {} times while people signed in: each sign-in that was answered counts, {lost} were not, and everybody signs in again",
        kills()
    ));
}
