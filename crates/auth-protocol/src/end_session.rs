//! Signing out at the wish of a client. RP-Initiated Logout §2 and §3.
//!
//! The flow verifies the signature and the issuer of the hint, fetches the client that
//! [`named_client`] gives, asks [`trusted_redirect`] where the browser may go, and does what
//! [`judge_end_session`] says.

use std::fmt;

use crate::authorize;
use crate::claims::IdTokenClaims;
use crate::params::Params;
use crate::redirect_uri::RedirectUri;

/// A request to sign out; `Debug` hides the ID token and the URI.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EndSessionRequest {
    /// An ID token of the person to sign out, not yet verified; an expired one is fine. §2.
    pub id_token_hint: Option<String>,
    /// The client, if it names itself besides.
    pub client_id: Option<String>,
    /// Where the browser is to go afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// What to send along unchanged.
    pub state: Option<String>,
}

impl EndSessionRequest {
    /// Reads the parameters of a request to sign out; an overlong `state` is dropped.
    pub fn read(params: &Params) -> Self {
        let text = |name| params.get(name).map(str::to_owned);

        Self {
            id_token_hint: text("id_token_hint"),
            client_id: text("client_id"),
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state: authorize::state(params).map(str::to_owned),
        }
    }
}

impl fmt::Debug for EndSessionRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EndSessionRequest").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// The client that a request speaks for, to be fetched; none when request and hint disagree. §2.
///
/// `hint` is an ID token that this server signed. One that is made out to several audiences names no
/// client, because this server makes none such.
pub fn named_client<'a>(request: &'a EndSessionRequest, hint: Option<&'a IdTokenClaims>) -> Option<&'a str> {
    let Some(hint) = hint else { return request.client_id.as_deref() };
    let mut audiences = hint.aud.iter();
    let only = audiences.next().filter(|_| audiences.next().is_none())?;

    request.client_id.as_deref().is_none_or(|named| named == only).then_some(only)
}

/// Where the browser may go afterwards, with `state`: only to a URI registered for that. §3.
pub fn trusted_redirect(request: &EndSessionRequest, registered: &[RedirectUri]) -> Option<String> {
    let wanted = request.post_logout_redirect_uri.as_deref()?;
    let uri = registered.iter().find(|uri| uri.matches(wanted)).and_then(|_| RedirectUri::parse(wanted).ok())?;

    Some(match request.state.as_deref() {
        Some(state) => uri.with_query(&[("state", state)]),
        None => uri.as_str().to_owned(),
    })
}

/// The browser session that a request came with.
#[derive(Debug, Clone, Copy)]
pub struct CurrentSession<'a> {
    /// The person, as `sub` of their ID tokens.
    pub subject: &'a str,
    /// The session, as `sid` of its ID tokens.
    pub sid: &'a str,
}

/// Whether the person has confirmed on a page of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// They have.
    Given,
    /// They have not been asked.
    Missing,
}

/// What the decision rests on.
#[derive(Debug, Clone, Copy)]
pub struct EndSessionFacts<'a> {
    /// The verified ID token that came along, if any.
    pub hint: Option<&'a IdTokenClaims>,
    /// The session of this browser, if anybody is signed in.
    pub session: Option<CurrentSession<'a>>,
    /// What [`trusted_redirect`] gave.
    pub redirect: Option<&'a str>,
    /// Whether the person has confirmed.
    pub confirmation: Confirmation,
}

/// What a request to sign out comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndSession<'a> {
    /// Ask the person: the request alone proves nothing. §2.
    Ask,
    /// End the current session, then go on to the client, or show a page.
    End(Option<&'a str>),
    /// Nobody is signed in: show a page.
    NobodySignedIn,
}

/// Judges a request to sign out.
///
/// Without a confirmation only an ID token of the very session ends it, and only on the way to a
/// registered URI. The browser goes on to a client only if that client shows an ID token of the
/// person signed in: anybody can register a client and get an ID token of their own, and would have
/// a redirector otherwise.
pub fn judge_end_session(facts: EndSessionFacts<'_>) -> EndSession<'_> {
    let Some(session) = facts.session else { return EndSession::NobodySignedIn };
    let of_person = facts.hint.filter(|hint| hint.sub == session.subject);
    let of_session = of_person.is_some_and(|hint| hint.sid.as_deref() == Some(session.sid));
    let redirect = facts.redirect.filter(|_| of_person.is_some());

    match facts.confirmation {
        Confirmation::Given => EndSession::End(redirect),
        Confirmation::Missing if of_session && redirect.is_some() => EndSession::End(redirect),
        Confirmation::Missing => EndSession::Ask,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::{Audience, PersonClaims};

    const BYE: &str = "https://c/bye";
    const SESSION: CurrentSession<'static> = CurrentSession { subject: "u1", sid: "s1" };

    fn request(text: &str) -> EndSessionRequest {
        EndSessionRequest::read(&Params::parse(text, &[]).unwrap())
    }

    fn hint(aud: Audience) -> IdTokenClaims {
        IdTokenClaims {
            iss: "https://as.example".to_owned(),
            sub: "u1".to_owned(),
            aud,
            exp: 2,
            iat: 1,
            auth_time: None,
            nonce: None,
            at_hash: None,
            sid: Some("s1".to_owned()),
            acr: None,
            amr: Vec::new(),
            azp: None,
            person: PersonClaims::default(),
        }
    }

    fn redirect(text: &str, registered: &[&str]) -> Option<String> {
        let registered: Vec<RedirectUri> = registered.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
        trusted_redirect(&request(text), &registered)
    }

    fn judge<'a>(
        hint: Option<&'a IdTokenClaims>,
        session: Option<CurrentSession<'a>>,
        redirect: Option<&'a str>,
        confirmation: Confirmation,
    ) -> EndSession<'a> {
        judge_end_session(EndSessionFacts { hint, session, redirect, confirmation })
    }

    #[test]
    fn a_full_request_is_read_and_its_token_is_hidden() {
        let request = request(
            "id_token_hint=hush&client_id=c1&post_logout_redirect_uri=https%3A%2F%2Fc%2Fbye%3Fsecret&state=s&logout_hint=x",
        );

        assert_eq!(request.id_token_hint.as_deref(), Some("hush"));
        assert_eq!(request.post_logout_redirect_uri.as_deref(), Some("https://c/bye?secret"));
        assert_eq!(request.state.as_deref(), Some("s"));
        let shown = format!("{request:?}");
        assert!(shown.contains("c1") && !shown.contains("hush") && !shown.contains("secret"));
    }

    #[test]
    fn an_empty_request_is_a_request() {
        assert_eq!(request(""), EndSessionRequest::default());
    }

    #[test]
    fn an_overlong_state_is_dropped() {
        let long = format!("state={}", "x".repeat(authorize::MAX_STATE_LENGTH + 1));

        assert_eq!(request(&long).state, None);
    }

    #[test]
    fn the_client_is_the_one_the_hint_was_made_out_to() {
        let c1 = hint("c1".into());

        assert_eq!(named_client(&request(""), Some(&c1)), Some("c1"));
        assert_eq!(named_client(&request("client_id=c1"), Some(&c1)), Some("c1"));
        assert_eq!(named_client(&request("client_id=c1"), None), Some("c1"));
        assert_eq!(named_client(&request(""), None), None);
    }

    #[test]
    fn a_hint_of_another_client_names_none() {
        assert_eq!(named_client(&request("client_id=c2"), Some(&hint("c1".into()))), None);
    }

    #[test]
    fn a_hint_for_several_or_for_nobody_names_none() {
        for aud in [vec!["c1", "c2"], vec![]] {
            let hint = hint(aud.into_iter().collect());

            assert_eq!(named_client(&request("client_id=c1"), Some(&hint)), None);
            assert_eq!(named_client(&request(""), Some(&hint)), None);
        }
    }

    #[test]
    fn the_browser_goes_to_a_registered_uri_with_state() {
        assert_eq!(redirect("post_logout_redirect_uri=https://c/bye", &[BYE]).as_deref(), Some(BYE));
        assert_eq!(
            redirect("post_logout_redirect_uri=https://c/bye&state=a%26b", &[BYE]).as_deref(),
            Some("https://c/bye?state=a%26b")
        );
        assert_eq!(
            redirect("post_logout_redirect_uri=http://127.0.0.1:51234/bye", &["http://127.0.0.1/bye"]).as_deref(),
            Some("http://127.0.0.1:51234/bye")
        );
    }

    #[test]
    fn the_browser_goes_nowhere_else() {
        for other in [
            "https://c/by",
            "https://c/bye/",
            "https://c/bye?x=1",
            "https://c/bye%23x",
            "https://c/bye.evil.example",
            "https://c@evil/bye",
            "https://evil/bye",
            "javascript:alert(1)",
            "//evil/bye",
            "",
        ] {
            assert_eq!(redirect(&format!("post_logout_redirect_uri={other}"), &[BYE]), None, "{other}");
        }
        assert_eq!(redirect("post_logout_redirect_uri=https://c/bye", &[]), None);
        assert_eq!(redirect("state=x", &[BYE]), None);
    }

    #[test]
    fn an_id_token_of_this_session_ends_it() {
        let hint = hint("c1".into());

        let judged = judge(Some(&hint), Some(SESSION), Some(BYE), Confirmation::Missing);

        assert_eq!(judged, EndSession::End(Some(BYE)));
    }

    #[test]
    fn an_id_token_of_another_person_or_session_proves_nothing() {
        let own = hint("c1".into());

        for other in [
            IdTokenClaims { sub: "u2".to_owned(), ..own.clone() },
            IdTokenClaims { sid: Some("s2".to_owned()), ..own.clone() },
            IdTokenClaims { sid: None, ..own },
        ] {
            let judged = judge(Some(&other), Some(SESSION), Some(BYE), Confirmation::Missing);

            assert_eq!(judged, EndSession::Ask, "{other:?}");
        }
    }

    #[test]
    fn without_a_registered_uri_the_person_is_asked() {
        let hint = hint("c1".into());

        assert_eq!(judge(Some(&hint), Some(SESSION), None, Confirmation::Missing), EndSession::Ask);
    }

    #[test]
    fn a_request_without_a_hint_is_asked_about() {
        assert_eq!(judge(None, Some(SESSION), Some(BYE), Confirmation::Missing), EndSession::Ask);
    }

    #[test]
    fn a_confirmed_request_ends_the_session() {
        for redirect in [Some(BYE), None] {
            assert_eq!(judge(None, Some(SESSION), redirect, Confirmation::Given), EndSession::End(None));
        }
    }

    #[test]
    fn a_confirmed_request_goes_on_only_with_an_id_token_of_the_person() {
        let own = hint("c1".into());
        let earlier = IdTokenClaims { sid: Some("s2".to_owned()), ..own.clone() };
        let other = IdTokenClaims { sub: "u2".to_owned(), ..own.clone() };

        for hint in [&own, &earlier] {
            let judged = judge(Some(hint), Some(SESSION), Some(BYE), Confirmation::Given);
            assert_eq!(judged, EndSession::End(Some(BYE)));
        }
        assert_eq!(judge(Some(&other), Some(SESSION), Some(BYE), Confirmation::Given), EndSession::End(None));
    }

    #[test]
    fn with_nobody_signed_in_the_browser_goes_nowhere() {
        let hint = hint("c1".into());

        for confirmation in [Confirmation::Missing, Confirmation::Given] {
            assert_eq!(judge(Some(&hint), None, Some(BYE), confirmation), EndSession::NobodySignedIn);
        }
    }
}
