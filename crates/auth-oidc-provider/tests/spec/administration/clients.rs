//! Clients that operators make, change and delete.

use std::time::Duration;

use auth_oidc_provider::ClientOption;
use auth_protocol::OAuthErrorCode;
use auth_testkit::{OAuthClient, Registration};
use http::Method;
use jsonwebtoken::{Algorithm, decode_header};
use serde_json::{Value, json};

use super::{CALLBACK, administered, asks, at, client, gets, is_refused, makes, olga, patches, started, web};
use crate::app;
use crate::authorization::changing_nothing;
use crate::tokens::are_alive;
use crate::tokens::refresh::again;

#[tokio::test]
async fn a_client_that_an_operator_makes_signs_people_in_and_its_secret_is_told_once() {
    let (app, olga) = started().await;

    let made = makes(&olga, "/clients", web()).await;

    assert_eq!((&made["client_secret_expires_at"], &made["declared"]), (&json!(0), &json!(false)));
    assert_eq!(made.get("registration_access_token"), None, "an operator keeps it");
    let client = client(&app, &made);
    let tokens = client.exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();
    are_alive(&client, &tokens).await;
    let mut read = gets(&olga, &at(&made)).await.json();
    assert_eq!(read.get("client_secret"), None);
    read["client_secret"] = made["client_secret"].clone();
    assert_eq!(read, made);
    app.stores_no_secret().await;
}

#[tokio::test]
async fn an_operator_says_by_which_algorithms_a_client_is_answered() {
    let (app, olga) = started().await;
    let mut body = web();
    body["userinfo_signed_response_alg"] = json!("EdDSA");
    let made = makes(&olga, "/clients", body).await;
    let client = client(&app, &made).with_headers(&[("accept", "application/token-introspection+jwt")]);
    let tokens = client.exchanges(&app.alice().await.authorizes(&client).await).await.succeeds();
    let signed_with = async || {
        let answers = [client.userinfo(&tokens.access_token).await, client.introspects(&tokens.access_token).await];
        answers.map(|answer| decode_header(answer.text()).ok().map(|header| header.alg))
    };
    assert_eq!(signed_with().await, [Some(Algorithm::EdDSA), Some(Algorithm::ES256)]);

    let told = patches(&olga, &at(&made), json!({"introspection_signed_response_alg": "RS256"})).await.json();

    assert_eq!(told["userinfo_signed_response_alg"], "EdDSA", "what is absent stays");
    assert_eq!(signed_with().await, [Some(Algorithm::EdDSA), Some(Algorithm::RS256)]);
    let told = patches(&olga, &at(&made), json!({"userinfo_signed_response_alg": null})).await.json();
    assert_eq!(told.get("userinfo_signed_response_alg"), None, "what is null goes");
    assert_eq!(told["introspection_signed_response_alg"], "RS256");
    assert_eq!(signed_with().await, [None, Some(Algorithm::RS256)]);
}

#[tokio::test]
async fn a_client_that_gets_no_id_tokens_is_not_told_how_they_are_signed() {
    let (_app, olga) = started().await;
    let member = "id_token_signed_response_alg";
    let machine = makes(&olga, "/clients", json!({"own_scope": "notes:write"})).await;
    let made = makes(&olga, "/clients", web()).await;
    assert_eq!((machine.get(member), &made[member]), (None, &json!("ES256")));

    let told = patches(&olga, &at(&made), json!({"scope": "mcp:tools"})).await.json();

    assert_eq!(told.get(member), None, "a change of something else does not name it");
}

#[tokio::test]
async fn nobody_is_asked_about_a_client_an_operator_vouches_for() {
    let (app, olga) = started().await;
    let mut body = web();
    body["skip_consent"] = json!(true);

    let client = client(&app, &makes(&olga, "/clients", body).await);

    let alice = app.alice().await;
    let visit = alice.browser.get(client.asks().url().as_str()).await.away();
    assert!(visit.as_str().starts_with(CALLBACK) && visit.query().unwrap().contains("code="), "{visit}");
    let elsewhere = json!({"redirect_uris": ["https://client.example/other"]});
    let moved = patches(&olga, &format!("/clients/{}", client.client_id), elsewhere).await.json();
    assert_eq!(moved["skip_consent"], true, "it is an operator who moved it");
}

#[tokio::test]
async fn a_machine_acts_within_the_scope_an_operator_gives_it() {
    let (app, olga) = started().await;
    let document = app.get("/.well-known/oauth-authorization-server").await.json();
    assert!(document["grant_types_supported"].as_array().unwrap().contains(&json!("client_credentials")));

    let made = makes(&olga, "/clients", json!({"client_name": "Robot", "own_scope": "notes:write"})).await;

    assert_eq!(made["grant_types"], json!(["client_credentials"]));
    assert_eq!(made["token_endpoint_auth_method"], "client_secret_basic");
    let robot = client(&app, &made);
    assert_eq!(robot.acts_for_itself(&[]).await.succeeds().scopes(), ["notes:write"]);
    robot.acts_for_itself(&[("scope", "mcp:tools")]).await.fails_with(OAuthErrorCode::InvalidScope);
    changing_nothing(&app, async || {
        for bad in [
            json!({"own_scope": "openid"}),
            json!({"own_scope": "notes:write offline_access"}),
            json!({"own_scope": "notes:erase"}),
            json!({"own_scope": "\u{0}"}),
            json!({"own_scope": "notes:write", "token_endpoint_auth_method": "none"}),
            json!({"client_name": "Nothing"}),
            json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "client_secret_basic"}),
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            json!({"redirect_uris": CALLBACK}),
            json!({"redirect_uris": [CALLBACK, "http://client.example/"]}),
            json!({"redirect_uris": [CALLBACK], "post_logout_redirect_uris": ["javascript:alert(1)"]}),
            json!({"redirect_uris": [CALLBACK], "own_scope": "notes:write", "grant_types": []}),
            json!({"redirect_uris": [CALLBACK], "user_id": "nobody"}),
            json!({"redirect_uris": [CALLBACK], "user_id": "\u{0}"}),
            json!({"redirect_uris": [CALLBACK], "user_id": "é"}),
        ] {
            is_refused(&asks(&olga, Method::POST, "/clients", Some(&bad)).await, 400, "INVALID_CLIENT_METADATA");
        }
        for shape in [json!({"skip_consent": "yes"}), json!({"disabled": 1}), json!({"own_scope": []}), json!([])] {
            is_refused(&asks(&olga, Method::POST, "/clients", Some(&shape)).await, 400, "VALIDATION_ERROR");
        }
    })
    .await;
}

fn names(page: &Value) -> Vec<String> {
    page["clients"].as_array().unwrap().iter().map(|one| one["client_name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn clients_are_listed_page_by_page_the_newest_first() {
    let (app, olga) = started().await;
    for number in 1..=5 {
        makes(&olga, "/clients", json!({"client_name": format!("C{number}"), "redirect_uris": [CALLBACK]})).await;
        app.clock.advance(Duration::from_secs(1));
    }

    let mut path = "/clients?limit=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = gets(&olga, &path).await.json();
        pages.push(names(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/clients?limit=2&cursor={cursor}");
    }

    assert_eq!(pages, [vec!["C5", "C4"], vec!["C3", "C2"], vec!["C1"]]);
    assert_eq!(names(&gets(&olga, "/clients?limit=5").await.json()).len(), 5);
    assert_eq!(gets(&olga, "/clients?limit=5").await.json().get("next_cursor"), None, "there is no further one");
    let cursor = path.rsplit_once('=').unwrap().1;
    let forged = cursor.replacen(&cursor[..4], "AAAA", 1);
    for query in ["limit=0", "limit=101", "limit=x", "limit=", "cursor=", "cursor=x.y", &format!("cursor={forged}")] {
        is_refused(&gets(&olga, &format!("/clients?{query}")).await, 400, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn what_is_left_out_of_a_change_stays_and_what_is_null_goes() {
    let (_app, olga) = started().await;
    let mut body = web();
    body["client_uri"] = json!("https://client.example");
    body["contacts"] = json!(["ops@client.example"]);
    let made = makes(&olga, "/clients", body).await;

    let changed = patches(&olga, &at(&made), json!({"client_name": "Desk 2", "client_uri": null})).await.json();

    let mut expected = made.clone();
    expected["client_name"] = json!("Desk 2");
    expected.as_object_mut().unwrap().remove("client_uri");
    expected.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(changed, expected);
    let ignored = json!({"client_id": "other", "client_secret": "mine", "declared": true, "made-up": 1});
    assert_eq!(patches(&olga, &at(&made), ignored).await.json(), expected);
}

#[tokio::test]
async fn a_disabled_client_can_do_nothing_until_it_is_enabled() {
    let (app, olga) = started().await;
    let made = makes(&olga, "/clients", web()).await;
    let client = client(&app, &made);
    let alice = app.alice().await;
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    assert_eq!(patches(&olga, &at(&made), json!({"disabled": true})).await.json()["disabled"], true);

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidClient);
    assert_eq!(alice.browser.get(client.asks().url().as_str()).await.page().answer.status, 400);
    patches(&olga, &at(&made), json!({"disabled": false})).await;
    are_alive(&client, &tokens).await;
}

#[tokio::test]
async fn a_client_that_is_vouched_for_no_longer_manages_itself() {
    for trust in [json!({"skip_consent": true}), json!({"own_scope": "notes:write"})] {
        let (app, olga) = started().await;
        let registered = app.registers(Registration::confidential_basic()).await;
        let manages = async || {
            let token = registered.registration["registration_access_token"].as_str().unwrap();
            let uri = registered.registration["registration_client_uri"].as_str().unwrap();
            let request = http::Request::get(uri).header("authorization", format!("Bearer {token}"));
            app.request(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
        };
        assert_eq!(manages().await, 200);

        let answer = patches(&olga, &at(&registered.registration), trust).await;

        assert_eq!(answer.status, 200, "{}", answer.describe());
        assert_eq!(manages().await, 401);
    }
}

#[tokio::test]
async fn a_declared_client_can_be_disabled_and_nothing_else() {
    const SECRET: &str = "v3Yf0Tq9sLw2Xz8Rk5Jm1Hn7Pb4Gd6Ca";
    let with = || administered().client(ClientOption::confidential("own", SECRET).redirect_uri(CALLBACK));
    let app = app(with()).build().await;
    let olga = olga(&app).await;

    changing_nothing(&app, async || {
        for change in [json!({"client_name": "X"}), json!({"disabled": true, "skip_consent": true})] {
            is_refused(&patches(&olga, "/clients/own", change).await, 409, "CLIENT_IS_DECLARED");
        }
        is_refused(&asks(&olga, Method::DELETE, "/clients/own", None).await, 409, "CLIENT_IS_DECLARED");
        let rotate = asks(&olga, Method::POST, "/clients/own/rotate-secret", Some(&json!({}))).await;
        is_refused(&rotate, 409, "CLIENT_IS_DECLARED");
    })
    .await;

    assert_eq!(patches(&olga, "/clients/own", json!({"disabled": true})).await.status, 200);
    let restarted = again(&app, with()).await;
    let own = OAuthClient::known(&restarted, "own", CALLBACK).with_secret(SECRET);
    own.introspects("at_x").await.fails_with(OAuthErrorCode::InvalidClient);
}

#[tokio::test]
async fn a_deleted_client_is_gone_with_all_it_was_given() {
    let (app, olga) = started().await;
    let made = makes(&olga, "/clients", web()).await;
    let other = client(&app, &makes(&olga, "/clients", web()).await);
    let client = client(&app, &made);
    let alice = app.alice().await;
    let theirs = other.exchanges(&alice.authorizes(&other).await).await.succeeds();
    let tokens = client.exchanges(&alice.authorizes(&client).await).await.succeeds();

    assert_eq!(asks(&olga, Method::DELETE, &at(&made), None).await.status, 204);

    client.userinfo(&tokens.access_token).await.fails_with(OAuthErrorCode::InvalidToken);
    client.refreshes(tokens.refresh()).await.fails_with(OAuthErrorCode::InvalidClient);
    are_alive(&other, &theirs).await;
    assert_eq!(app.count("oauthGrant").await, 1);
    for (method, body) in [(Method::GET, None), (Method::PATCH, Some(json!({}))), (Method::DELETE, None)] {
        is_refused(&asks(&olga, method, &at(&made), body.as_ref()).await, 404, "CLIENT_NOT_FOUND");
    }
    client.introspects("at_x").await.fails_with(OAuthErrorCode::InvalidClient);
}

#[tokio::test]
async fn a_client_that_an_operator_made_is_not_collected() {
    let (app, olga) = started().await;
    makes(&olga, "/clients", web()).await;
    app.registers(Registration::public()).await;
    app.clock.advance(Duration::from_hours(400 * 24));

    let _other = again(&app, administered()).await;

    let gone = async {
        while app.count("oauthApplication").await > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    olga.signs_in().await;
    assert_eq!(names(&gets(&olga, "/clients").await.json()), ["Desk"]);
}

#[tokio::test]
async fn names_that_can_be_nobodys_are_not_found() {
    let (app, olga) = started().await;

    changing_nothing(&app, async || {
        for name in ["nobody", "%00", "a%2Fb", "%C3%A9", "%F0%9F%A6%80", &"x".repeat(4000)] {
            let path = format!("/clients/{name}");
            is_refused(&gets(&olga, &path).await, 404, "CLIENT_NOT_FOUND");
            is_refused(&patches(&olga, &path, json!({"disabled": true})).await, 404, "CLIENT_NOT_FOUND");
            is_refused(&asks(&olga, Method::DELETE, &path, None).await, 404, "CLIENT_NOT_FOUND");
            is_refused(
                &asks(&olga, Method::DELETE, &format!("/consents/{name}/{name}"), None).await,
                404,
                "CONSENT_NOT_FOUND",
            );
            is_refused(&patches(&olga, &format!("/resources/{name}"), json!({})).await, 404, "RESOURCE_NOT_FOUND");
            assert_eq!(gets(&olga, &format!("/clients?user_id={name}")).await.json(), json!({"clients": []}));
            assert_eq!(gets(&olga, &format!("/consents?user_id={name}")).await.json(), json!({"consents": []}));
        }
    })
    .await;
    let client_id = json!({"client_id": "\u{0}"});
    let nothing = asks(&olga, Method::POST, "/delete-consent", Some(&client_id)).await;
    is_refused(&nothing, 404, "CONSENT_NOT_FOUND");
    let request = http::Request::get("/api/auth/oauth2/register/%00").header("authorization", "Bearer reg_x");
    assert_eq!(app.request(request.body(axum::body::Body::empty()).unwrap()).await.status, 401);
}

#[tokio::test]
async fn the_sector_of_a_pairwise_client_is_judged_here_too() {
    let (app, olga) = started().await;
    let wanted = |redirect_uris: Value| json!({"redirect_uris": redirect_uris, "subject_type": "pairwise"});
    let client = makes(&olga, "/clients", wanted(json!([CALLBACK]))).await;
    let two_hosts = wanted(json!([CALLBACK, "https://other.example/callback"]));
    let local = json!({"sector_identifier_uri": "https://localhost/redirects"});
    changing_nothing(&app, async || {
        is_refused(&asks(&olga, Method::POST, "/clients", Some(&two_hosts)).await, 400, "INVALID_CLIENT_METADATA");
        is_refused(&patches(&olga, &at(&client), two_hosts.clone()).await, 400, "INVALID_CLIENT_METADATA");
        is_refused(&patches(&olga, &at(&client), local).await, 400, "INVALID_CLIENT_METADATA");
    })
    .await;

    assert_eq!(gets(&olga, &at(&client)).await.json()["subject_type"], "pairwise");
}
