//! Signing out at the wish of a client. OpenID Connect RP-Initiated Logout.

use std::time::Duration;

use auth_testkit::{OAuthClient, Page, Person, Registration, TestApp, Tokens, Visit};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use url::Url;

use super::{FORM, form, signed_in};
use crate::{app, provider};

const GOODBYE: &str = "https://client.example/signed-out";

struct Ready {
    app: TestApp,
    alice: Person,
    client: OAuthClient,
    tokens: Tokens,
}

impl Ready {
    fn url(&self, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.app.endpoint("/oauth2/end-session");
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }

    async fn opens(&self, parameters: &[(&str, &str)]) -> Visit {
        self.alice.browser.get(self.url(parameters).as_str()).await
    }

    /// Opens the end of the session; demands a page that asks, and that Alice is signed in still.
    async fn is_asked(&self, parameters: &[(&str, &str)]) -> Page {
        let before = self.app.dump_tables().await;
        let page = self.opens(parameters).await.page();
        assert_eq!(page.answer.status, 200, "{}", page.describe());
        assert!(page.form().button("Sign out").is_some(), "{}", page.describe());
        assert_eq!(self.app.dump_tables().await, before, "nothing ends until the form is posted");
        assert_eq!(signed_in(&self.alice).await, "alice@example.com");
        page
    }

    /// Says yes on such a page.
    async fn confirms(&self, page: &Page) -> Visit {
        self.alice.browser.fills(page.form(), &[], "Sign out").await
    }
}

fn registration() -> Registration {
    Registration::confidential_basic().with("post_logout_redirect_uris", json!([GOODBYE]))
}

async fn ready() -> Ready {
    let app = app(provider()).build().await;
    let client = app.registers(registration()).await;
    let alice = app.alice().await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    Ready { app, alice, client, tokens }
}

#[tokio::test]
async fn with_the_hint_of_the_session_and_a_registered_uri_it_ends_at_once() {
    let ready = ready().await;
    let cookie = ready.alice.browser.cookie("better-auth.session_token").unwrap();
    let parameters =
        [("id_token_hint", ready.tokens.id()), ("post_logout_redirect_uri", GOODBYE), ("state", "a b&c=d")];

    let request = Request::get(ready.url(&parameters).as_str()).body(Body::empty()).unwrap();
    let answer = ready.alice.browser.sends(request).await;

    assert_eq!(answer.status, 303, "{}", answer.describe());
    assert_eq!(answer.location().as_deref(), Some("https://client.example/signed-out?state=a+b%26c%3Dd"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(ready.alice.browser.cookie("better-auth.session_token"), None);
    // The cookie is worth nothing either, where it was kept.
    let kept = Request::get("/api/auth/get-session").header("cookie", format!("better-auth.session_token={cookie}"));
    assert_eq!(ready.app.request(kept.body(Body::empty()).unwrap()).await.text(), "null");
    assert_eq!(ready.app.count("session").await, 0);
}

#[tokio::test]
async fn without_state_none_is_added() {
    let ready = ready().await;

    let url = ready.opens(&[("id_token_hint", ready.tokens.id()), ("post_logout_redirect_uri", GOODBYE)]).await.away();

    assert_eq!(url.as_str(), GOODBYE);
}

/// Modelled on the intents of the OpenID conformance suite.
#[tokio::test]
async fn a_request_that_is_a_state_and_nothing_else_asks_and_leads_nowhere() {
    let ready = ready().await;

    let page = ready.is_asked(&[("state", "kept")]).await;
    let after = ready.confirms(&page).await.page();

    assert!(after.text().contains("You are signed out"), "{}", after.describe());
    assert_eq!(after.answer.location(), None);
    assert_eq!(signed_in_at_all(&ready).await, Value::Null);
}

#[tokio::test]
async fn an_expired_hint_is_fine() {
    let ready = ready().await;
    ready.app.clock.advance(Duration::from_hours(24));
    assert_eq!(signed_in(&ready.alice).await, "alice@example.com");

    let url = ready.opens(&[("id_token_hint", ready.tokens.id()), ("post_logout_redirect_uri", GOODBYE)]).await.away();

    assert_eq!(url.as_str(), GOODBYE, "RP-Initiated Logout §2");
    assert_eq!(signed_in_at_all(&ready).await, Value::Null);
}

async fn signed_in_at_all(ready: &Ready) -> Value {
    ready.alice.browser.fetches("/api/auth/get-session").await.json()
}

#[tokio::test]
async fn a_post_from_another_site_which_brings_no_cookies_is_the_same() {
    let ready = ready().await;
    let body = form(&[("id_token_hint", ready.tokens.id()), ("post_logout_redirect_uri", GOODBYE), ("state", "s")]);
    let request = Request::post(ready.app.endpoint("/oauth2/end-session").as_str())
        .header("content-type", FORM)
        .header("origin", "https://client.example")
        .body(body)
        .unwrap();

    let answer = ready.app.request(request).await;

    assert_eq!(answer.status, 303, "{}", answer.describe());
    assert_ne!(signed_in_at_all(&ready).await, Value::Null, "a post decides nothing");
    let away = ready.alice.browser.get(&answer.location().unwrap()).await.away();
    assert_eq!(away.as_str(), "https://client.example/signed-out?state=s");
    assert_eq!(signed_in_at_all(&ready).await, Value::Null);
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    let ready = ready().await;

    let page = ready.is_asked(&[]).await;
    let after = ready.confirms(&page).await.page();

    assert!(after.text().contains("You are signed out"), "{}", after.describe());
    assert_eq!(signed_in_at_all(&ready).await, Value::Null);
    assert_eq!(ready.app.count("session").await, 0);
}

#[tokio::test]
async fn a_confirmed_request_leads_on_only_with_an_id_token_of_the_person() {
    let ready = ready().await;
    let goes_to = [("client_id", &*ready.client.client_id), ("post_logout_redirect_uri", GOODBYE), ("state", "kept")];

    // Anybody can register a client: its name alone sends nobody anywhere.
    let page = ready.is_asked(&goes_to).await;
    let after = ready.confirms(&page).await.page();
    assert!(after.text().contains("You are signed out"), "{}", after.describe());

    ready.alice.signs_in().await;
    let [client, uri, state] = goes_to;
    let page = ready.is_asked(&[("id_token_hint", ready.tokens.id()), client, uri, state]).await;
    let url = ready.confirms(&page).await.away();
    assert_eq!(url.as_str(), "https://client.example/signed-out?state=kept");
    assert_eq!(signed_in_at_all(&ready).await, Value::Null);
}

#[tokio::test]
async fn a_hint_without_a_uri_asks_too() {
    let ready = ready().await;

    let page = ready.is_asked(&[("id_token_hint", ready.tokens.id())]).await;

    assert!(page.text().contains("alice@example.com"), "{}", page.describe());
}

#[tokio::test]
async fn the_hint_of_somebody_else_or_of_an_earlier_session_asks() {
    let ready = ready().await;
    let bob = ready.app.bob().await;
    let of_bob = ready.client.exchanges(&bob.authorizes(&ready.client).await).await.succeeds();
    ready.alice.signs_out().await;
    ready.alice.signs_in().await;

    for hint in [of_bob.id(), ready.tokens.id()] {
        ready.is_asked(&[("id_token_hint", hint), ("post_logout_redirect_uri", GOODBYE)]).await;
    }

    assert_eq!(signed_in(&bob).await, "bob@example.com");
}

/// Hints that nobody but a forger makes.
async fn forged(ready: &Ready) -> Vec<(&'static str, String)> {
    let mut parts = ready.tokens.id().split('.');
    let (head, claims, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let header = jsonwebtoken::decode_header(ready.tokens.id()).unwrap();
    let kid = header.kid.clone().unwrap();
    let claims_json: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let jwks = ready.app.get("/api/auth/jwks").await;
    let key = jwks.json()["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap().clone();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |alg: &str| format!("{}.{claims}.", encoded(&json!({ "alg": alg, "typ": "JWT", "kid": kid })));
    let hs256 = |secret: &[u8]| {
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims_json, &EncodingKey::from_secret(secret)).unwrap()
    };
    let own = aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &aws_lc_rs::rand::SystemRandom::new(),
    )
    .unwrap();
    let own_key = EncodingKey::from_ec_der(own.as_ref());
    let es256 = |kid: Option<String>| {
        let header = Header { kid, ..Header::new(Algorithm::ES256) };
        encode(&header, &claims_json, &own_key).unwrap()
    };
    let own_jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&own_key, Algorithm::ES256).unwrap();
    let with_jwk = Header { jwk: Some(own_jwk), kid: Some(kid.clone()), ..Header::new(Algorithm::ES256) };
    let mut other = claims_json.clone();
    other["iss"] = json!("https://evil.example");
    vec![
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("alg nOnE with the signature", format!("{}{signature}", unsigned("nOnE"))),
        ("alg ES256 without a signature", unsigned("ES256")),
        ("no signature", format!("{head}.{claims}.")),
        ("another signature", format!("{head}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 64]))),
        ("other claims", format!("{head}.{}.{signature}", encoded(&other))),
        ("HS256 with our JWK", hs256(key.to_string().as_bytes())),
        ("HS256 with our public key", hs256(&URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap())),
        ("HS256 with nothing", hs256(b"")),
        ("another key under our kid", es256(Some(kid.clone()))),
        ("another key in the header", encode(&with_jwk, &claims_json, &own_key).unwrap()),
        ("no kid", es256(None)),
        ("kid as SQL", es256(Some("' OR 1=1 --".to_owned()))),
        ("kid as a path", es256(Some("../../../../dev/null".to_owned()))),
        ("kid as a URL", es256(Some("https://evil.example/jwks".to_owned()))),
        ("an access token", ready.tokens.access_token.clone()),
        ("nonsense", "a.b.c".to_owned()),
    ]
}

#[tokio::test]
async fn a_forged_hint_proves_nothing() {
    let ready = ready().await;

    for (what, hint) in forged(&ready).await {
        let page = ready.is_asked(&[("id_token_hint", &hint), ("post_logout_redirect_uri", GOODBYE)]).await;
        let after = ready.confirms(&page).await;
        assert!(matches!(after, Visit::Page(_)), "{what}: the URI of a client nobody has named");
        ready.alice.signs_in().await;
    }
}

#[tokio::test]
async fn where_nobody_is_signed_in_nobody_is_sent_on() {
    let ready = ready().await;
    ready.alice.signs_out().await;
    let mut hints = forged(&ready).await;
    hints.push(("a real one", ready.tokens.id().to_owned()));

    for (what, hint) in hints {
        let visit = ready.opens(&[("id_token_hint", &hint), ("post_logout_redirect_uri", GOODBYE)]).await;
        let Visit::Page(page) = visit else { panic!("{what}: a redirector") };
        assert!(page.text().contains("You are signed out"), "{what}: {}", page.describe());
    }
}

#[tokio::test]
async fn a_uri_that_is_not_registered_is_not_opened() {
    let ready = ready().await;

    for uri in [
        "https://evil.example/",
        "https://client.example/signed",
        "https://client.example/signed-out/more",
        "https://client.example/signed-out?more",
        "https://client.example/signed-out#more",
        "https://client.example/Signed-Out",
        "https://client.example.evil.example/signed-out",
        "https://client.example@evil.example/signed-out",
        "https://client.example/callback",
        "javascript:alert(1)",
        "//evil.example",
    ] {
        let parameters = [("id_token_hint", ready.tokens.id()), ("post_logout_redirect_uri", uri), ("state", "s")];
        let page = ready.is_asked(&parameters).await;
        let policy = page.answer.header("content-security-policy").unwrap();
        assert!(!policy.contains("client.example") && !policy.contains("evil"), "{uri}: {policy}");
    }

    let page = ready.is_asked(&[("post_logout_redirect_uri", "https://evil.example/")]).await;
    let after = ready.confirms(&page).await.page();
    assert!(after.text().contains("You are signed out"), "{}", after.describe());
}

#[tokio::test]
async fn a_hint_opens_only_the_uris_of_its_own_client() {
    let ready = ready().await;
    let other = Registration::confidential_basic().with("post_logout_redirect_uris", json!(["https://other.example/"]));
    let other = ready.app.registers(other).await;
    let hint = ready.tokens.id();

    ready.is_asked(&[("id_token_hint", hint), ("post_logout_redirect_uri", "https://other.example/")]).await;
    let both = [("id_token_hint", hint), ("client_id", &*other.client_id)];
    ready.is_asked(&[both[0], both[1], ("post_logout_redirect_uri", "https://other.example/")]).await;
    let page = ready.is_asked(&[both[0], both[1], ("post_logout_redirect_uri", GOODBYE)]).await;

    assert!(matches!(ready.confirms(&page).await, Visit::Page(_)), "two clients are none");
}

/// Posts a form with the cookies of a browser.
async fn posts(ready: &Ready, fields: &[(String, String)]) -> auth_testkit::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let request = Request::post(ready.app.endpoint("/oauth2/end-session").as_str())
        .header("content-type", FORM)
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body(form(&fields))
        .unwrap();
    ready.alice.browser.sends(request).await
}

#[tokio::test]
async fn another_site_cannot_answer_for_the_person() {
    let ready = ready().await;
    let page = ready.is_asked(&[]).await;
    let right = page.form().filled(&[], "Sign out");
    let csrf = page.form().value("csrf").unwrap().to_owned();
    // The page of somebody else carries a token that fits another browser only.
    let mallory = ready.app.person("Mallory", "mallory@example.com");
    mallory.signs_up().await;
    let of_mallory = mallory.browser.get(ready.url(&[]).as_str()).await.page();
    let of_mallory = of_mallory.form().value("csrf").unwrap().to_owned();
    assert_ne!(of_mallory, csrf);

    for value in [None, Some(String::new()), Some("x".to_owned()), Some(of_mallory)] {
        let mut fields = right.clone();
        fields.retain(|(name, _)| name != "csrf");
        fields.extend(value.map(|value| ("csrf".to_owned(), value)));
        let answer = posts(&ready, &fields).await;
        let here = |to: String| to.starts_with("/api/auth/oauth2/end-session?");
        assert!(answer.location().is_none_or(here), "{}", answer.describe());
        assert_eq!(signed_in(&ready.alice).await, "alice@example.com");
    }

    ready.confirms(&page).await.page();
    assert_eq!(signed_in_at_all(&ready).await, Value::Null);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_a_page() {
    let ready = ready().await;
    let before = ready.app.dump_tables().await;
    let mut url = ready.url(&[]);
    url.set_query(Some("state=1&state=2"));

    let page = ready.alice.browser.get(url.as_str()).await.page();

    assert_eq!(page.answer.status, 400, "{}", page.describe());
    assert_eq!(ready.app.dump_tables().await, before);
    assert_eq!(signed_in(&ready.alice).await, "alice@example.com");
}
