//! Redeeming an authorization code. RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 8707 §2.2.

use crate::pkce::{CodeChallenge, CodeVerifier};
use crate::resource::{self, Resource};
use crate::{OAuthError, OAuthErrorCode};

/// Whether a code was redeemed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// It still waits.
    Unused,
    /// It gave tokens.
    Consumed,
}

/// What is stored of a code.
#[derive(Debug, Clone, Copy)]
pub struct CodeFacts<'a> {
    /// The client it was issued to.
    pub client_id: &'a str,
    /// The `redirect_uri` of the authorization request; `None` when it named none.
    pub redirect_uri: Option<&'a str>,
    /// The PKCE challenge.
    pub code_challenge: &'a CodeChallenge,
    /// The key the authorization request bound it to. RFC 9449 §10.
    pub dpop_jkt: Option<&'a str>,
    /// The resources granted.
    pub resources: &'a [Resource],
    /// When it ends, in milliseconds since the epoch.
    pub expires_at: i64,
    /// Whether it was redeemed before.
    pub state: CodeState,
}

/// What an authenticated client presents along with a code.
#[derive(Clone, Copy)]
pub struct PresentedCode<'a> {
    /// The client, authenticated by its registered method.
    pub client_id: &'a str,
    /// The `redirect_uri` parameter.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier` parameter.
    pub code_verifier: Option<&'a str>,
    /// The key it has proven to hold.
    pub dpop_jkt: Option<&'a str>,
    /// The `resource` parameters.
    pub resources: &'a [Resource],
}

impl std::fmt::Debug for PresentedCode<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PresentedCode").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Why a code is not redeemed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// The rightful client presents a used code: revoke what it gave. RFC 6749 §4.1.2.
    #[error("the code was used before")]
    Replayed,
    /// Anything else; nothing is to be consumed or revoked for it.
    #[error(transparent)]
    Refused(#[from] OAuthError),
}

impl From<CodeRefusal> for OAuthError {
    fn from(refusal: CodeRefusal) -> Self {
        match refusal {
            CodeRefusal::Replayed => Self::new(OAuthErrorCode::InvalidGrant, "the code was used before"),
            CodeRefusal::Refused(error) => error,
        }
    }
}

/// Judges a code: client, redirect URI, PKCE, key, earlier use, expiry, resource, in this order.
///
/// Earlier use counts only after client, PKCE and key match, so that a stranger who holds a code can
/// neither burn it nor revoke anything. `now` is in milliseconds since the epoch.
///
/// # Errors
///
/// [`CodeRefusal::Replayed`], else `invalid_grant`, or `invalid_target` for the resource.
pub fn judge_code(facts: CodeFacts<'_>, presented: PresentedCode<'_>, now: i64) -> Result<(), CodeRefusal> {
    if facts.client_id != presented.client_id {
        return refuse("the code was issued to another client");
    }
    // RFC 6749 §4.1.3 compares what was sent before; without it there is nothing to repeat.
    if facts.redirect_uri != presented.redirect_uri {
        return refuse("the redirect_uri differs from the authorization request");
    }
    let Some(verifier) = presented.code_verifier else {
        return refuse("code_verifier is required");
    };
    if !facts.code_challenge.verify(&CodeVerifier::parse(verifier)?) {
        return refuse("code_verifier does not match the challenge");
    }
    if facts.dpop_jkt.is_some() && facts.dpop_jkt != presented.dpop_jkt {
        return refuse("the code is bound to a key, and the request does not prove that one");
    }
    match facts.state {
        CodeState::Consumed => return Err(CodeRefusal::Replayed),
        CodeState::Unused => {}
    }
    if now >= facts.expires_at {
        return refuse("the code has expired");
    }
    resource::narrowed(presented.resources, facts.resources)?;

    Ok(())
}

fn refuse(description: &'static str) -> Result<(), CodeRefusal> {
    Err(OAuthError::new(OAuthErrorCode::InvalidGrant, description).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn resource() -> Resource {
        Resource::parse("https://mcp.example/mcp").unwrap()
    }

    /// Judges a good presentation after a change to either side.
    fn judge(change: impl FnOnce(&mut CodeFacts<'_>, &mut PresentedCode<'_>)) -> Result<(), CodeRefusal> {
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap();
        let resources = [resource()];
        let mut facts = CodeFacts {
            client_id: "c1",
            redirect_uri: Some("https://c/cb"),
            code_challenge: &challenge,
            dpop_jkt: None,
            resources: &resources,
            expires_at: 60_000,
            state: CodeState::Unused,
        };
        let mut presented = PresentedCode {
            client_id: "c1",
            redirect_uri: Some("https://c/cb"),
            code_verifier: Some(VERIFIER),
            dpop_jkt: None,
            resources: &[],
        };
        change(&mut facts, &mut presented);

        judge_code(facts, presented, 59_999)
    }

    fn code_of(result: Result<(), CodeRefusal>) -> OAuthErrorCode {
        match result.unwrap_err() {
            CodeRefusal::Refused(error) => error.code,
            CodeRefusal::Replayed => panic!("a replay"),
        }
    }

    #[test]
    fn a_good_code_is_redeemed() {
        assert_eq!(judge(|_, _| {}), Ok(()));
    }

    #[test]
    fn another_clients_code_is_refused() {
        assert_eq!(code_of(judge(|_, p| p.client_id = "c2")), OAuthErrorCode::InvalidGrant);
    }

    #[test]
    fn the_redirect_uri_must_be_repeated_exactly() {
        for other in [None, Some("https://c/cb/")] {
            assert_eq!(code_of(judge(|_, p| p.redirect_uri = other)), OAuthErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn a_redirect_uri_that_was_left_out_stays_left_out() {
        assert!(judge(|f, p| (f.redirect_uri, p.redirect_uri) = (None, None)).is_ok());
        assert!(judge(|f, _| f.redirect_uri = None).is_err());
    }

    #[test]
    fn the_verifier_must_be_there_and_match() {
        let other = "a".repeat(43);
        for verifier in [None, Some(""), Some("short"), Some(CHALLENGE), Some(other.as_str())] {
            let result = judge(|_, p| p.code_verifier = verifier.map(|v| -> &'static str { v.to_owned().leak() }));

            assert_eq!(code_of(result), OAuthErrorCode::InvalidGrant, "{verifier:?}");
        }
    }

    #[test]
    fn a_code_that_is_bound_to_a_key_needs_a_proof_of_it() {
        assert_eq!(judge(|f, p| (f.dpop_jkt, p.dpop_jkt) = (Some("k1"), Some("k1"))), Ok(()));
        assert_eq!(judge(|_, p| p.dpop_jkt = Some("k1")), Ok(()));
        for other in [None, Some("k2")] {
            let result = judge(|f, p| (f.state, f.dpop_jkt, p.dpop_jkt) = (CodeState::Consumed, Some("k1"), other));

            assert_eq!(code_of(result), OAuthErrorCode::InvalidGrant, "no replay either");
        }
    }

    #[test]
    fn a_used_code_is_a_replay_even_when_expired() {
        let result = judge(|f, _| (f.state, f.expires_at) = (CodeState::Consumed, 0));

        assert_eq!(result, Err(CodeRefusal::Replayed));
        assert_eq!(OAuthError::from(CodeRefusal::Replayed).code, OAuthErrorCode::InvalidGrant);
    }

    #[test]
    fn a_stranger_never_causes_a_replay() {
        for stranger in [
            judge(|f, p| (f.state, p.client_id) = (CodeState::Consumed, "c2")),
            judge(|f, p| (f.state, p.code_verifier) = (CodeState::Consumed, None)),
            judge(|f, p| (f.state, p.code_verifier) = (CodeState::Consumed, Some(CHALLENGE))),
            judge(|f, p| (f.state, p.redirect_uri) = (CodeState::Consumed, None)),
        ] {
            assert_eq!(code_of(stranger), OAuthErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn a_code_expires_at_its_instant() {
        assert!(judge(|f, _| f.expires_at = 60_000).is_ok());
        assert_eq!(code_of(judge(|f, _| f.expires_at = 59_999)), OAuthErrorCode::InvalidGrant);
    }

    #[test]
    fn a_resource_outside_the_grant_is_an_invalid_target() {
        let granted = [resource()];
        let other = [Resource::parse("https://other.example").unwrap()];
        let challenge = CodeChallenge::parse(Some(CHALLENGE), Some("S256")).unwrap();
        let judge = |resources| {
            judge_code(
                CodeFacts {
                    client_id: "c1",
                    redirect_uri: None,
                    code_challenge: &challenge,
                    dpop_jkt: None,
                    resources: &granted,
                    expires_at: 1,
                    state: CodeState::Unused,
                },
                PresentedCode {
                    client_id: "c1",
                    redirect_uri: None,
                    code_verifier: Some(VERIFIER),
                    dpop_jkt: None,
                    resources,
                },
                0,
            )
        };

        assert!(judge(&granted[..]).is_ok());
        assert_eq!(code_of(judge(&other[..])), OAuthErrorCode::InvalidTarget);
    }

    #[test]
    fn a_verifier_of_the_wrong_length_or_alphabet_is_an_invalid_grant() {
        for verifier in ["a".repeat(42), "a".repeat(129), "+".repeat(43), "é".repeat(43), "a".repeat(1 << 20)] {
            let verifier: &'static str = verifier.leak();
            let result = judge(|_, presented| presented.code_verifier = Some(verifier));

            assert_eq!(code_of(result), OAuthErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn a_loopback_redirect_must_repeat_its_port() {
        let result = judge(|facts, presented| {
            facts.redirect_uri = Some("http://127.0.0.1:51234/cb");
            presented.redirect_uri = Some("http://127.0.0.1:51235/cb");
        });

        assert_eq!(code_of(result), OAuthErrorCode::InvalidGrant);
    }

    #[test]
    fn a_refused_resource_or_an_expired_code_is_no_replay() {
        let expired = judge(|facts, _| facts.expires_at = 0);

        assert!(matches!(expired, Err(CodeRefusal::Refused(_))), "{expired:?}");
    }

    #[test]
    fn debug_hides_the_verifier() {
        let presented = PresentedCode {
            client_id: "c1",
            redirect_uri: None,
            code_verifier: Some("hush"),
            dpop_jkt: None,
            resources: &[],
        };

        assert!(!format!("{presented:?}").contains("hush"));
    }
}
