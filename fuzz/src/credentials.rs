//! What proves something, and the names of those who prove it.

use std::sync::LazyLock;

use auth_core::{Email, Keys, Sealing, Secret, SystemRandom};
use auth_protocol::client_assertion::{AssertionClaims, claimed_client, judge_assertion};
use auth_protocol::dpop::{ProofClaims, ProvenRequest, judge_proof};
use auth_protocol::pkce::{CodeChallenge, CodeVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{text, two_texts};

const NOW: i64 = 1_800_000_000;
const SEALING: Sealing<'static> = Sealing { purpose: "fuzz", salt: b"salt", bound_to: "row" };

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys::new(Secret::new("k4Vn9Xz2Qm7Ls1Rt6Wp3Hy8Bd5Jc0Gf-fuzz")));

/// A challenge fits the verifier it is the hash of, and no other.
pub(crate) fn pkce(data: &[u8]) {
    let Some((verifier, challenge)) = two_texts(data) else { return };
    let Ok(parsed) = CodeVerifier::parse(verifier) else { return };
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    let own = CodeChallenge::parse(Some(&hash), Some("S256")).expect("a hash is a challenge");
    assert!(own.verify(&parsed));
    if let Ok(other) = CodeChallenge::parse(Some(challenge), Some("S256")) {
        assert_eq!(other.verify(&parsed), challenge == hash);
    }
}

/// An assertion counts only for its client, for this issuer alone, and in its time.
pub(crate) fn assertion(data: &[u8]) {
    if let Some(client) = text(data).and_then(claimed_client) {
        assert!(!client.is_empty() && !client.contains(char::is_control));
    }
    let Ok(claims) = serde_json::from_slice::<AssertionClaims>(data) else { return };
    let Ok(once) = judge_assertion(&claims, "c1", "https://as.example", NOW) else { return };
    let json: serde_json::Value = serde_json::from_slice(data).expect("it was JSON before");
    assert_eq!((&json["iss"], &json["sub"]), (&"c1".into(), &"c1".into()));
    assert!(json["aud"] == "https://as.example" || json["aud"] == serde_json::json!(["https://as.example"]));
    assert!(once.until > NOW && !once.jti.is_empty());
}

/// A proof counts only for its method and place, and in its time.
pub(crate) fn proof(data: &[u8]) {
    let Ok(claims) = serde_json::from_slice::<ProofClaims>(data) else { return };
    let urls = ["https://as.example/token".to_owned()];
    let request = ProvenRequest { method: "POST", urls: &urls, access_token: None };
    let Ok(once) = judge_proof(&claims, request, NOW) else { return };
    let json: serde_json::Value = serde_json::from_slice(data).expect("it was JSON before");
    assert_eq!(json["htm"], "POST");
    assert!(once.until > NOW && !once.jti.is_empty());
}

/// Nothing opens but what was sealed here, as it was sealed.
pub(crate) fn sealed(data: &[u8]) {
    if let Some(text) = text(data) {
        assert!(KEYS.open(&SEALING, text).is_err(), "nobody seals by chance");
    }
    let sealed = KEYS.seal(&SystemRandom, &SEALING, data).expect("there is randomness");
    assert_eq!(KEYS.open(&SEALING, &sealed).expect("it opens").as_slice(), data);
    let elsewhere = Sealing { bound_to: "another row", ..SEALING };
    assert!(KEYS.open(&elsewhere, &sealed).is_err());
    let at = data.first().map_or(0, |byte| usize::from(*byte)) % sealed.len();
    let mut changed = sealed.clone().into_bytes();
    changed[at] ^= 1;
    if let Ok(changed) = String::from_utf8(changed) {
        assert!(KEYS.open(&SEALING, &changed).is_err(), "changed at {at}");
    }
}

/// A signed value is read as it was, and nothing else is taken for signed.
pub(crate) fn signed_cookie(data: &[u8]) {
    let Some(text) = text(data) else { return };
    assert_eq!(KEYS.verify(text), None, "nobody signs by chance");
    assert_eq!(KEYS.verify(&KEYS.sign(text)), Some(text));
}

/// An address has one form.
pub(crate) fn email(data: &[u8]) {
    let Some(email) = text(data).and_then(Email::parse) else { return };
    assert_eq!(Email::parse(email.as_str()).expect("what was taken is taken again"), email);
    let (local, host) = email.as_str().split_once('@').expect("one mark");
    assert!(host.is_ascii() && !local.contains('@') && !host.contains('@'), "{}", email.as_str());
    assert!(!email.as_str().contains(|letter: char| letter.is_control() || letter == ',' || letter == ' '));
}
