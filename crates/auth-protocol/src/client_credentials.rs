//! What a client may do for itself. RFC 6749 §4.4, OAuth 2.1 §4.2.

use crate::client::ClientKind;
use crate::scope::{IDENTITY_SCOPES, Scope};
use crate::{OAuthError, OAuthErrorCode};

/// Judges the scope a client asks for in its own name: never more than `own`, and nothing about a
/// person, because there is none.
///
/// # Errors
///
/// `unauthorized_client` for a public client, since anyone could present its id; `invalid_scope`
/// when nothing is left of what it asks for.
pub fn judge_client_credentials(kind: ClientKind, requested: Option<&Scope>, own: &Scope) -> Result<Scope, OAuthError> {
    match kind {
        ClientKind::Public => {
            return Err(OAuthError::new(OAuthErrorCode::UnauthorizedClient, "a public client cannot act for itself"));
        }
        ClientKind::Confidential => {}
    }
    let own = own.without(&IDENTITY_SCOPES);
    let scope = requested.map_or_else(|| own.clone(), |requested| requested.intersection(&own));

    if scope.is_empty() {
        return Err(OAuthError::new(OAuthErrorCode::InvalidScope, "the client has none of this scope of its own"));
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(kind: ClientKind, requested: Option<&str>, own: &str) -> Result<String, OAuthErrorCode> {
        let requested = requested.map(|text| Scope::parse(text).unwrap());
        judge_client_credentials(kind, requested.as_ref(), &Scope::parse(own).unwrap())
            .map(|scope| scope.to_string())
            .map_err(|error| error.code)
    }

    #[test]
    fn a_client_gets_what_it_asks_for_of_its_own() {
        assert_eq!(judge(ClientKind::Confidential, Some("b c"), "a b"), Ok("b".to_owned()));
        assert_eq!(judge(ClientKind::Confidential, None, "a b"), Ok("a b".to_owned()));
    }

    #[test]
    fn nothing_about_a_person_is_its_own() {
        let own = "openid profile email offline_access a";

        assert_eq!(judge(ClientKind::Confidential, None, own), Ok("a".to_owned()));
        assert_eq!(judge(ClientKind::Confidential, Some("openid email"), own), Err(OAuthErrorCode::InvalidScope));
    }

    #[test]
    fn a_client_without_scope_of_its_own_gets_nothing() {
        for requested in [None, Some("a")] {
            assert_eq!(judge(ClientKind::Confidential, requested, ""), Err(OAuthErrorCode::InvalidScope));
        }
    }

    #[test]
    fn a_public_client_cannot_act_for_itself() {
        assert_eq!(judge(ClientKind::Public, Some("a"), "a"), Err(OAuthErrorCode::UnauthorizedClient));
    }
}
