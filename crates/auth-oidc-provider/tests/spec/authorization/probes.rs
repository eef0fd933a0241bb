//! SQL in any parameter is a value like any other. CWE-89.

use auth_testkit::{Answer, OAuthClient, Person, Registration, TestApp, Tokens, Visit};
use axum::body::Body;
use http::Request;
use serde_json::json;

use super::{changing_nothing, started};

const PROBES: [&str; 9] = [
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "x' OR 1=1 --",
    "'; DROP TABLE \"oauthApplication\"; --",
    "x') UNION SELECT * FROM \"user\" --",
    "%' ESCAPE '\\",
    "\\",
    "$1",
    "?1",
];

/// What a caller learns: the status and the body.
fn learns(answer: &Answer) -> (u16, String) {
    assert!(!answer.status.is_server_error(), "{}", answer.describe());
    (answer.status.as_u16(), answer.text())
}

/// The fields that redeem this code.
fn code(value: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", value),
        ("code_verifier", "v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v-v"),
    ]
}

/// The fields that use this refresh token.
fn refresh(value: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "refresh_token"), ("refresh_token", value)]
}

async fn ready() -> (TestApp, Person, OAuthClient, Tokens) {
    let app = started().await;
    let alice = app.alice().await;
    let client = app.registers(Registration::confidential_basic()).await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();
    (app, alice, client, tokens)
}

#[tokio::test]
async fn a_probe_at_an_endpoint_of_tokens_is_answered_like_any_unknown_value() {
    let (app, _alice, client, tokens) = ready().await;
    let asks = async |path: &'static str, fields: Vec<(&str, &str)>| {
        let answer = changing_nothing(&app, async || client.posts(path, &fields).await).await;
        learns(&answer)
    };

    let unknown = [
        asks("/oauth2/token", code("unknown")).await,
        asks("/oauth2/token", refresh("unknown")).await,
        asks("/oauth2/introspect", vec![("token", "unknown")]).await,
        asks("/oauth2/revoke", vec![("token", "unknown")]).await,
    ];
    for probe in PROBES {
        for value in [probe.to_owned(), format!("at_{probe}"), format!("rt_{probe}"), format!("ac_{probe}")] {
            let probed = [
                asks("/oauth2/token", code(&value)).await,
                asks("/oauth2/token", refresh(&value)).await,
                asks("/oauth2/introspect", vec![("token", &value)]).await,
                asks("/oauth2/revoke", vec![("token", &value)]).await,
            ];
            assert_eq!(probed, unknown, "{value}");
        }
        let hinted = asks("/oauth2/introspect", vec![("token", "unknown"), ("token_type_hint", probe)]).await;
        assert_eq!(hinted, unknown[2], "{probe}");
    }
    client.refreshes(tokens.refresh()).await.succeeds();
}

#[tokio::test]
async fn a_probe_in_the_name_of_a_client_names_nobody() {
    let (app, alice, client, _tokens) = ready().await;
    let known = |id: &str| OAuthClient::known(&app, id, &client.redirect_uri).with_secret("x");

    let unknown = learns(&*known("unknown").introspects("x").await);
    for probe in PROBES {
        let told = changing_nothing(&app, async || learns(&*known(probe).introspects("x").await)).await;
        assert_eq!(told, unknown, "{probe}");
        let mut url = app.url("/api/auth/oauth2/register");
        url.path_segments_mut().unwrap().push(probe);
        let managed = Request::get(url.as_str()).header("authorization", "Bearer reg_x").body(Body::empty()).unwrap();
        let managed = changing_nothing(&app, async || app.request(managed).await).await;
        assert_eq!(managed.status, 401, "{probe}: {}", managed.describe());
        let taken_back = changing_nothing(&app, async || {
            let body = json!({ "client_id": probe });
            alice.browser.post_json("/api/auth/oauth2/delete-consent", &body).await
        });
        assert_eq!(taken_back.await.status, 404, "{probe}");
    }
}

#[tokio::test]
async fn a_probe_in_what_a_browser_brings_is_a_value_like_any_other() {
    let (app, alice, client, _tokens) = ready().await;
    let told = async |path: &str, name: &str, value: &str| {
        let mut url = app.url(path);
        url.query_pairs_mut().append_pair(name, value);
        let answer = changing_nothing(&app, async || alice.browser.fetches(url.as_str()).await).await;
        assert!(!answer.status.is_server_error(), "{}", answer.describe());
        assert_eq!(answer.location(), None, "{path} {name}: {value}");
        (answer.status, answer.text().contains(value))
    };
    let places = [
        ("/consent", "consent_code"),
        ("/api/auth/oauth2/authorize", "interaction"),
        ("/api/auth/oauth2/interaction", "consent_code"),
        ("/api/auth/oauth2/form-post", "answer"),
    ];

    for (path, name) in places {
        let unknown = told(path, name, "unknown").await.0;
        for probe in PROBES {
            assert_eq!(told(path, name, probe).await, (unknown, false), "{path} {name}: {probe}");
        }
    }
    for probe in PROBES {
        // What is kept along with a request comes back as it was, and does nothing on the way.
        let request = client.asks().with("state", probe).with("nonce", probe).with("login_hint", probe);
        match alice.browser.get(request.url().as_str()).await {
            Visit::Away(url) => drop(request.reads(&url).unwrap()),
            Visit::Page(page) => panic!("{probe}: {}", page.describe()),
        }
    }
}

#[tokio::test]
async fn a_probe_in_the_metadata_of_a_client_is_kept_as_words() {
    let (app, _alice, _client, _tokens) = ready().await;

    for probe in PROBES {
        let clients = app.count("oauthApplication").await;
        let registration = Registration::public().with("client_name", probe).with("contacts", json!([probe]));

        let answer = app.tries_to_register(&registration.with("scope", probe)).await;

        assert_eq!(answer.status, 201, "{}", answer.describe());
        assert_eq!(answer.json()["client_name"], probe);
        assert_eq!(app.count("oauthApplication").await, clients + 1);
    }
}
