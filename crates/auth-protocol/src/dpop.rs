//! Proof of possession: what a client signs to show that it holds the key of a token. RFC 9449 §4.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::client_assertion::SingleUse;
use crate::{OAuthError, OAuthErrorCode};

/// The `typ` of a proof. RFC 9449 §4.2.
pub const PROOF_TYPE: &str = "dpop+jwt";
/// The algorithms a proof may be signed by: those of public keys. RFC 9449 §4.3.
pub const PROOF_ALGORITHMS: [&str; 9] =
    ["ES256", "ES384", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
/// The largest length of a proof, in bytes.
pub const MAX_PROOF_LENGTH: usize = 8_192;
/// How old a proof may be, in seconds. Its `jti` is remembered until then.
pub const MAX_PROOF_AGE: i64 = 300;
/// The largest length of a `jti`, in bytes.
const MAX_JTI_LENGTH: usize = 256;
/// How far the clock of a client may be ahead, in seconds.
const SKEW: i64 = 30;

/// The key a token is bound to. RFC 9449 §6.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of the public key: 43 characters of base64url. RFC 7638 §3.
    pub jkt: String,
}

/// What a proof claims. RFC 9449 §4.2.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ProofClaims {
    jti: String,
    htm: String,
    htu: String,
    iat: Number,
    #[serde(default)]
    ath: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
}

impl ProofClaims {
    /// The nonce it repeats, which only the server that gave it can judge. RFC 9449 §8.
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }
}

/// The request a proof came with.
#[derive(Debug, Clone, Copy)]
pub struct ProvenRequest<'a> {
    /// The method: `POST`.
    pub method: &'a str,
    /// The URLs by which the endpoint is known, as this server has them and not as the request does.
    pub urls: &'a [String],
    /// The access token that came along; none where tokens are asked for.
    pub access_token: Option<&'a str>,
}

/// Judges what a well-signed proof claims; `now` is in seconds since the epoch. RFC 9449 §4.3.
///
/// # Errors
///
/// `invalid_dpop_proof`, with the claim that is wrong.
pub fn judge_proof(claims: &ProofClaims, request: ProvenRequest<'_>, now: i64) -> Result<SingleUse, OAuthError> {
    if claims.htm != request.method {
        return refuse("htm of the proof is not the method of the request");
    }
    if !request.urls.iter().any(|url| is_same_place(&claims.htu, url)) {
        return refuse("htu of the proof is not the URL of the endpoint");
    }
    let Some(issued) = claims.iat.as_i64() else { return refuse("iat of the proof cannot be read") };
    if issued > now.saturating_add(SKEW) {
        return refuse("the proof is not valid yet");
    }
    if issued <= now.saturating_sub(MAX_PROOF_AGE) {
        return refuse("the proof is too old");
    }
    if request.access_token.is_some_and(|token| claims.ath.as_deref() != Some(&*token_hash(token))) {
        return refuse("ath of the proof is not the hash of the access token");
    }
    if !(1..=MAX_JTI_LENGTH).contains(&claims.jti.len()) {
        return refuse("the proof needs a jti of at most 256 bytes");
    }
    Ok(SingleUse { jti: claims.jti.clone(), until: issued.saturating_add(MAX_PROOF_AGE) })
}

/// Whether `presented` is this URL, without query and fragment, after normalisation. RFC 9449 §4.3.
fn is_same_place(presented: &str, url: &str) -> bool {
    let place = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    place(presented).is_some_and(|presented| place(url) == Some(presented))
}

/// The SHA-256 of an access token, in base64url: the `ath` of a proof. RFC 9449 §4.2.
pub fn token_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(access_token.as_bytes()))
}

/// Whether a text has the form of a thumbprint: 43 characters of base64url. RFC 7638 §3.
pub fn is_thumbprint(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidDpopProof, description))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

    /// Judges a good proof for a protected resource, after some changes.
    fn judged(changes: &Value) -> Result<SingleUse, String> {
        let mut claims = json!({
            "jti": "e1j3V_bKic8-LAEB", "htm": "GET", "htu": "https://resource.example.org/protectedresource",
            "iat": NOW, "ath": "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo",
        });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        let claims: ProofClaims = serde_json::from_value(claims).map_err(|error| error.to_string())?;
        let urls = ["https://resource.example.org/protectedresource".to_owned()];
        let request = ProvenRequest { method: "GET", urls: &urls, access_token: Some(TOKEN) };
        judge_proof(&claims, request, NOW).map_err(|error| {
            assert_eq!(error.code, OAuthErrorCode::InvalidDpopProof);
            error.description.into_owned()
        })
    }

    #[test]
    fn the_proof_of_rfc_9449_7_1_is_good_once_and_for_five_minutes() {
        let single_use = SingleUse { jti: "e1j3V_bKic8-LAEB".to_owned(), until: NOW + MAX_PROOF_AGE };

        assert_eq!(judged(&json!({})), Ok(single_use));
        assert!(judged(&json!({"iat": NOW - 299})).is_ok());
        assert!(judged(&json!({"iat": NOW + 30})).is_ok(), "clocks differ");
    }

    #[test]
    fn it_is_for_this_method_and_place() {
        for wrong in [json!({"htm": "POST"}), json!({"htm": "get"}), json!({"htm": ""})] {
            assert!(judged(&wrong).unwrap_err().contains("htm"), "{wrong}");
        }
        for wrong in [
            "https://resource.example.org/",
            "https://resource.example.org/protectedresource/",
            "http://resource.example.org/protectedresource",
            "https://resource.example.org:8443/protectedresource",
            "https://evil.example/protectedresource",
            "https://user@resource.example.org/protectedresource",
            "/protectedresource",
            "",
        ] {
            assert!(judged(&json!({ "htu": wrong })).unwrap_err().contains("htu"), "{wrong}");
        }
    }

    #[test]
    fn the_place_is_compared_after_normalisation_and_without_query() {
        for same in [
            "HTTPS://Resource.Example.org:443/protectedresource",
            "https://resource.example.org/x/../protectedresource?page=2#top",
        ] {
            assert!(judged(&json!({ "htu": same })).is_ok(), "{same}");
        }
    }

    #[test]
    fn it_is_fresh() {
        for (wrong, why) in [
            (json!({"iat": NOW - 300}), "too old"),
            (json!({"iat": NOW + 31}), "not valid yet"),
            (json!({"iat": i64::MIN}), "too old"),
            (json!({"iat": 1e300}), "cannot be read"),
            (json!({"iat": null}), "missing field"),
        ] {
            assert!(judged(&wrong).unwrap_err().contains(why), "{wrong}");
        }
    }

    #[test]
    fn it_is_for_this_token() {
        for wrong in [json!({"ath": null}), json!({"ath": token_hash("another")}), json!({"ath": ""})] {
            assert!(judged(&wrong).unwrap_err().contains("ath"), "{wrong}");
        }
    }

    #[test]
    fn without_an_identifier_it_could_be_used_twice() {
        for wrong in [json!({"jti": ""}), json!({"jti": "j".repeat(257)}), json!({"jti": null})] {
            assert!(judged(&wrong).unwrap_err().contains("jti"), "{wrong}");
        }
    }

    #[test]
    fn a_thumbprint_is_43_characters_of_base64url() {
        assert!(is_thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
        for wrong in ["", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=", &"+".repeat(43), &"é".repeat(43)] {
            assert!(!is_thumbprint(wrong), "{wrong}");
        }
    }
}
