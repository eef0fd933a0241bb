//! What of a scope an assertion gives. RFC 6749 §3.3, EMA §7.2.1 and §7.6.2.

use super::refuse;
use crate::scope::Scope;
use crate::{OAuthError, OAuthErrorCode};

/// Judges the scope of a token: never more than the identity provider has allowed, nor than is offered.
///
/// An assertion that names none allows `base` alone, what a token needs to be let in at all. One that names a scope
/// nobody offers here was meant for something else. A request for less gets less: EMA §7.2.1 has the server refuse
/// that, which would make a client take more than it needs.
///
/// # Errors
///
/// `invalid_grant` for an assertion with a scope that is not `offered`; `invalid_scope` when nothing is left of what
/// is asked for.
pub fn judge_identity_scope(
    allowed: Option<&Scope>,
    requested: Option<&Scope>,
    offered: &Scope,
    base: &Scope,
) -> Result<Scope, OAuthError> {
    let allowed = allowed.unwrap_or(base);
    if !allowed.is_subset_of(offered) {
        return refuse("the assertion names a scope that its resource does not have");
    }
    let Some(requested) = requested else { return Ok(allowed.clone()) };
    let scope = requested.intersection(allowed);
    if scope.is_empty() {
        let description = "the assertion allows nothing of the scope";
        return Err(OAuthError::new(OAuthErrorCode::InvalidScope, description));
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(allowed: Option<&str>, requested: Option<&str>) -> Result<String, OAuthErrorCode> {
        let scope = |text: &str| Scope::parse(text).unwrap();
        let (allowed, requested) = (allowed.map(scope), requested.map(scope));
        judge_identity_scope(allowed.as_ref(), requested.as_ref(), &scope("openid base read write"), &scope("base"))
            .map(|scope| scope.to_string())
            .map_err(|error| error.code)
    }

    #[test]
    fn what_the_identity_provider_allows_is_given() {
        assert_eq!(judged(Some("base read"), None), Ok("base read".to_owned()));
    }

    #[test]
    fn a_request_narrows_it_and_never_widens_it() {
        assert_eq!(judged(Some("base read"), Some("read write")), Ok("read".to_owned()));
        assert_eq!(judged(Some("base read"), Some("write")), Err(OAuthErrorCode::InvalidScope));
    }

    #[test]
    fn without_a_scope_it_opens_the_door_and_nothing_behind_it() {
        assert_eq!(judged(None, None), Ok("base".to_owned()));
        assert_eq!(judged(None, Some("base write")), Ok("base".to_owned()));
    }

    #[test]
    fn a_scope_of_somebody_else_spoils_it() {
        assert_eq!(judged(Some("base files"), None), Err(OAuthErrorCode::InvalidGrant));
        assert_eq!(judged(Some("base files"), Some("base")), Err(OAuthErrorCode::InvalidGrant));
    }
}
