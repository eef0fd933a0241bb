//! Names of people that only clients of one sector know. OpenID Connect Core §8.

use auth_oidc_provider::{AccessTokenFormat, ClientOption, ResourceOption};
use auth_protocol::OAuthErrorCode;
use auth_testkit::{AuthorizationRequest, Decision, OAuthClient, Person, Registration, TestApp, Tokens};
use serde_json::{Value, json};

use super::refresh::{again, same};
use super::{deletes, signed_in};
use crate::{app, provider};

const ALL: &str = "openid profile email offline_access mcp:tools";
const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";

/// A client at this redirect URI, in the sector of its host.
async fn pairwise(app: &TestApp, redirect_uri: &str) -> OAuthClient {
    let registration = Registration::confidential_basic().redirect_uri(redirect_uri).with("subject_type", "pairwise");
    let registration = registration.with("post_logout_redirect_uris", json!(["https://notes.example/bye"]));
    app.registers(registration).await.with_scope(ALL)
}

async fn tokens(client: &OAuthClient, person: &Person) -> Tokens {
    client.exchanges(&person.authorizes(client).await).await.succeeds()
}

/// What a JWT says; its signature is verified elsewhere.
fn read(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

async fn sub(client: &OAuthClient, person: &Person) -> String {
    read(tokens(client, person).await.id())["sub"].as_str().unwrap().to_owned()
}

async fn id_of(person: &Person) -> String {
    let session = person.browser.fetches("/api/auth/get-session").await.json();
    session["user"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_has_another_name_in_each_sector_and_one_in_each() {
    let app = app(provider()).build().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let notes = pairwise(&app, "https://notes.example/cb").await;
    let notes_too = pairwise(&app, "https://notes.example:8443/other").await;
    let files = pairwise(&app, "https://files.example/cb").await;
    let public = app.registers(Registration::confidential_basic()).await;

    let there = sub(&notes, &alice).await;

    assert_eq!(sub(&public, &alice).await, id_of(&alice).await);
    assert_eq!(sub(&notes, &alice).await, there, "it stays");
    assert_eq!(sub(&notes_too, &alice).await, there, "OIDC Core §8.1: the sector decides");
    let others = [sub(&files, &alice).await, sub(&notes, &bob).await, id_of(&alice).await];
    assert!(!others.contains(&there), "{there} {others:?}");
}

#[tokio::test]
async fn the_client_reads_that_name_wherever_it_reads_one() {
    let jwt = ResourceOption::new("https://files.example")
        .base_scope(["files:read"])
        .access_token_format(AccessTokenFormat::Jwt);
    let app = app(provider().protected_resource(jwt)).build().await;
    let alice = app.alice().await;
    let client = pairwise(&app, "https://notes.example/cb").await;
    let first = tokens(&client, &alice).await;
    let name = read(first.id())["sub"].clone();
    let request = client.asks().with("resource", "https://files.example").with("scope", "openid files:read");
    let signed = client.exchanges(&alice.allows(&request).await).await.succeeds();

    let next = client.refreshes(first.refresh()).await.succeeds();

    let told = [
        read(next.id()),
        read(signed.id()),
        read(&signed.access_token),
        client.userinfo(&first.access_token).await.is_ok(),
        client.userinfo(&signed.access_token).await.is_ok(),
        client.introspects(&first.access_token).await.is_ok(),
        client.introspects(&signed.access_token).await.is_ok(),
        client.introspects(next.refresh()).await.is_ok(),
    ];
    let id = id_of(&alice).await;
    for document in told {
        assert_eq!(document["sub"], name, "{document}");
        assert!(!document.to_string().contains(&id), "{document}");
    }
    let provider: auth_oidc_provider::Provider = app.auth().handle().unwrap();
    let facts = provider.check_access_token(&first.access_token).await.unwrap().unwrap();
    assert_eq!((facts.user_id, json!(facts.subject)), (Some(id), name), "the app itself knows who it is");
}

#[tokio::test]
async fn sessions_have_other_names_there_too() {
    let app = app(provider()).build().await;
    let alice = app.alice().await;
    let sid = async |client: &OAuthClient| read(tokens(client, &alice).await.id())["sid"].clone();
    let (notes, files) =
        (pairwise(&app, "https://notes.example/cb").await, pairwise(&app, "https://files.example/cb").await);

    let there = sid(&notes).await;

    assert_eq!(sid(&notes).await, there);
    assert_ne!(sid(&files).await, there, "it would tell who is who");
    assert_ne!(sid(&app.registers(Registration::confidential_basic()).await).await, there);
}

#[tokio::test]
async fn a_name_outlives_the_app_secret_and_every_restart() {
    const NEW: &str = "k4Vn9Xz2Qm7Ls1Rt6Wp3Hy8Bd5Jc0Gf-new-one";
    let first = app(provider()).build().await;
    let client = pairwise(&first, "https://notes.example/cb").await;
    let alice = first.alice().await;
    let before = sub(&client, &alice).await;

    for previous in [&[auth_testkit::SECRET][..], &[]] {
        let (db, clock) = (first.db().clone(), first.clock.clone());
        let changed = app(provider())
            .configure(move |b| b.database(db).clock(clock).secret(NEW).previous_secrets(previous.iter().copied()))
            .build()
            .await;
        let returned = changed.person("Alice", "alice@example.com");
        returned.signs_in().await;
        assert_eq!(sub(&same(&changed, &client).with_scope(ALL), &returned).await, before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_comes_first_everybody_is_told_the_same_name() {
    let first = app(provider()).build().await;
    let second = again(&first, provider()).await;
    let alice = first.alice().await;
    let mut registered = Vec::new();
    for number in 0..8 {
        registered.push(pairwise(&first, &format!("https://notes.example/{number}")).await);
    }

    let names = futures::future::join_all(registered.iter().enumerate().map(|(index, client)| {
        let instance = if index % 2 == 0 { &first } else { &second };
        let person = instance.person("Alice", "alice@example.com");
        let client = same(instance, client).with_scope(ALL);
        async move {
            person.signs_in().await;
            sub(&client, &person).await
        }
    }))
    .await;

    assert_eq!(first.count("oauthPairwiseSubject").await, 1);
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    assert_ne!(names[0], id_of(&alice).await);
}

/// Asks without a page; the code, or why not.
async fn silently(person: &Person, request: AuthorizationRequest) -> Result<(), OAuthErrorCode> {
    let request = request.with("prompt", "none");
    let url = person.browser.get(request.url().as_str()).await.away();
    request.reads(&url).map(|_| ()).map_err(|error| error.code)
}

#[tokio::test]
async fn a_client_names_people_as_it_knows_them_and_learns_nothing_with_other_names() {
    let app = app(provider()).build().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let notes = pairwise(&app, "https://notes.example/cb").await;
    let files = pairwise(&app, "https://files.example/cb").await;
    let public = app.registers(Registration::confidential_basic()).await.with_scope(ALL);
    let (ours, theirs) = (tokens(&notes, &alice).await, tokens(&files, &alice).await);
    let (of_public, of_bob) = (tokens(&public, &alice).await, tokens(&notes, &bob).await);
    let hinted = |client: &OAuthClient, of: &Tokens| client.asks().with("id_token_hint", of.id());
    let named = |client: &OAuthClient, of: &Tokens| {
        let claims = json!({"id_token": {"sub": {"value": read(of.id())["sub"]}}});
        client.asks().with("claims", claims.to_string())
    };

    assert_eq!(silently(&alice, hinted(&notes, &ours)).await, Ok(()));
    assert_eq!(silently(&alice, named(&notes, &ours)).await, Ok(()));
    // Whether they are the same person or not: the answer is the same.
    for foreign in [&theirs, &of_public, &of_bob] {
        assert_eq!(silently(&alice, hinted(&notes, foreign)).await, Err(OAuthErrorCode::LoginRequired));
        assert_eq!(silently(&alice, named(&notes, foreign)).await, Err(OAuthErrorCode::LoginRequired));
    }
    for foreign in [&ours, &theirs] {
        assert_eq!(silently(&alice, hinted(&public, foreign)).await, Err(OAuthErrorCode::LoginRequired));
        assert_eq!(silently(&alice, named(&public, foreign)).await, Err(OAuthErrorCode::LoginRequired));
    }
    assert_eq!(silently(&alice, hinted(&public, &of_public)).await, Ok(()));
}

#[tokio::test]
async fn whoever_signs_in_as_the_person_hinted_at_goes_on() {
    let app = app(provider()).build().await;
    let (alice, client) = (app.alice().await, pairwise(&app, "https://notes.example/cb").await);
    let hint = tokens(&client, &alice).await;
    let request = client.asks().with("id_token_hint", hint.id()).with("prompt", "login");

    let page = alice.browser.get(request.url().as_str()).await.page();
    assert_eq!(page.url.path(), "/sign-in", "{}", page.describe());
    let code = request.reads(&alice.answers(&page, Decision::Allow).await.away()).unwrap();

    client.exchanges(&code).await.succeeds();
}

#[tokio::test]
async fn its_id_token_ends_the_session() {
    let app = app(provider()).build().await;
    let (alice, bob) = (app.alice().await, app.bob().await);
    let client = pairwise(&app, "https://notes.example/cb").await;
    let tokens_of_bob = tokens(&client, &bob).await;
    let hint = tokens(&client, &alice).await;
    let url = |hint: &Tokens| {
        let mut url = app.endpoint("/oauth2/end-session");
        let pairs = [("id_token_hint", hint.id()), ("post_logout_redirect_uri", "https://notes.example/bye")];
        url.query_pairs_mut().extend_pairs(pairs);
        url
    };

    let asked = alice.browser.get(url(&tokens_of_bob).as_str()).await.page();
    assert_eq!(signed_in(&alice).await, "alice@example.com", "{}", asked.describe());
    let away = alice.browser.get(url(&hint).as_str()).await.away();

    assert_eq!(away.as_str(), "https://notes.example/bye");
    assert_eq!(alice.browser.fetches("/api/auth/get-session").await.json(), Value::Null);
}

#[tokio::test]
async fn a_name_is_never_given_to_somebody_else() {
    let app = app(provider()).build().await;
    let client = pairwise(&app, "https://notes.example/cb").await;
    let alice = app.alice().await;
    let before = sub(&client, &alice).await;

    deletes(&app, &alice).await;
    assert_eq!(app.count("oauthPairwiseSubject").await, 0);

    let returned = app.person("Alice", "alice@example.com");
    returned.signs_up().await;
    assert_ne!(sub(&client, &returned).await, before);
}

#[tokio::test]
async fn a_declared_client_has_a_sector_too() {
    let declared = [
        ClientOption::confidential("notes", SECRET).redirect_uri("https://notes.example/cb").pairwise(),
        ClientOption::confidential("desk", SECRET).redirect_uri("http://127.0.0.1/cb").pairwise_in("notes.example"),
        ClientOption::confidential("files", SECRET).redirect_uri("https://files.example/cb").pairwise(),
    ];
    let app = app(declared.into_iter().fold(provider(), auth_oidc_provider::OidcProvider::client)).build().await;
    let alice = app.alice().await;
    let known = |id: &str, uri: &str| OAuthClient::known(&app, id, uri).with_secret(SECRET);

    let notes = sub(&known("notes", "https://notes.example/cb"), &alice).await;

    assert_eq!(sub(&known("desk", "http://127.0.0.1:4711/cb"), &alice).await, notes);
    assert_ne!(sub(&known("files", "https://files.example/cb"), &alice).await, notes);
    let registered = pairwise(&app, "https://notes.example/other").await;
    assert_eq!(sub(&registered, &alice).await, notes);
}

#[test]
fn a_declared_client_without_a_clear_sector_is_a_complaint() {
    let wrong = provider()
        .client(
            ClientOption::public("two")
                .redirect_uri("https://a.example/")
                .redirect_uri("https://b.example/")
                .pairwise(),
        )
        .client(ClientOption::public("desk").redirect_uri("http://127.0.0.1/cb").pairwise())
        .client(ClientOption::public("url").redirect_uri("https://a.example/").pairwise_in("https://a.example"));

    let error = auth_core::Auth::builder("http://localhost:3000").plugin(wrong).schema().unwrap_err().to_string();

    insta::assert_snapshot!(error, @r#"
    the configuration has 3 problem(s):
      - oidc-provider: client is "two"; give it redirect URIs of one host, or name its sector
      - oidc-provider: client is "desk"; give it redirect URIs of one host, or name its sector
      - oidc-provider: client is "https://a.example"; name the sector of url by a host such as "apps.example.com"
    "#);
}
