//! Whether a person must be asked. OIDC Core §3.1.2.4, RFC 8252 §8.6, RFC 6819 §5.2.3.2.

use crate::client::ClientKind;
use crate::prompt::{Prompt, PromptValue};
use crate::redirect_uri::RedirectUri;
use crate::scope::Scope;
use crate::{OAuthError, OAuthErrorCode};

/// What the decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct ConsentFacts<'a> {
    /// The scope about to be granted.
    pub requested: &'a Scope,
    /// The scope this person gave this client before, for the same resource and redirect target;
    /// `None` when there is no such consent.
    pub remembered: Option<&'a Scope>,
    /// Whether the client can prove who it is.
    pub client: ClientKind,
    /// Where the answer goes.
    pub redirect_uri: &'a RedirectUri,
    /// What the client wants to be shown.
    pub prompt: &'a Prompt,
    /// Whether the operator vouches for the client, so that nobody has to be asked.
    pub first_party: bool,
}

/// What to do about consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Ask the person.
    Ask,
    /// The person said yes before.
    Remembered,
}

/// Judges whether consent must be asked for.
///
/// Consent is remembered for clients whose answer cannot go astray: confidential ones, and public
/// ones that redirect to an https host. Any program on the machine can present the id of a public
/// client with a loopback or private-use redirect, so those are asked every time (RFC 8252 §8.6).
///
/// # Errors
///
/// `consent_required`, when the person would have to be asked and `prompt=none` forbids it.
pub fn judge_consent(facts: ConsentFacts<'_>) -> Result<Consent, OAuthError> {
    if is_covered(facts) {
        return Ok(Consent::Remembered);
    }
    if facts.prompt.is_none() {
        return Err(OAuthError::new(OAuthErrorCode::ConsentRequired, "the person has to consent"));
    }

    Ok(Consent::Ask)
}

/// Whether a yes to such a request is worth remembering at all.
pub fn is_remembered(client: ClientKind, redirect_uri: &RedirectUri) -> bool {
    match client {
        ClientKind::Confidential => true,
        ClientKind::Public => !redirect_uri.is_loopback() && !redirect_uri.is_private_use(),
    }
}

fn is_covered(facts: ConsentFacts<'_>) -> bool {
    !facts.prompt.contains(PromptValue::Consent)
        && is_remembered(facts.client, facts.redirect_uri)
        && (facts.first_party || facts.remembered.is_some_and(|remembered| facts.requested.is_subset_of(remembered)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: &str = "https://c/cb";
    const LOOPBACK: &str = "http://127.0.0.1/cb";
    const PRIVATE_USE: &str = "cursor://anysphere.cursor-mcp/oauth/callback";

    fn judge(
        remembered: Option<&str>,
        client: ClientKind,
        redirect_uri: &str,
        prompt: &str,
    ) -> Result<Consent, OAuthErrorCode> {
        judge_consent(ConsentFacts {
            requested: &Scope::parse("a b").unwrap(),
            remembered: remembered.map(|text| Scope::parse(text).unwrap()).as_ref(),
            client,
            redirect_uri: &RedirectUri::parse(redirect_uri).unwrap(),
            prompt: &Prompt::parse(Some(prompt)).unwrap(),
            first_party: false,
        })
        .map_err(|error| error.code)
    }

    #[test]
    fn a_new_client_is_asked_for() {
        assert_eq!(judge(None, ClientKind::Confidential, WEB, ""), Ok(Consent::Ask));
    }

    #[test]
    fn consent_that_covers_the_request_is_remembered() {
        assert_eq!(judge(Some("a b c"), ClientKind::Confidential, WEB, ""), Ok(Consent::Remembered));
        assert_eq!(judge(Some("b a"), ClientKind::Public, WEB, ""), Ok(Consent::Remembered));
    }

    #[test]
    fn a_client_of_the_operators_own_is_not_asked_for_unless_it_wants_to_or_anyone_could_be_it() {
        let judge = |redirect_uri: &str, client: ClientKind, prompt: &str| {
            judge_consent(ConsentFacts {
                requested: &Scope::parse("a").unwrap(),
                remembered: None,
                client,
                redirect_uri: &RedirectUri::parse(redirect_uri).unwrap(),
                prompt: &Prompt::parse(Some(prompt)).unwrap(),
                first_party: true,
            })
        };

        assert_eq!(judge(WEB, ClientKind::Confidential, ""), Ok(Consent::Remembered));
        assert_eq!(judge(WEB, ClientKind::Confidential, "none"), Ok(Consent::Remembered));
        assert_eq!(judge(WEB, ClientKind::Confidential, "consent"), Ok(Consent::Ask));
        assert_eq!(judge(LOOPBACK, ClientKind::Public, ""), Ok(Consent::Ask));
    }

    #[test]
    fn a_wider_request_is_asked_for_again() {
        assert_eq!(judge(Some("a"), ClientKind::Confidential, WEB, ""), Ok(Consent::Ask));
    }

    #[test]
    fn public_clients_on_the_machine_are_asked_every_time() {
        for redirect_uri in [LOOPBACK, PRIVATE_USE, "https://localhost/cb"] {
            assert_eq!(judge(Some("a b"), ClientKind::Public, redirect_uri, ""), Ok(Consent::Ask));
        }
    }

    #[test]
    fn confidential_clients_on_the_machine_are_remembered() {
        assert_eq!(judge(Some("a b"), ClientKind::Confidential, LOOPBACK, ""), Ok(Consent::Remembered));
    }

    #[test]
    fn prompt_consent_always_asks() {
        assert_eq!(judge(Some("a b"), ClientKind::Confidential, WEB, "consent"), Ok(Consent::Ask));
    }

    #[test]
    fn prompt_none_never_asks() {
        let required = Err(OAuthErrorCode::ConsentRequired);

        assert_eq!(judge(None, ClientKind::Confidential, WEB, "none"), required);
        assert_eq!(judge(Some("a b"), ClientKind::Public, LOOPBACK, "none"), required);
        assert_eq!(judge(Some("a b"), ClientKind::Public, WEB, "none"), Ok(Consent::Remembered));
    }

    #[test]
    fn a_yes_of_the_unspecified_address_is_not_remembered() {
        let own_machine = RedirectUri::parse("https://0.0.0.0/cb").unwrap();

        assert!(!is_remembered(ClientKind::Public, &own_machine));
        assert!(is_remembered(ClientKind::Confidential, &own_machine));
    }

    #[test]
    fn consent_to_nothing_covers_nothing() {
        assert_eq!(judge(Some(""), ClientKind::Confidential, WEB, ""), Ok(Consent::Ask));
    }

    #[test]
    fn prompt_login_alone_does_not_ask_for_consent_again() {
        assert_eq!(judge(Some("a b"), ClientKind::Confidential, WEB, "login"), Ok(Consent::Remembered));
    }
}
