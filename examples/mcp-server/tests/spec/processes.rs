//! One and two server processes on one database, and many requests at once for one code or one refresh
//! token. RFC 6749 §4.1.2, RFC 9700 §4.14.

use std::collections::BTreeSet;

use auth_testkit::{is_full_size, proved};
use futures::future::join_all;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};

use crate::{Folder, Server, folder};

/// How many requests come at once.
const AT_ONCE: usize = 64;
const REDIRECT: &str = "https://client.example/callback";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// How many rounds a proof takes: few by default, many when `cargo xtask proofs` asks for them.
fn rounds() -> usize {
    if is_full_size() { 2000 } else { 20 }
}

/// Server processes of one app, a client of it, and the cookies of a person who has allowed it.
struct World {
    servers: Vec<Server>,
    http: Client,
    client_id: String,
    secret: String,
    cookies: String,
    _folder: Folder,
}

/// One form, as its body.
fn form(fields: &[(&str, &str)]) -> String {
    Url::parse_with_params("http://form", fields).unwrap().query().unwrap_or_default().to_owned()
}

impl World {
    async fn of(processes: usize) -> Self {
        let folder = folder().await;
        let first = Server::start_as(&folder, |command| command.env("RATE_LIMIT", "off").env("RUST_LOG", "off")).await;
        let base = first.base.clone();
        let mut servers = vec![first];
        for _ in 1..processes {
            // Another port, and the same address for the world.
            let more = Server::start_as(&folder, |command| {
                command.env("RATE_LIMIT", "off").env("RUST_LOG", "off").env("BASE_URL", &base)
            });
            servers.push(more.await);
        }
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let registration = json!({
            "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "client_secret_post",
            "grant_types": ["authorization_code", "refresh_token"], "client_name": "Races",
        });
        let client: Value = http
            .post(servers[0].url("/api/auth/oauth2/register"))
            .json(&registration)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let text = |name: &str| client[name].as_str().unwrap().to_owned();
        let (client_id, secret) = (text("client_id"), text("client_secret"));
        let mut world = Self { servers, http, client_id, secret, cookies: String::new(), _folder: folder };
        world.signs_up().await;
        world.consents().await;
        world
    }

    fn keeps_cookies_of(&mut self, answer: &Response) {
        for line in answer.headers().get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            if !self.cookies.is_empty() {
                self.cookies.push_str("; ");
            }
            self.cookies.push_str(pair);
        }
    }

    async fn signs_up(&mut self) {
        let person = json!({ "name": "Alice", "email": "alice@example.com", "password": "correct horse battery" });
        let answer = self.http.post(self.servers[0].url("/api/auth/sign-up/email")).json(&person).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        self.keeps_cookies_of(&answer);
    }

    /// Asks for a code at this process; returns where the browser is sent.
    async fn asks(&mut self, process: usize) -> Url {
        let mut url = Url::parse(&self.servers[process].url("/api/auth/oauth2/authorize")).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", REDIRECT),
            ("scope", "openid mcp:tools"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let answer = self.http.get(url.clone()).header("cookie", &self.cookies).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        self.keeps_cookies_of(&answer);
        url.join(answer.headers()["location"].to_str().unwrap()).unwrap()
    }

    async fn consents(&mut self) {
        let page = self.asks(0).await;
        let (_, handle) = page.query_pairs().find(|(name, _)| name == "consent_code").unwrap();
        let answer = self
            .http
            .post(self.servers[0].url("/api/auth/oauth2/consent"))
            .header("cookie", &self.cookies)
            .header("origin", &self.servers[0].base)
            .json(&json!({ "accept": true, "consent_code": handle }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn new_code(&mut self) -> String {
        let back = self.asks(0).await;
        let code = back.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        assert!(code.is_some(), "no code in {back}");
        code.unwrap()
    }

    async fn posts(&self, process: usize, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let own = [("client_id", &*self.client_id), ("client_secret", &self.secret)];
        let body = form(&[fields, &own].concat());
        let request = self.http.post(self.servers[process].url(path)).body(body);
        let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

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

    async fn is_active(&self, token: &str) -> bool {
        let process = self.servers.len() - 1;
        let (status, body) = self.posts(process, "/api/auth/oauth2/introspect", &[("token", token)]).await;
        assert_eq!(status, 200, "{body}");
        body["active"] == true
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
