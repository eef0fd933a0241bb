//! RFC 9068: JWT access tokens of a remote issuer.

use auth_resource_server::{InvalidToken, VerifiedToken, Verifier, VerifyError};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::issuer::{Issuer, Key, RESOURCE};

async fn refused(verifier: &impl Verifier, token: &str) -> InvalidToken {
    match verifier.verify(token).await {
        Err(VerifyError::Invalid(reason)) => reason,
        other => panic!("not refused as invalid: {other:?}"),
    }
}

fn is_unavailable(result: &Result<VerifiedToken, VerifyError>) -> bool {
    matches!(result, Err(VerifyError::Unavailable(_)))
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_of_the_issuer_says_who_may_do_what() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();

    let token = verifier.verify(&issuer.token(&key)).await.unwrap();

    assert_eq!(token.subject, "alice");
    assert_eq!(token.client_id.as_deref(), Some("client-1"));
    assert_eq!(token.scope.to_string(), "mcp:tools files:read");
    assert_eq!(token.audience, [RESOURCE]);
    assert_eq!(token.issuer.as_deref(), Some(issuer.url.as_str()));
    assert_eq!(token.expires_at, Some(1_700_000_600));
    assert_eq!(token.claims["jti"], "token-1");
}

#[tokio::test]
async fn the_keys_are_fetched_once_for_many_tokens() {
    let key = Key::eddsa("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&key);

    for _ in 0..3 {
        verifier.verify(&token).await.unwrap();
    }

    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_configured_jwks_uri_needs_no_metadata() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    issuer.names_itself("https://somebody-else.example");
    let jwks_uri = format!("{}/jwks", issuer.url).parse().unwrap();
    let verifier = issuer.verifier().jwks_uri(jwks_uri).build().unwrap();

    assert!(verifier.verify(&issuer.token(&key)).await.is_ok());
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_believed() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    issuer.names_itself("https://somebody-else.example");
    let verifier = issuer.verifier().build().unwrap();

    let result = verifier.verify(&issuer.token(&key)).await;

    assert!(is_unavailable(&result), "{result:?}");
    assert_eq!(issuer.fetches(), 0);
}

#[tokio::test]
async fn an_issuer_that_is_no_url_is_refused_at_once() {
    let issuer = Issuer::publishing(&[]).await;
    let mut elsewhere = issuer.clone();
    elsewhere.url = "issuer.example".to_owned();

    assert!(elsewhere.verifier().build().is_err());
}

#[tokio::test]
async fn only_access_tokens_are_accepted() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let typed = |typ: Option<&str>| {
        let header = Header { typ: typ.map(str::to_owned), ..key.header() };
        key.signs(&header, &issuer.claims())
    };

    let others = ["JWT", "userinfo+jwt", "token-introspection+jwt", "logout+jwt", "at+jwtx"];
    for typ in others.map(Some).into_iter().chain([None]) {
        assert_eq!(refused(&verifier, &typed(typ)).await, InvalidToken::Type, "{typ:?}");
    }
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        assert!(verifier.verify(&typed(Some(typ))).await.is_ok(), "{typ}");
    }
}

#[tokio::test]
async fn symmetric_algorithms_are_refused_even_if_the_public_key_was_the_secret() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let secret = EncodingKey::from_secret(key.published().to_string().as_bytes());
    let header = Header { alg: Algorithm::HS256, ..key.header() };
    let token = jsonwebtoken::encode(&header, &issuer.claims(), &secret).unwrap();

    assert_eq!(refused(&verifier, &token).await, InvalidToken::Algorithm);
    assert_eq!(issuer.fetches(), 0);
}

#[tokio::test]
async fn a_published_secret_is_no_key() {
    let issuer = Issuer::publishing(&[]).await;
    issuer.publishes_raw(json!({ "keys": [{ "kty": "oct", "kid": "key-1", "k": "c2VjcmV0" }] }));
    let verifier = issuer.verifier().build().unwrap();

    let reason = refused(&verifier, &issuer.token(&Key::es256("key-1"))).await;

    assert_eq!(reason, InvalidToken::UnknownKey);
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let header = part(&json!({ "alg": "none", "typ": "at+jwt", "kid": "key-1" }));
    let token = format!("{header}.{}.", part(&issuer.claims()));

    assert_eq!(refused(&verifier, &token).await, InvalidToken::Malformed);
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&key);
    let mut parts = token.split('.');
    let (header, _, signature) = (parts.next().unwrap(), parts.next(), parts.next().unwrap());
    let mut claims = issuer.claims();
    claims["sub"] = json!("mallory");

    let changed = format!("{header}.{}.{signature}", part(&claims));

    assert_eq!(refused(&verifier, &changed).await, InvalidToken::Signature);
}

#[tokio::test]
async fn a_key_of_another_algorithm_does_not_fit() {
    let (published, signing) = (Key::eddsa("key-1"), Key::es256("key-1"));
    let issuer = Issuer::publishing(&[&published]).await;
    let verifier = issuer.verifier().build().unwrap();

    assert_eq!(refused(&verifier, &issuer.token(&signing)).await, InvalidToken::UnknownKey);
}

#[tokio::test]
async fn a_key_in_the_token_itself_is_not_used() {
    let (published, own) = (Key::es256("key-1"), Key::es256("key-1"));
    let issuer = Issuer::publishing(&[&published]).await;
    let verifier = issuer.verifier().build().unwrap();
    let header = Header { jwk: Some(serde_json::from_value(own.published()).unwrap()), ..own.header() };
    let token = own.signs(&header, &issuer.claims());

    assert_eq!(refused(&verifier, &token).await, InvalidToken::Signature);
}

#[tokio::test]
async fn a_critical_extension_is_refused() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let header = Header { crit: Some(vec!["exp".to_owned()]), ..key.header() };

    let reason = refused(&verifier, &key.signs(&header, &issuer.claims())).await;

    assert_eq!(reason, InvalidToken::Malformed);
}

#[tokio::test]
async fn junk_is_malformed_and_asks_nobody() {
    let issuer = Issuer::publishing(&[]).await;
    let verifier = issuer.verifier().build().unwrap();

    for junk in ["", "a", "a.b", "a.b.c", "a.b.c.d", "e30.e30.e30"] {
        assert_eq!(refused(&verifier, junk).await, InvalidToken::Malformed, "{junk:?}");
    }
    assert_eq!(issuer.fetches(), 0);
}

#[tokio::test]
async fn issuer_audience_and_lifetime_are_checked() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let with = |claim: &str, value: Value| {
        let mut claims = issuer.claims();
        claims[claim] = value;
        key.signs(&key.header(), &claims)
    };

    for (claim, value, reason) in [
        ("iss", json!(format!("{}/", issuer.url)), InvalidToken::Issuer),
        ("aud", json!("https://other.example/mcp"), InvalidToken::Audience),
        ("aud", Value::Null, InvalidToken::Claims),
        ("exp", Value::Null, InvalidToken::Claims),
        ("scope", json!("a\"b"), InvalidToken::Claims),
        ("nbf", json!(1_700_000_031), InvalidToken::NotYetValid),
    ] {
        assert_eq!(refused(&verifier, &with(claim, value.clone())).await, reason, "{claim}: {value}");
    }
}

#[tokio::test]
async fn a_token_expires() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&key);

    issuer.clock.advance(629);
    assert!(verifier.verify(&token).await.is_ok(), "within the leeway");
    issuer.clock.advance(1);

    assert_eq!(refused(&verifier, &token).await, InvalidToken::Expired);
}

#[tokio::test]
async fn keys_whose_fetch_takes_its_time_count_at_once() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    issuer.takes(2);

    assert!(verifier.verify(&issuer.token(&key)).await.is_ok());
}

#[tokio::test]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let (old, new) = (Key::es256("key-1"), Key::es256("key-2"));
    let issuer = Issuer::publishing(&[&old]).await;
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.token(&old)).await.unwrap();

    issuer.publishes(&[&old, &new]);
    issuer.clock.advance(30);

    assert!(verifier.verify(&issuer.token(&new)).await.is_ok());
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn unknown_keys_cannot_drive_traffic_to_the_issuer() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.token(&key)).await.unwrap();

    for stranger in 0..5 {
        let token = issuer.token(&Key::es256(&format!("stranger-{stranger}")));
        assert_eq!(refused(&verifier, &token).await, InvalidToken::UnknownKey);
    }

    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn many_first_requests_share_one_fetch() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&key);

    let results = futures::future::join_all((0..32).map(|_| verifier.verify(&token))).await;

    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_stop_the_fetch() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&key);

    tokio::select! {
        biased;
        () = issuer.is_asked() => {}
        result = verifier.verify(&token) => panic!("answered before the issuer was asked: {result:?}"),
    }

    assert!(verifier.verify(&token).await.is_ok());
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn without_keys_an_outage_is_unavailable_and_the_issuer_is_left_alone() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().jwks_uri(format!("{}/jwks", issuer.url).parse().unwrap()).build().unwrap();
    let token = issuer.token(&key);
    issuer.goes_away();

    for _ in 0..3 {
        let result = verifier.verify(&token).await;
        assert!(is_unavailable(&result), "{result:?}");
    }
    assert_eq!(issuer.fetches(), 1);

    issuer.comes_back();
    issuer.clock.advance(5);
    assert!(verifier.verify(&token).await.is_ok());
}

#[tokio::test]
async fn known_keys_survive_an_outage_for_an_hour() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.token(&key)).await.unwrap();
    issuer.goes_away();

    issuer.clock.advance(3599);
    let within = verifier.verify(&issuer.token(&key)).await;
    issuer.clock.advance(10);
    let after = verifier.verify(&issuer.token(&key)).await;

    assert!(within.is_ok(), "{within:?}");
    assert!(is_unavailable(&after), "{after:?}");
}

#[tokio::test]
async fn during_an_outage_an_unknown_key_is_not_called_invalid() {
    let (known, unknown) = (Key::es256("key-1"), Key::es256("key-2"));
    let issuer = Issuer::publishing(&[&known]).await;
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.token(&known)).await.unwrap();
    issuer.goes_away();
    issuer.clock.advance(30);

    let result = verifier.verify(&issuer.token(&unknown)).await;

    assert!(is_unavailable(&result), "it may be a new one: {result:?}");
    assert!(verifier.verify(&issuer.token(&known)).await.is_ok());
}

#[tokio::test]
async fn keys_are_refreshed_in_the_background() {
    let (old, new) = (Key::es256("key-1"), Key::es256("key-2"));
    let issuer = Issuer::publishing(&[&old]).await;
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.token(&old)).await.unwrap();
    issuer.is_asked().await;

    issuer.publishes(&[&new]);
    issuer.clock.advance(600);
    assert!(verifier.verify(&issuer.token(&old)).await.is_ok(), "nobody waits for the refresh");
    issuer.is_asked().await;

    assert!(verifier.verify(&issuer.token(&new)).await.is_ok());
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn the_issuer_says_how_long_its_keys_are_fresh() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    issuer.may_be_kept("max-age=120");
    let verifier = issuer.verifier().build().unwrap();
    verifier.verify(&issuer.token(&key)).await.unwrap();
    issuer.is_asked().await;

    issuer.clock.advance(119);
    verifier.verify(&issuer.token(&key)).await.unwrap();
    assert_eq!(issuer.fetches(), 1);
    issuer.clock.advance(1);
    verifier.verify(&issuer.token(&key)).await.unwrap();

    issuer.is_asked().await;
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_token_without_key_id_means_the_only_key() {
    let (one, other) = (Key::es256("key-1"), Key::es256("key-2"));
    let issuer = Issuer::publishing(&[&one, &Key::eddsa("key-3")]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = one.signs(&Header { kid: None, ..one.header() }, &issuer.claims());

    assert!(verifier.verify(&token).await.is_ok());

    issuer.publishes(&[&one, &other]);
    let verifier = issuer.verifier().build().unwrap();
    assert_eq!(refused(&verifier, &token).await, InvalidToken::UnknownKey, "ambiguous");
}

#[tokio::test]
async fn one_unreadable_key_does_not_spoil_the_set() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[]).await;
    issuer.publishes_raw(json!({ "keys": [{ "kty": "EC", "crv": "P-999" }, 7, key.published()] }));
    let verifier = issuer.verifier().build().unwrap();

    assert!(verifier.verify(&issuer.token(&key)).await.is_ok());
}

#[tokio::test]
async fn an_encryption_key_verifies_nothing() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[]).await;
    let mut published = key.published();
    published["use"] = json!("enc");
    issuer.publishes_raw(json!({ "keys": [published] }));
    let verifier = issuer.verifier().build().unwrap();

    assert_eq!(refused(&verifier, &issuer.token(&key)).await, InvalidToken::UnknownKey);
}

#[tokio::test]
async fn every_spelling_of_no_algorithm_is_refused() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let claims = part(&issuer.claims());
    let signed = issuer.token(&key);
    let signature = signed.rsplit('.').next().unwrap();

    for alg in ["none", "None", "NONE", "nOnE", "", "ES257", "HS", "es256"] {
        let header = part(&json!({ "alg": alg, "typ": "at+jwt", "kid": "key-1" }));
        for token in [format!("{header}.{claims}."), format!("{header}.{claims}.{signature}")] {
            assert_eq!(refused(&verifier, &token).await, InvalidToken::Malformed, "{alg}");
        }
    }
    assert_eq!(issuer.fetches(), 0);
}

#[tokio::test]
async fn an_empty_or_made_up_signature_is_refused() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&key);
    let (signed, _) = token.rsplit_once('.').unwrap();

    for signature in ["", "AAAA", &"A".repeat(86)] {
        let reason = refused(&verifier, &format!("{signed}.{signature}")).await;

        assert_eq!(reason, InvalidToken::Signature, "{signature}");
    }
}

#[tokio::test]
async fn a_hostile_key_id_is_an_unknown_key_and_nothing_more() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;
    let elsewhere = Issuer::publishing(&[]).await;
    let verifier = issuer.verifier().build().unwrap();
    let url = format!("{}/jwks", elsewhere.url);

    for id in ["", "' OR 1=1--", "../../dev/null", "/etc/passwd", &url, "key-1\0", "KEY-1", &"k".repeat(1 << 20)] {
        let header = Header { kid: Some(id.to_owned()), ..key.header() };
        let token = key.signs(&header, &issuer.claims());

        assert_eq!(refused(&verifier, &token).await, InvalidToken::UnknownKey, "{id:.20}");
    }
    assert_eq!((issuer.fetches(), elsewhere.fetches()), (1, 0));
}

#[tokio::test]
async fn a_url_in_the_token_is_never_fetched() {
    let (published, own) = (Key::es256("key-1"), Key::es256("own"));
    let issuer = Issuer::publishing(&[&published]).await;
    let attacker = Issuer::publishing(&[&own]).await;
    let verifier = issuer.verifier().build().unwrap();
    let url = Some(format!("{}/jwks", attacker.url));
    let header = Header { jku: url.clone(), x5u: url, ..own.header() };

    let reason = refused(&verifier, &own.signs(&header, &issuer.claims())).await;

    assert_eq!(reason, InvalidToken::UnknownKey);
    assert_eq!(attacker.fetches(), 0);
}

#[tokio::test]
async fn a_key_of_another_issuer_signs_nothing_for_ours() {
    let (ours, theirs) = (Key::es256("key-1"), Key::es256("key-1"));
    let issuer = Issuer::publishing(&[&ours]).await;
    let verifier = issuer.verifier().build().unwrap();

    assert_eq!(refused(&verifier, &issuer.token(&theirs)).await, InvalidToken::Signature);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_once_the_keys_are_fetched_again() {
    let (old, new) = (Key::es256("key-1"), Key::es256("key-2"));
    let issuer = Issuer::publishing(&[&old]).await;
    let verifier = issuer.verifier().build().unwrap();
    let token = issuer.token(&old);
    verifier.verify(&token).await.unwrap();

    issuer.publishes(&[&new]);
    issuer.clock.advance(30);
    verifier.verify(&issuer.token(&new)).await.unwrap();

    assert_eq!(refused(&verifier, &token).await, InvalidToken::UnknownKey);
}

#[tokio::test]
async fn the_issuer_says_how_long_within_bounds() {
    for (cache_control, fresh_for) in [("max-age=1000000000", 3600), ("no-store", 60), ("max-age=-1", 600)] {
        let key = Key::es256("key-1");
        let issuer = Issuer::publishing(&[&key]).await;
        issuer.may_be_kept(cache_control);
        let verifier = issuer.verifier().build().unwrap();
        verifier.verify(&issuer.token(&key)).await.unwrap();
        issuer.is_asked().await;

        issuer.clock.advance(fresh_for - 1);
        verifier.verify(&issuer.token(&key)).await.unwrap();
        assert_eq!(issuer.fetches(), 1, "{cache_control}");
        issuer.clock.advance(1);
        verifier.verify(&issuer.token(&key)).await.unwrap();
        issuer.is_asked().await;

        assert_eq!(issuer.fetches(), 2, "{cache_control}");
    }
}

#[tokio::test]
async fn metadata_that_leads_inside_is_not_followed() {
    let key = Key::es256("key-1");
    let issuer = Issuer::publishing(&[&key]).await;

    for inside in ["http://169.254.169.254/jwks", "https://10.0.0.1/jwks", "file:///etc/passwd", "https://a@b.example/"]
    {
        issuer.leads_to(inside);
        let verifier = issuer.verifier().build().unwrap();

        let result = verifier.verify(&issuer.token(&key)).await;

        assert!(is_unavailable(&result), "{inside}: {result:?}");
    }
}

#[tokio::test]
async fn an_outage_is_told_without_a_word_about_the_network() {
    let issuer = Issuer::publishing(&[]).await;
    issuer.leads_to("https://10.0.0.1/jwks");
    let verifier = issuer.verifier().build().unwrap();

    let error = verifier.verify(&issuer.token(&Key::es256("key-1"))).await.unwrap_err();

    assert_eq!(error.to_string(), "tokens cannot be verified right now");
}
