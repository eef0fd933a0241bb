//! Headers that are read, and one that is written.

use auth_protocol::bearer::{bearer_token, presented_token};
use auth_protocol::challenge::Challenge;
use auth_protocol::client_auth::PresentedClient;
use auth_protocol::params::Params;
use auth_protocol::scope::Scope;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::{text, two_texts};

/// Whatever stands in `Authorization`, a client has a name and a secret; what is encoded as the RFC says is read.
pub(crate) fn basic(data: &[u8]) {
    let Some(line) = text(data) else { return };
    let nothing = Params::default();
    if let Ok(presented) = PresentedClient::from_request(Some(line), &nothing) {
        assert!(!presented.client_id().is_empty() && !presented.client_id().contains(char::is_control));
    }
    let Some((id, secret)) = two_texts(data) else { return };
    let encoded: [String; 2] = [id, secret].map(|half| byte_serialize(half.as_bytes()).collect());
    let line = format!("Basic {}", STANDARD.encode(encoded.join(":")));
    match PresentedClient::from_request(Some(&line), &nothing) {
        Ok(PresentedClient::Basic { client_id, client_secret }) => {
            assert_eq!((&*client_id, &*client_secret), (id, secret))
        }
        Ok(other) => panic!("{other:?}"),
        Err(_) => assert!(
            id.is_empty()
                || secret.is_empty()
                || [id, secret].iter().any(|half| half.contains(char::is_control))
                || line.len() > auth_protocol::client_auth::MAX_BASIC_LENGTH,
            "{id:?} {secret:?}"
        ),
    }
}

/// A token is a part of its header, without white space.
pub(crate) fn authorization(data: &[u8]) {
    let Some(line) = text(data) else { return };
    if let Ok(Some(token)) = bearer_token(Some(line)) {
        assert!(line.contains(token) && !token.is_empty() && !token.contains(char::is_whitespace));
        assert!(presented_token(Some(line)).is_ok_and(|presented| presented.is_some()));
    }
    let _ = presented_token(Some(line));
}

/// No text leaves its quotation marks: whoever reads the header finds the parameters that were written.
pub(crate) fn challenge(data: &[u8]) {
    let Some((description, rest)) = two_texts(data) else { return };
    let (metadata, scope) = rest.split_once('\n').unwrap_or((rest, ""));
    let challenge = Challenge {
        resource_metadata: Some(metadata.to_owned()),
        scope: Scope::parse(scope).ok(),
        error: Some(auth_protocol::OAuthErrorCode::InvalidToken),
        error_description: Some(description.to_owned().into()),
        ..Challenge::default()
    };
    let line = challenge.to_header_value();
    assert!(http::HeaderValue::from_str(&line).is_ok(), "{line}");
    let names: Vec<String> =
        parameters(line.strip_prefix("Bearer ").expect("the scheme")).into_iter().map(|(name, _)| name).collect();
    let known = ["error", "error_description", "resource_metadata", "scope"];
    assert!(
        names.iter().map(String::as_str).eq(known.into_iter().filter(|name| names.iter().any(|there| there == name))),
        "{line}"
    );
    assert!(names.len() >= 3, "{line}");
}

/// Reads `name="value"` with commas between, by RFC 9110 §11.2 alone.
fn parameters(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"").expect("a parameter");
        let mut value = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next().expect("a closing mark") {
                (at, '"') => break at,
                (_, '\\') => value.extend(letters.next().map(|(_, letter)| letter)),
                (_, letter) => value.push(letter),
            }
        };
        found.push((name.to_owned(), value));
        rest = &after[end + 1..];
        match rest.strip_prefix(", ") {
            Some(next) => rest = next,
            None => {
                assert!(rest.is_empty(), "{rest}");
                return found;
            }
        }
    }
}
