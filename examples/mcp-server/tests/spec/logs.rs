//! `RUST_LOG=trace` over a whole life: the log tells what happened, and no credential.

use std::process::Stdio;

use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::{Server, folder};

const PASSWORD: &str = "correct-horse-battery-staple";
const WRONG: &str = "wrong-horse-battery-staple";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const STATE: &str = "state-that-nobody-else-knows";
const NONCE: &str = "nonce-that-nobody-else-knows";
const CALLBACK: &str = "http://127.0.0.1:49152/callback";

/// A person with cookies and a client of their own, who remembers every credential that passes by.
struct Life {
    server: Server,
    http: Client,
    cookies: Vec<(String, String)>,
    secrets: Vec<String>,
}

impl Life {
    fn learns(&mut self, secret: &str) -> String {
        assert!(secret.len() >= 8, "{secret} could stand anywhere by chance");
        self.secrets.push(secret.to_owned());
        secret.to_owned()
    }

    /// Keeps the cookies of an answer, as sent and as signed.
    fn keeps(&mut self, answer: &Response) {
        for line in answer.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                continue;
            }
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
            self.learns(value);
            if let Some((raw, _)) = value.split_once('.') {
                self.learns(raw);
            }
        }
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn posts(&mut self, path: &str, body: &Value) -> Response {
        let request = self.http.post(self.server.url(path)).json(body).header("origin", &self.server.base);
        let answer = request.header("cookie", self.cookie_header()).send().await.unwrap();
        self.keeps(&answer);
        answer
    }

    /// Posts a form as a program does.
    async fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(self.server.url(path)).body(body);
        request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
    }

    /// Asks for a code and allows it; returns the code.
    async fn authorizes(&mut self, client_id: &str) -> String {
        let mut url = Url::parse(&self.server.url("/api/auth/oauth2/authorize")).unwrap();
        url.query_pairs_mut().extend_pairs([
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "openid email mcp:tools"),
            ("state", STATE),
            ("nonce", NONCE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let answer = self.http.get(url).header("cookie", self.cookie_header()).send().await.unwrap();
        self.keeps(&answer);
        let consent = parameter(answer.headers()["location"].to_str().unwrap(), "consent_code");
        self.learns(&consent);
        let body = json!({ "accept": true, "consent_code": consent });
        let answer: Value = self.posts("/api/auth/oauth2/consent", &body).await.json().await.unwrap();
        let code = parameter(answer["redirectURI"].as_str().unwrap(), "code");
        self.learns(&code)
    }

    async fn token(&mut self, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let answer = self.sends("/api/auth/oauth2/token", fields).await;
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap());
        for name in ["access_token", "refresh_token", "id_token"] {
            if let Some(token) = body[name].as_str() {
                self.learns(token);
            }
        }
        (status, body)
    }

    async fn calls(&self, token: &str) -> StatusCode {
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "whoami", "arguments": {} }
        });
        let request = self.http.post(self.server.url("/mcp")).bearer_auth(token).json(&call);
        request.header("accept", "application/json, text/event-stream").send().await.unwrap().status()
    }
}

/// A parameter of a URL, or of a path with a query.
fn parameter(url: &str, name: &str) -> String {
    let url = Url::parse("http://localhost").unwrap().join(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

#[tokio::test]
async fn the_most_verbose_log_of_a_whole_life_holds_no_credential() {
    let folder = folder();
    let path = folder.path().join("log");
    let log = std::fs::File::create(&path).unwrap();
    let server = Server::start_as(&folder, |command| command.env("RUST_LOG", "trace").stderr(Stdio::from(log))).await;
    let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let mut life = Life { server, http, cookies: Vec::new(), secrets: Vec::new() };
    for known in [PASSWORD, WRONG, VERIFIER, STATE, NONCE] {
        life.learns(known);
    }

    let person = json!({ "name": "Alice", "email": "alice@example.com", "password": PASSWORD });
    assert_eq!(life.posts("/api/auth/sign-up/email", &person).await.status(), StatusCode::OK);
    let wrong = json!({ "email": "alice@example.com", "password": WRONG });
    assert_eq!(life.posts("/api/auth/sign-in/email", &wrong).await.status(), StatusCode::UNAUTHORIZED);
    let right = json!({ "email": "alice@example.com", "password": PASSWORD });
    assert_eq!(life.posts("/api/auth/sign-in/email", &right).await.status(), StatusCode::OK);
    let metadata = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let client: Value = life.posts("/api/auth/oauth2/register", &metadata).await.json().await.unwrap();
    let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    life.learns(secret);
    let code = life.authorizes(id).await;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("client_id", id),
        ("client_secret", WRONG),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(life.token(&fields).await.0, StatusCode::UNAUTHORIZED);
    fields[4].1 = secret;
    let (status, tokens) = life.token(&fields).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    assert_eq!(life.calls(tokens["access_token"].as_str().unwrap()).await, StatusCode::OK);
    assert_eq!(life.calls(WRONG).await, StatusCode::UNAUTHORIZED);
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let (status, again) = life.token(&fields).await;
    assert_eq!(status, StatusCode::OK, "{again}");
    assert_eq!(life.token(&fields).await.0, StatusCode::OK, "the same once more");
    let code_again =
        [("grant_type", "authorization_code"), ("code", &code), ("client_id", id), ("client_secret", secret)];
    assert_eq!(life.token(&code_again).await.0, StatusCode::BAD_REQUEST);
    let token = again["access_token"].as_str().unwrap();
    for path in ["/api/auth/oauth2/introspect", "/api/auth/oauth2/revoke"] {
        let fields = [("token", token), ("client_id", id), ("client_secret", secret)];
        let answer = life.sends(path, &fields).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
    let hint = tokens["id_token"].as_str().unwrap().to_owned();
    let mut out = Url::parse(&life.server.url("/api/auth/oauth2/end-session")).unwrap();
    out.query_pairs_mut().extend_pairs([("id_token_hint", hint.as_str()), ("state", STATE)]);
    life.http.get(out).header("cookie", life.cookie_header()).send().await.unwrap();
    assert_eq!(life.posts("/api/auth/sign-out", &json!({})).await.status(), StatusCode::OK);

    let Life { server, secrets, .. } = life;
    drop(server);
    let log = std::fs::read_to_string(path).unwrap();
    for told in ["token.issued", "DEBUG", "request.answered", id] {
        assert!(log.contains(told), "{told} is not in the log");
    }
    assert!(log.lines().count() > 60, "{} lines", log.lines().count());
    assert!(secrets.len() > 15, "{secrets:?}");
    for secret in secrets {
        if let Some(line) = log.lines().find(|line| line.contains(&secret)) {
            panic!("{secret} stands in the log: {line}");
        }
    }
}
