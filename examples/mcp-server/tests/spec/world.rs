//! A client of running servers, and a person who has allowed it.

use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};

use crate::{Folder, Server, folder};

pub(crate) const REDIRECT: &str = "https://client.example/callback";
/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Server processes of one app, a client of it, and the cookies of a person who has allowed it.
pub(crate) struct World {
    pub(crate) servers: Vec<Server>,
    pub(crate) http: Client,
    base: String,
    client_id: String,
    secret: String,
    cookies: String,
    pub(crate) folder: Folder,
}

/// One form, as its body.
fn form(fields: &[(&str, &str)]) -> String {
    Url::parse_with_params("http://form", fields).unwrap().query().unwrap_or_default().to_owned()
}

impl World {
    pub(crate) async fn of(processes: usize) -> Self {
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
        let mut world = Self { servers, http, base, client_id, secret, cookies: String::new(), folder };
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
    pub(crate) async fn asks(&mut self, process: usize) -> Url {
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

    /// The same on the next process, after the first was killed.
    pub(crate) async fn starts_again(&mut self) {
        let base = self.base.clone();
        let again = Server::start_as(&self.folder, |command| {
            command.env("RATE_LIMIT", "off").env("RUST_LOG", "off").env("BASE_URL", &base)
        });
        self.servers = vec![again.await];
    }

    async fn consents(&mut self) {
        let page = self.asks(0).await;
        let (_, handle) = page.query_pairs().find(|(name, _)| name == "consent_code").unwrap();
        let answer = self
            .http
            .post(self.servers[0].url("/api/auth/oauth2/consent"))
            .header("cookie", &self.cookies)
            .header("origin", &self.base)
            .json(&json!({ "accept": true, "consent_code": handle }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }

    pub(crate) async fn new_code(&mut self) -> String {
        let back = self.asks(0).await;
        let code = back.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        assert!(code.is_some(), "no code in {back}");
        code.unwrap()
    }

    pub(crate) async fn posts(&self, process: usize, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let own = [("client_id", &*self.client_id), ("client_secret", &self.secret)];
        let body = form(&[fields, &own].concat());
        let request = self.http.post(self.servers[process].url(path)).body(body);
        let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The same at a server that may be gone by then; nothing where there was no answer.
    pub(crate) async fn tries(&self, url: String, fields: &[(&str, &str)]) -> Option<Value> {
        let own = [("client_id", &*self.client_id), ("client_secret", &self.secret)];
        let body = form(&[fields, &own].concat());
        let request = self.http.post(url).body(body).header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let tokens = answer.json().await.ok()?;
        assert_eq!(status, 200, "{tokens}");
        Some(tokens)
    }

    pub(crate) async fn is_active(&self, token: &str) -> bool {
        let process = self.servers.len() - 1;
        let (status, body) = self.posts(process, "/api/auth/oauth2/introspect", &[("token", token)]).await;
        assert_eq!(status, 200, "{body}");
        body["active"] == true
    }
}
