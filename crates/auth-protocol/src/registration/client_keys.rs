//! The public keys a client proves itself with. RFC 7591 §2, RFC 7517 §5.

use serde_json::Value;

use super::acceptance;
use crate::client_auth::ClientAuthMethod;
use crate::{OAuthError, OAuthErrorCode};

/// The largest number of keys in a set.
pub const MAX_KEYS: usize = 20;
/// The largest length of a set written out, in bytes.
pub const MAX_KEY_SET_LENGTH: usize = 32_768;

/// The members of a JWK that are secret. RFC 7518 §6.
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Where the public keys of a client are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKeys {
    /// In the registration: a key set.
    Here(Value),
    /// At this https URL, so that the client can change them.
    At(String),
}

/// Judges the keys of a client that proves itself by them; of any other they are not kept.
///
/// # Errors
///
/// `invalid_client_metadata` for no keys or both ways at once, for a set that is none, is too large or
/// holds anything secret, and for a URL that is not https.
pub(crate) fn judge_keys(
    method: ClientAuthMethod,
    jwks: Option<&Value>,
    jwks_uri: Option<&str>,
) -> Result<Option<ClientKeys>, OAuthError> {
    match method {
        ClientAuthMethod::PrivateKeyJwt => {}
        ClientAuthMethod::None | ClientAuthMethod::ClientSecretBasic | ClientAuthMethod::ClientSecretPost => {
            return Ok(None);
        }
    }
    match (jwks, jwks_uri) {
        (Some(_), Some(_)) => refuse("jwks and jwks_uri exclude each other"),
        (None, None) => refuse("private_key_jwt needs jwks or jwks_uri"),
        (Some(set), None) => key_set(set).map(|()| Some(ClientKeys::Here(set.clone()))),
        (None, Some(uri)) => match acceptance::display_uri(uri) {
            Some(uri) => Ok(Some(ClientKeys::At(uri))),
            None => refuse("the jwks_uri must be an https URL"),
        },
    }
}

fn key_set(set: &Value) -> Result<(), OAuthError> {
    let keys = set.get("keys").and_then(Value::as_array).filter(|keys| (1..=MAX_KEYS).contains(&keys.len()));
    let Some(keys) = keys else { return refuse("the jwks is no set of 1 to 20 keys") };
    if set.to_string().len() > MAX_KEY_SET_LENGTH {
        return refuse("the jwks is too large");
    }
    if set.to_string().contains("\\u00") {
        return refuse("the jwks holds a control character");
    }
    if !keys.iter().all(Value::is_object) {
        return refuse("a key of the jwks is no object");
    }
    if keys.iter().any(|key| SECRET_MEMBERS.iter().any(|member| key.get(member).is_some())) {
        return refuse("the jwks holds a secret: register public keys only, and make new ones");
    }
    Ok(())
}

fn refuse<T>(description: &'static str) -> Result<T, OAuthError> {
    Err(OAuthError::new(OAuthErrorCode::InvalidClientMetadata, description))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judge(jwks: Option<&Value>, uri: Option<&str>) -> Result<Option<ClientKeys>, OAuthErrorCode> {
        judge_keys(ClientAuthMethod::PrivateKeyJwt, jwks, uri).map_err(|error| error.code)
    }

    #[test]
    fn keys_are_here_or_at_a_url() {
        let set = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}]});

        assert_eq!(judge(Some(&set), None), Ok(Some(ClientKeys::Here(set))));
        assert_eq!(
            judge(None, Some("https://c.example/jwks")),
            Ok(Some(ClientKeys::At("https://c.example/jwks".to_owned())))
        );
    }

    #[test]
    fn a_client_that_does_not_use_them_keeps_none() {
        for method in [ClientAuthMethod::None, ClientAuthMethod::ClientSecretBasic, ClientAuthMethod::ClientSecretPost]
        {
            assert_eq!(judge_keys(method, Some(&json!("x")), Some("ftp://x")), Ok(None));
        }
    }

    #[test]
    fn what_is_no_public_key_set_is_refused() {
        let key = json!({"kty": "EC"});
        let many = json!({"keys": vec![key.clone(); 21]});
        let large = json!({"keys": [{"kty": "RSA", "n": "n".repeat(MAX_KEY_SET_LENGTH)}]});
        for set in [json!({}), json!([]), json!({"keys": []}), json!({"keys": {}}), json!({"keys": ["x"]}), many, large]
        {
            assert_eq!(judge(Some(&set), None), Err(OAuthErrorCode::InvalidClientMetadata), "{set}");
        }
        for secret in SECRET_MEMBERS {
            let set = json!({"keys": [{"kty": "EC", secret: "x"}]});
            assert_eq!(judge(Some(&set), None), Err(OAuthErrorCode::InvalidClientMetadata), "{secret}");
        }
    }

    #[test]
    fn one_way_and_only_one() {
        let set = json!({"keys": [{"kty": "EC"}]});

        assert_eq!(judge(None, None), Err(OAuthErrorCode::InvalidClientMetadata));
        assert_eq!(judge(Some(&set), Some("https://c.example/jwks")), Err(OAuthErrorCode::InvalidClientMetadata));
        for uri in ["http://c.example/jwks", "file:///etc/passwd", "https://", "javascript:x", ""] {
            assert_eq!(judge(None, Some(uri)), Err(OAuthErrorCode::InvalidClientMetadata), "{uri}");
        }
    }
}
