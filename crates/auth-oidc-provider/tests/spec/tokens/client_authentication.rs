//! Client authentication. RFC 6749 §2.3, RFC 7591 §2.

use auth_core::digest;
use auth_oidc_provider::entity::client;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{Answer, OAuthClient, Registration, TestApp, Tokens};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::{AS_FORM, are_alive, disables, form, is_refused, posts};
use crate::{app, provider};

/// A client with tokens of Alice.
async fn ready(registration: Registration) -> (TestApp, OAuthClient, Tokens) {
    let app = app(provider()).build().await;
    let client = app.registers(registration).await;
    let code = app.alice().await.authorizes(&client).await;
    let tokens = client.exchanges(&code).await.succeeds();
    (app, client, tokens)
}

fn basic(pair: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// What a stranger tries: an `Authorization` header, and fields of the form.
#[derive(Default)]
struct Tries<'a> {
    header: Option<String>,
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Tries<'a> {
    fn header(header: impl Into<String>) -> Self {
        Self { header: Some(header.into()), fields: Vec::new() }
    }

    fn form(fields: &[(&'a str, &'a str)]) -> Self {
        Self { header: None, fields: fields.to_vec() }
    }

    fn and(mut self, name: &'a str, value: &'a str) -> Self {
        self.fields.push((name, value));
        self
    }

    async fn refreshes(&self, app: &TestApp, tokens: &Tokens) -> Answer {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())];
        fields.extend(&self.fields);
        self.posts(app, "/oauth2/token", &fields).await
    }

    async fn posts(&self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut headers = vec![AS_FORM];
        headers.extend(self.header.as_ref().map(|header| ("authorization", header.as_bytes())));
        posts(app, path, &headers, form(fields)).await
    }

    /// Demands this refusal at every endpoint that authenticates clients, and that nothing changes.
    async fn is_refused(&self, app: &TestApp, tokens: &Tokens, status: u16, error: OAuthErrorCode) {
        let before = app.dump_tables().await;
        is_refused(&self.refreshes(app, tokens).await, status, error);
        let mut fields = vec![("token", &*tokens.access_token)];
        fields.extend(&self.fields);
        for path in ["/oauth2/introspect", "/oauth2/revoke"] {
            is_refused(&self.posts(app, path, &fields).await, status, error);
        }
        assert_eq!(app.dump_tables().await, before, "a refused client changes nothing");
    }
}

#[tokio::test]
async fn a_confidential_client_must_authenticate() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;

    let alone = Tries::form(&[("client_id", &client.client_id)]);
    alone.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    let empty = Tries::form(&[("client_id", &client.client_id), ("client_secret", "")]);
    empty.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    Tries::default().is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;

    are_alive(&client, &tokens).await;
    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let (app, client, tokens) = ready(Registration::confidential_post()).await;
    let secret = client.client_secret.clone().unwrap();
    let truncated: String = secret.chars().take(secret.len() - 1).collect();
    let longer = format!("{secret}x");

    for wrong in ["x", " ", &*truncated, &longer, &secret.to_ascii_uppercase()] {
        let tries = Tries::form(&[("client_id", &client.client_id), ("client_secret", wrong)]);
        tries.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    }

    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    let (app, client, tokens) = ready(Registration::confidential_post()).await;

    let unknown = Tries::form(&[("client_id", "nobody"), ("client_secret", "x")]);
    unknown.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    let wrong = Tries::form(&[("client_id", &client.client_id), ("client_secret", "x")]);

    let (unknown, wrong) = (unknown.refreshes(&app, &tokens).await, wrong.refreshes(&app, &tokens).await);
    assert_eq!(unknown.text(), wrong.text());
}

#[tokio::test]
async fn a_disabled_client_can_do_nothing_and_its_tokens_are_dead() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let basic = basic(format!("{}:{}", client.client_id, client.client_secret.as_deref().unwrap()));
    disables(&app, &client).await;

    Tries::header(basic).is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
}

#[tokio::test]
async fn a_client_authenticates_in_one_way_at_a_time() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let secret = client.client_secret.clone().unwrap();
    let right = basic(format!("{}:{secret}", client.client_id));

    let twice = Tries::header(right.clone()).and("client_secret", &secret);
    twice.is_refused(&app, &tokens, 400, OAuthErrorCode::InvalidRequest).await;
    let assertion = Tries::header(right.clone()).and("client_assertion", "e30.e30.x");
    assertion.is_refused(&app, &tokens, 400, OAuthErrorCode::InvalidRequest).await;
    let somebody_else = Tries::header(right.clone()).and("client_id", "somebody-else");
    somebody_else.is_refused(&app, &tokens, 400, OAuthErrorCode::InvalidRequest).await;

    let same = Tries::header(right).and("client_id", &client.client_id).refreshes(&app, &tokens).await;
    assert_eq!(same.status, 200, "the same client_id is no second way: {}", same.describe());
}

#[tokio::test]
async fn two_authorization_headers_are_refused() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let right = basic(format!("{}:{}", client.client_id, client.client_secret.as_deref().unwrap()));
    let body = form(&[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())]);
    let before = app.dump_tables().await;

    let headers = [AS_FORM, ("authorization", right.as_bytes()), ("authorization", right.as_bytes())];
    let answer = posts(&app, "/oauth2/token", &headers, body).await;

    is_refused(&answer, 400, OAuthErrorCode::InvalidRequest);
    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn a_client_registered_for_basic_uses_nothing_else() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let secret = client.client_secret.clone().unwrap();

    let post = Tries::form(&[("client_id", &client.client_id), ("client_secret", &secret)]);
    post.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    let assertion = Tries::form(&[
        ("client_id", &client.client_id),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "e30.e30.x"),
    ]);
    assertion.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;

    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn a_client_registered_for_post_does_not_use_basic() {
    let (app, client, tokens) = ready(Registration::confidential_post()).await;
    let right = basic(format!("{}:{}", client.client_id, client.client_secret.as_deref().unwrap()));

    Tries::header(right).is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;

    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_send() {
    let (app, client, tokens) = ready(Registration::public_on_the_web()).await;

    let post = Tries::form(&[("client_id", &client.client_id), ("client_secret", "x")]);
    post.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    let header = Tries::header(basic(format!("{}:x", client.client_id)));
    header.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;

    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn malformed_basic_credentials_are_refused() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let (id, secret) = (client.client_id.clone(), client.client_secret.clone().unwrap());
    let right = format!("{id}:{secret}");
    let mut not_text = right.clone().into_bytes();
    not_text.push(0xFF);

    for header in [
        basic(format!("{id}{secret}")),
        basic(format!(":{secret}")),
        basic(format!("{id}:")),
        basic(":"),
        basic(""),
        basic(not_text),
        basic(format!("{right}\n")),
        basic(format!("{id}:%FF{secret}")),
        basic(format!("{id}:{}", "x".repeat(1024 * 1024))),
        format!("Basic {right}"),
        format!("Basic {}!", STANDARD.encode(&right)),
        "Basic".to_owned(),
        format!("Bearer {}", tokens.access_token),
        format!("Digest {}", STANDARD.encode(&right)),
        STANDARD.encode(&right),
    ] {
        Tries::header(header).is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    }

    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn an_authorization_header_that_is_no_text_is_refused() {
    let (app, _client, tokens) = ready(Registration::confidential_basic()).await;
    let body = form(&[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh())]);
    let before = app.dump_tables().await;

    let answer = posts(&app, "/oauth2/token", &[AS_FORM, ("authorization", b"Basic \xFF\xFE")], body).await;

    is_refused(&answer, 401, OAuthErrorCode::InvalidClient);
    assert_eq!(app.dump_tables().await, before);
}

#[tokio::test]
async fn basic_credentials_are_form_decoded() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let encoded = |text: &str| text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let secret = client.client_secret.as_deref().unwrap();
    let header = basic(format!("{}:{}", encoded(&client.client_id), encoded(secret)));

    let answer = Tries::header(header).refreshes(&app, &tokens).await;

    assert_eq!(answer.status, 200, "RFC 6749 §2.3.1: {}", answer.describe());
}

#[tokio::test]
async fn a_secret_may_hold_a_colon() {
    let (app, client, tokens) = ready(Registration::confidential_basic()).await;
    let secret = client.client_secret.clone().unwrap();
    let more = Tries::header(basic(format!("{}:{secret}:more", client.client_id)));
    more.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;

    // The secrets we draw hold no colon; one that was taken over from elsewhere may.
    let taken_over = client::Entity::update_many()
        .col_expr(client::Column::ClientSecret, Expr::value(digest(&format!("{secret}:more%"))))
        .filter(client::Column::ClientId.eq(&client.client_id));
    taken_over.exec(app.db()).await.unwrap();

    let half = Tries::header(basic(format!("{}:{secret}", client.client_id)));
    half.is_refused(&app, &tokens, 401, OAuthErrorCode::InvalidClient).await;
    for sent in [format!("{secret}%3Amore%25"), format!("{secret}:more%25")] {
        let whole = Tries::header(basic(format!("{}:{sent}", client.client_id)));
        let fields = [("token", "unknown")];
        let answer = whole.posts(&app, "/oauth2/introspect", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.describe());
    }
}
