//! What makes a document one, and where it may be.

use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, WebSite};
use http::StatusCode;
use serde_json::{Value, json};

use super::{HOST, ID, LOCAL, PATH, client, document, is_known, is_shown_why, started, with};
use crate::{app, provider};

#[tokio::test]
async fn attack_80_and_82_a_document_that_does_not_describe_this_client_makes_none() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let mut lacking = Vec::new();
    for member in ["client_id", "client_name", "redirect_uris"] {
        let mut without = document();
        without.as_object_mut().unwrap().remove(member);
        lacking.push(without);
    }
    let others = ["https://client.example/oauth/other.json", "https://CLIENT.example/oauth/client.json", ""];
    let wrong = others.map(|id| with("client_id", id)).into_iter().chain(lacking).chain([
        with("client_secret", "hush"),
        with("client_secret_expires_at", 0),
        with("token_endpoint_auth_method", "client_secret_basic"),
        with("token_endpoint_auth_method", "client_secret_jwt"),
        with("token_endpoint_auth_method", "private_key_jwt"),
        with("redirect_uris", json!([])),
        with("redirect_uris", json!(["javascript:alert(1)"])),
        with("redirect_uris", json!(["http://client.example/callback"])),
        with("redirect_uris", json!("https://client.example/callback")),
        json!([document()]),
        json!("x"),
        Value::Null,
    ]);

    for document in wrong {
        site.says(PATH, &document, "max-age=60");
        let page = is_shown_why(&app, &alice, &client(&app)).await;

        assert!(page.text().contains("cannot be identified"), "{document}: {}", page.describe());
        app.clock.advance(std::time::Duration::from_mins(1));
    }
}

#[tokio::test]
async fn attack_77_and_79_only_a_plain_answer_with_json_is_a_document() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let good = document().to_string();
    let json = [("content-type", "application/json")];
    let elsewhere = [("content-type", "application/json"), ("location", ID)];
    let padded = document().to_string() + &" ".repeat(5 * 1024);
    site.answers("/real.json", StatusCode::OK, &json, good.clone());
    for (what, status, headers, body) in [
        ("a page", StatusCode::OK, &[("content-type", "text/html")][..], good.clone()),
        ("no type", StatusCode::OK, &[], good.clone()),
        ("a script", StatusCode::OK, &[("content-type", "text/javascript")], good.clone()),
        ("created", StatusCode::CREATED, &json, good.clone()),
        ("moved", StatusCode::FOUND, &[("location", "/real.json")], good.clone()),
        ("moved for good", StatusCode::PERMANENT_REDIRECT, &elsewhere, good.clone()),
        ("missing", StatusCode::NOT_FOUND, &json, good.clone()),
        ("too large", StatusCode::OK, &json, padded),
        ("cut off", StatusCode::OK, &json, good[..good.len() - 1].to_owned()),
        ("no text", StatusCode::OK, &json, "\u{feff}".to_owned() + &good),
    ] {
        site.answers(PATH, status, headers, body);
        is_shown_why(&app, &alice, &client(&app)).await;
        app.clock.advance(std::time::Duration::from_mins(1));
        assert_eq!(site.hits("/real.json"), 0, "{what}");
    }
    for relative in ["application/json; charset=utf-8", "application/oauth-client+json"] {
        site.answers(PATH, StatusCode::OK, &[("content-type", relative), ("cache-control", "no-store")], good.clone());
        assert!(is_known(&alice, &client(&app)).await, "{relative}");
        app.clock.advance(std::time::Duration::from_mins(1));
    }
}

#[tokio::test]
async fn attack_81_a_client_id_that_is_no_url_of_a_document_is_not_fetched() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    for id in [
        "https://client.example",
        "https://client.example/",
        "https://client.example/oauth/../oauth/client.json",
        "https://client.example/oauth/%2e%2e/client.json",
        "https://client.example/oauth/client.json#x",
        "https://me@client.example/oauth/client.json",
        "https://client.example:443/oauth/client.json",
        "https://Client.example/oauth/client.json",
        "HTTPS://client.example/oauth/client.json",
        &format!("https://client.example/{}", "x".repeat(300)),
    ] {
        is_shown_why(&app, &alice, &OAuthClient::known(&app, id, LOCAL)).await;
    }
    let plain = is_shown_why(&app, &alice, &OAuthClient::known(&app, "http://client.example/c", LOCAL)).await;
    assert!(plain.text().contains("not registered"), "an id like any other: {}", plain.describe());
    assert_eq!(site.hits(PATH), 0);
}

/// The answer is the same wherever the name leads, so that nobody explores the network by it (87).
#[tokio::test]
async fn attack_75_addresses_of_this_network_are_not_reached() {
    let (app, _site) = started().await;
    let alice = app.alice().await;
    let mut shown = std::collections::BTreeSet::new();
    for host in [
        "127.0.0.1",
        "127.8.9.10",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
        "metadata.google.internal",
        "printer.local",
        "intranet",
    ] {
        let id = format!("https://{host}/client.json");
        let page = is_shown_why(&app, &alice, &OAuthClient::known(&app, &id, LOCAL)).await;
        shown.insert(page.text().to_owned());
    }
    assert_eq!(shown.len(), 1, "{shown:?}");
}

#[tokio::test]
async fn a_redirect_uri_is_one_of_the_document_and_any_port_on_this_machine() {
    let (app, _site) = started().await;
    let alice = app.alice().await;
    for good in ["http://127.0.0.1/callback", "http://127.0.0.1:9/callback", "https://client.example/callback"] {
        assert!(is_known(&alice, &OAuthClient::known(&app, ID, good)).await, "{good}");
    }
    for bad in [
        "http://127.0.0.1:9/other",
        "http://127.0.0.1:9/callback/",
        "http://localhost:9/callback",
        "https://client.example:8443/callback",
        "https://client.example/callback?x",
        "https://evil.example/callback",
    ] {
        let page = is_shown_why(&app, &alice, &OAuthClient::known(&app, ID, bad)).await;
        assert!(page.text().contains("not safe"), "{bad}: {}", page.describe());
    }
}

/// Where nobody has asked a person, no document is fetched for a token.
#[tokio::test]
async fn the_token_endpoint_knows_only_who_was_here_before() {
    let (app, site) = started().await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "x")];

    let answer = client(&app).posts("/oauth2/token", &fields).await;

    answer.fails_with(OAuthErrorCode::InvalidClient);
    assert_eq!(site.hits(PATH), 0);
}

#[tokio::test]
async fn a_document_gives_no_privilege() {
    let (app, site) = started().await;
    let alice = app.alice().await;
    let mut greedy = document();
    for (member, value) in [
        ("skip_consent", json!(true)),
        ("own_scope", json!("mcp:tools")),
        ("declared", json!(true)),
        ("user_id", json!("u1")),
        ("registration_access_token", json!("x")),
        ("grant_types", json!(["authorization_code", "client_credentials"])),
    ] {
        greedy[member] = value;
    }
    site.says(PATH, &greedy, "max-age=60");

    assert!(is_known(&alice, &client(&app)).await, "and the person is asked");

    client(&app).acts_for_itself(&[]).await.fails_with(OAuthErrorCode::UnauthorizedClient);
    let row = app.dump_tables().await;
    let row = row.lines().find(|row| row.contains(ID)).unwrap();
    assert!(!row.contains("client_credentials"), "{row}");
}

/// A pushed request is a first visit too.
#[tokio::test]
async fn a_request_is_pushed_by_a_client_nobody_registered() {
    let (app, site) = started().await;
    let request = client(&app).asks();
    let fields = request.parameters().iter().filter(|(name, _)| name != "client_id");
    let fields: Vec<_> = fields.map(|(name, value)| (name.as_str(), value.as_str())).collect();

    let answer = client(&app).posts("/oauth2/par", &fields).await;
    assert_eq!(answer.status, 201, "{}", answer.describe());

    site.says(PATH, &with("client_id", "https://client.example/other"), "max-age=60");
    app.clock.advance(std::time::Duration::from_mins(2));
    client(&app).posts("/oauth2/par", &fields).await.fails_with(OAuthErrorCode::InvalidClient);
}

#[tokio::test]
async fn the_consent_details_name_the_host_of_the_document() {
    let (app, _site) = started().await;
    let alice = app.alice().await;

    let page = alice.browser.get(client(&app).asks().url().as_str()).await.page();
    let code = page.url.query_pairs().find(|(name, _)| name == "consent_code").unwrap().1.into_owned();
    let mut url = app.endpoint("/oauth2/interaction");
    url.query_pairs_mut().append_pair("consent_code", &code);
    let about = alice.browser.fetches(url.as_str()).await.json();

    assert_eq!((&about["clientHost"], &about["clientId"]), (&json!(HOST), &json!(ID)));
    assert_eq!((&about["redirectTarget"], &about["localProgram"]), (&json!("127.0.0.1"), &json!(true)));
}

/// The certificate is looked at as ever: the root of one name counts for no other.
#[tokio::test]
async fn a_site_without_a_certificate_for_its_name_is_not_believed() {
    let (site, other) = (WebSite::at([HOST]).await, WebSite::at(["other.example"]).await);
    other.says(PATH, &document(), "max-age=60");
    let swapped = other.entries().replace("other.example", HOST);
    let hosts = auth_outbound::DevelopmentHosts::parse(&swapped).unwrap();
    let hosts = hosts.trusting(site.root().as_bytes()).unwrap().trusting(other.root().as_bytes()).unwrap();
    let outbound = auth_outbound::OutboundOptions::new().development_hosts(hosts);
    let provider = provider().outbound(outbound).client_id_documents(auth_oidc_provider::ClientIdDocuments::new());
    let app = app(provider).build().await;
    let alice = app.alice().await;

    is_shown_why(&app, &alice, &client(&app)).await;

    assert_eq!(other.hits(PATH), 0);
}

#[tokio::test]
async fn names_stand_for_this_machine_only_on_this_machine() {
    let site = WebSite::at([HOST]).await;
    let built = auth_core::Auth::builder("https://auth.example.com")
        .secret("0123456789abcdef0123456789abcdef-of-a-test")
        .database("sqlite::memory:")
        .plugins(auth_core::plugins![crate::documents::finding(&site)])
        .build()
        .await;

    let told = built.unwrap_err().to_string();

    assert!(told.contains("development_hosts"), "{told}");
}
