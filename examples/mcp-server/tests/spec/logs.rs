//! `RUST_LOG=trace` over a whole life: the log tells what happened, and no credential.

use std::process::Stdio;

use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
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
const APP_SECRET: &str = "Zt7Qw3nB9xLc5vRk1mHs8yPd4gJf6aEu";
const CALLBACK: &str = "http://127.0.0.1:49152/callback";

/// A person with cookies and a client of their own, who remembers every credential that passes by.
struct Life {
    server: Server,
    http: Client,
    cookies: Vec<(String, String)>,
    secrets: Vec<String>,
}

/// What came back, once its credentials are learnt.
struct Answer {
    status: StatusCode,
    /// Where it sends a browser, if it does.
    location: Option<Url>,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn location(&self) -> Url {
        assert!(self.location.is_some(), "{}: {}", self.status, self.body);
        self.location.clone().unwrap()
    }
}

impl Life {
    fn learns(&mut self, secret: &str) {
        assert!(secret.len() >= 8, "{secret} could stand anywhere by chance");
        if !self.secrets.iter().any(|known| known == secret) {
            self.secrets.push(secret.to_owned());
        }
    }

    /// Sends a request with all cookies, and learns every credential of what comes back.
    async fn sends(&mut self, request: RequestBuilder) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let answer = request.header("cookie", cookies).send().await.unwrap();
        self.keeps(&answer);
        let location = answer.headers().get("location").map(|to| answer.url().join(to.to_str().unwrap()).unwrap());
        for (name, value) in location.iter().flat_map(Url::query_pairs) {
            self.learns_member(&name, &value);
        }
        let (status, is_json, is_page) = (answer.status(), is_a(&answer, "json"), is_a(&answer, "html"));
        let body = answer.text().await.unwrap();
        if is_json {
            self.learns_all(&serde_json::from_str(&body).unwrap());
        }
        if is_page {
            for (_, value) in hidden(&body) {
                self.learns(&value);
            }
        }
        Answer { status, location, body }
    }

    /// Keeps the cookies of an answer; learns them as sent, decoded, and in the parts of what is signed.
    fn keeps(&mut self, answer: &Response) {
        for line in answer.headers().get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if value.is_empty() {
                continue;
            }
            self.cookies.push((name.to_owned(), value.to_owned()));
            for form in [value.to_owned(), decoded(value)] {
                self.learns(&form);
                for part in form.split_once('.').map(|(raw, signature)| [raw, signature]).into_iter().flatten() {
                    self.learns(part);
                }
            }
        }
    }

    /// Learns what a JSON body holds under the name of a credential, however deep.
    fn learns_all(&mut self, body: &Value) {
        match body {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(value) => self.learns_member(name, value),
                        _ => self.learns_all(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learns_all(item)),
            _ => {}
        }
    }

    fn learns_member(&mut self, name: &str, value: &str) {
        let name = name.to_ascii_lowercase();
        let is_secret = ["token", "secret", "code", "password"].iter().any(|word| name.contains(word));
        // How a credential is made or sent: `token_type`, `id_token_signed_response_alg`.
        let is_word = ["_type", "_method", "_alg"].iter().any(|end| name.ends_with(end));
        // The code of an error: `INVALID_EMAIL_OR_PASSWORD`.
        let is_error = name == "code" && value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        if is_secret && !is_word && !is_error {
            self.learns(value);
        }
    }

    async fn gets(&mut self, url: Url) -> Answer {
        self.sends(self.http.get(url)).await
    }

    async fn posts(&mut self, path: &str, body: &Value) -> Answer {
        let request = self.http.post(self.server.url(path)).json(body);
        self.sends(request.header("origin", &self.server.base)).await
    }

    /// Posts a form as a program does, which has no cookies.
    async fn posts_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookies = std::mem::take(&mut self.cookies);
        let answer = self.sends(form(self.http.post(self.server.url(path)), fields)).await;
        self.cookies = cookies;
        answer
    }

    /// Fills in the form of a page and sends it, as a browser does.
    async fn fills_in(&mut self, page: Url, fields: &[(&str, &str)]) -> Answer {
        let shown = self.gets(page.clone()).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
        let kept = hidden(&shown.body);
        assert!(!kept.is_empty(), "{}", shown.body);
        let fields: Vec<(&str, &str)> =
            kept.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(fields.iter().copied()).collect();
        let action = attribute(&shown.body, "<form method=\"post\"", "action").unwrap();
        let request = form(self.http.post(page.join(&action).unwrap()), &fields);
        self.sends(request.header("origin", &self.server.base)).await
    }

    fn authorize_url(&self, client_id: &str) -> Url {
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
        url
    }

    /// Asks for a code and allows it, as an app with pages of its own does; returns the code.
    async fn authorizes(&mut self, client_id: &str) -> String {
        let asked = self.gets(self.authorize_url(client_id)).await;
        assert_eq!(asked.status, StatusCode::FOUND, "{}", asked.body);
        let consent = parameter(&asked.location(), "consent_code");
        let allowed = self.posts("/api/auth/oauth2/consent", &json!({ "accept": true, "consent_code": consent })).await;
        assert_eq!(allowed.status, StatusCode::OK, "{}", allowed.body);
        let code = parameter(&Url::parse(allowed.json()["redirectURI"].as_str().unwrap()).unwrap(), "code");
        self.learns(&code);
        code
    }

    /// Asks for a code, signs in and allows it on the built-in pages; returns the code.
    async fn authorizes_on_pages(&mut self, client_id: &str) -> String {
        let mut url = self.authorize_url(client_id);
        url.query_pairs_mut().append_pair("prompt", "consent");
        let asked = self.gets(url).await;
        assert_eq!((asked.status, asked.location().path()), (StatusCode::FOUND, "/sign-in"));
        let person = [("email", "alice@example.com"), ("password", PASSWORD)];
        let signed_in = self.fills_in(asked.location(), &person).await;
        assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{}", signed_in.body);
        let asked_again = self.gets(signed_in.location()).await;
        assert_eq!((asked_again.status, asked_again.location().path()), (StatusCode::FOUND, "/consent"));
        let allowed = self.fills_in(asked_again.location(), &[("decision", "allow")]).await;
        assert_eq!(allowed.status, StatusCode::SEE_OTHER, "{}", allowed.body);
        parameter(&allowed.location(), "code")
    }

    async fn token(&mut self, fields: &[(&str, &str)]) -> Answer {
        self.posts_form("/api/auth/oauth2/token", fields).await
    }

    async fn calls(&self, token: &str) -> StatusCode {
        let call = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "whoami", "arguments": {} }
        });
        let request = self.http.post(self.server.url("/mcp")).bearer_auth(token).json(&call);
        request.header("accept", "application/json, text/event-stream").send().await.unwrap().status()
    }
}

fn is_a(answer: &Response, kind: &str) -> bool {
    answer.headers().get("content-type").is_some_and(|is| is.to_str().unwrap().contains(kind))
}

fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.body(body).header("content-type", "application/x-www-form-urlencoded")
}

/// The hidden fields of the forms of a page, by name.
fn hidden(page: &str) -> Vec<(String, String)> {
    let fields = page.split("<input type=\"hidden\"").skip(1);
    fields.map(|field| (attribute(field, "", "name").unwrap(), attribute(field, "", "value").unwrap())).collect()
}

/// The attribute of the first element that begins so.
fn attribute(page: &str, element: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(element)?;
    let (element, _) = rest.split_once('>')?;
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let mut value = value.to_owned();
    for (entity, is) in
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&"), ("&amp;", "&")]
    {
        value = value.replace(entity, is);
    }
    Some(value)
}

/// A value without its percent-encoding.
fn decoded(value: &str) -> String {
    let query = format!("value={}", value.replace('+', "%2B"));
    form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned()
}

/// A parameter of a URL.
fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// Signs up and in, by the wrong password too, and registers a client; returns its id and secret.
async fn arrives(life: &mut Life) -> (String, String) {
    let person = json!({ "name": "Alice", "email": "alice@example.com", "password": PASSWORD });
    assert_eq!(life.posts("/api/auth/sign-up/email", &person).await.status, StatusCode::OK);
    let wrong = json!({ "email": "alice@example.com", "password": WRONG });
    assert_eq!(life.posts("/api/auth/sign-in/email", &wrong).await.status, StatusCode::UNAUTHORIZED);
    let right = json!({ "email": "alice@example.com", "password": PASSWORD });
    assert_eq!(life.posts("/api/auth/sign-in/email", &right).await.status, StatusCode::OK);
    let session = Url::parse(&life.server.url("/api/auth/get-session")).unwrap();
    assert_eq!(life.gets(session).await.status, StatusCode::OK);
    let metadata = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let client = life.posts("/api/auth/oauth2/register", &metadata).await;
    assert_eq!(client.status, StatusCode::CREATED, "{}", client.body);
    let member = |name: &str| client.json()[name].as_str().unwrap().to_owned();
    (member("client_id"), member("client_secret"))
}

/// Uses every endpoint that takes a token or gives one, rightly and wrongly; returns an ID token.
async fn lives(life: &mut Life, id: &str, secret: &str) -> String {
    let code = life.authorizes(id).await;
    let mut fields = code_fields(&code, id, WRONG);
    assert_eq!(life.token(&fields).await.status, StatusCode::UNAUTHORIZED);
    fields = code_fields(&code, id, secret);
    let tokens = life.token(&fields).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    let tokens = tokens.json();
    assert_eq!(life.calls(tokens["access_token"].as_str().unwrap()).await, StatusCode::OK);
    assert_eq!(life.calls(WRONG).await, StatusCode::UNAUTHORIZED);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", id), ("client_secret", secret)];
    let again = life.token(&fields).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(life.token(&fields).await.status, StatusCode::OK, "the same once more");
    let code_again =
        [("grant_type", "authorization_code"), ("code", &code), ("client_id", id), ("client_secret", secret)];
    assert_eq!(life.token(&code_again).await.status, StatusCode::BAD_REQUEST);
    let again = again.json();
    for path in ["/api/auth/oauth2/introspect", "/api/auth/oauth2/revoke"] {
        let fields = [("token", again["access_token"].as_str().unwrap()), ("client_id", id), ("client_secret", secret)];
        assert_eq!(life.posts_form(path, &fields).await.status, StatusCode::OK, "{path}");
    }
    tokens["id_token"].as_str().unwrap().to_owned()
}

fn code_fields<'a>(code: &'a str, id: &'a str, secret: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("client_id", id),
        ("client_secret", secret),
        ("code_verifier", VERIFIER),
    ]
}

#[tokio::test]
async fn the_most_verbose_log_of_a_whole_life_holds_no_credential() {
    let folder = folder().await;
    let path = folder.path().join("log");
    let log = std::fs::File::create(&path).unwrap();
    let settings = [("RUST_LOG", "trace"), ("AUTH_SECRET", APP_SECRET)];
    let server = Server::start_as(&folder, |command| command.envs(settings).stderr(Stdio::from(log))).await;
    let http = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let mut life = Life { server, http, cookies: Vec::new(), secrets: Vec::new() };
    for known in [PASSWORD, WRONG, VERIFIER, STATE, NONCE, APP_SECRET] {
        life.learns(known);
    }

    let (id, secret) = arrives(&mut life).await;
    let hint = lives(&mut life, &id, &secret).await;
    let mut out = Url::parse(&life.server.url("/api/auth/oauth2/end-session")).unwrap();
    out.query_pairs_mut().extend_pairs([("id_token_hint", hint.as_str()), ("state", STATE)]);
    let ended = life.fills_in(out, &[]).await;
    assert_eq!(ended.status, StatusCode::OK, "{}", ended.body);
    assert!(ended.body.contains("You are signed out"), "{}", ended.body);
    let code = life.authorizes_on_pages(&id).await;
    let tokens = life.token(&code_fields(&code, &id, &secret)).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    assert_eq!(life.posts("/api/auth/sign-out", &json!({})).await.status, StatusCode::OK);

    let Life { server, secrets, .. } = life;
    drop(server);
    let log = std::fs::read_to_string(path).unwrap();
    for told in ["token.issued", "DEBUG", "request.answered", &id] {
        assert!(log.contains(told), "{told} is not in the log");
    }
    assert!(log.lines().count() > 60, "{} lines", log.lines().count());
    assert!(secrets.len() > 30, "{secrets:?}");
    for secret in secrets {
        if let Some(line) = log.lines().find(|line| line.contains(&secret)) {
            panic!("{secret} stands in the log: {line}");
        }
    }
}
