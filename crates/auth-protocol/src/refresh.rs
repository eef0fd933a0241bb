//! Refreshing: rotation, replay and reuse. RFC 6749 §6, OAuth 2.1 §4.3.1, RFC 9700 §4.14.2.

use crate::resource::{self, Resource};
use crate::scope::{self, Scope};
use crate::{OAuthError, OAuthErrorCode};

/// Where a refresh token stands in its family.
#[derive(Debug, Clone, Copy)]
pub enum RefreshState<'a> {
    /// It is the newest of its family.
    Live,
    /// It was exchanged for a successor.
    Rotated(Rotation<'a>),
    /// Its family is revoked.
    Revoked,
}

/// The exchange that rotated a refresh token.
#[derive(Debug, Clone, Copy)]
pub struct Rotation<'a> {
    /// When it took place, in milliseconds since the epoch.
    pub at: i64,
    /// Whether the token it gave has been used.
    pub successor: Successor,
    /// The `scope` parameter of that request.
    pub scope: Option<&'a Scope>,
    /// The `resource` parameters of that request.
    pub resources: &'a [Resource],
}

/// What became of the token that followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor {
    /// It was never presented, so the answer may have been lost.
    Unused,
    /// It was presented, so the answer had arrived.
    Used,
}

/// What is stored of a refresh token and its grant.
#[derive(Debug, Clone, Copy)]
pub struct RefreshFacts<'a> {
    /// The client it was issued to.
    pub client_id: &'a str,
    /// The scope of the grant.
    pub scope: &'a Scope,
    /// The resources of the grant.
    pub resources: &'a [Resource],
    /// The key it is bound to. RFC 9449 §5.
    pub dpop_jkt: Option<&'a str>,
    /// When the token ends, in milliseconds since the epoch.
    pub expires_at: i64,
    /// When the grant ends however often it is refreshed, in milliseconds since the epoch.
    pub grant_expires_at: i64,
    /// Where it stands.
    pub state: RefreshState<'a>,
}

/// What an authenticated client presents along with a refresh token.
#[derive(Debug, Clone, Copy)]
pub struct PresentedRefresh<'a> {
    /// The client, authenticated by its registered method.
    pub client_id: &'a str,
    /// The key it has proven to hold.
    pub dpop_jkt: Option<&'a str>,
    /// The `scope` parameter.
    pub scope: Option<&'a Scope>,
    /// The `resource` parameters.
    pub resources: &'a [Resource],
}

/// What a refresh comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// Exchange it; [`scope::narrowed`] and [`resource::narrowed`] give what the new token holds.
    Rotate,
    /// Answer once more what was answered: the same request, sent again because the answer got lost.
    Replay,
    /// Revoke the family, then answer `invalid_grant`: two parties hold the token.
    Reuse,
    /// Refuse and change nothing.
    Refuse(OAuthError),
}

/// Judges a refresh; `now` and `window` are in milliseconds, and a window of 0 never replays.
///
/// The clock of another process may be behind the one that rotated, so the window counts both ways.
///
/// A stranger's attempt is refused before anything else, so it can neither burn a token nor revoke
/// a family. A rotated token is replayed inside the window, to the same request, while its successor
/// is unused; in every other case it is reuse, however old it is.
pub fn judge_refresh(
    facts: RefreshFacts<'_>,
    presented: PresentedRefresh<'_>,
    now: i64,
    window: i64,
) -> RefreshOutcome {
    if facts.client_id != presented.client_id {
        return refuse("the refresh token was issued to another client");
    }
    if facts.dpop_jkt.is_some() && facts.dpop_jkt != presented.dpop_jkt {
        return refuse("the refresh token is bound to a key, and the request does not prove that one");
    }
    match facts.state {
        RefreshState::Revoked => refuse("the refresh token was revoked"),
        RefreshState::Rotated(rotation) if is_replay(rotation, presented, now, window) => RefreshOutcome::Replay,
        RefreshState::Rotated(_) => RefreshOutcome::Reuse,
        RefreshState::Live if now >= facts.expires_at || now >= facts.grant_expires_at => {
            refuse("the refresh token has expired")
        }
        RefreshState::Live => scope::narrowed(presented.scope, facts.scope)
            .and_then(|_| resource::narrowed(presented.resources, facts.resources))
            .map_or_else(RefreshOutcome::Refuse, |_| RefreshOutcome::Rotate),
    }
}

fn is_replay(rotation: Rotation<'_>, presented: PresentedRefresh<'_>, now: i64, window: i64) -> bool {
    rotation.successor == Successor::Unused
        && u64::try_from(window).is_ok_and(|window| now.abs_diff(rotation.at) < window)
        && presented.scope == rotation.scope
        && presented.resources == rotation.resources
}

fn refuse(description: &'static str) -> RefreshOutcome {
    RefreshOutcome::Refuse(OAuthError::new(OAuthErrorCode::InvalidGrant, description))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: i64 = 30_000;
    const ROTATED_AT: i64 = 100_000;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    /// Judges a token of client `c1` with scope `a b`.
    fn judge(state: RefreshState<'_>, client_id: &str, asked: Option<&Scope>, now: i64) -> RefreshOutcome {
        let resources = [Resource::parse("https://mcp.example/mcp").unwrap()];
        judge_refresh(
            RefreshFacts {
                client_id: "c1",
                dpop_jkt: None,
                scope: &scope("a b"),
                resources: &resources,
                expires_at: 200_000,
                grant_expires_at: 300_000,
                state,
            },
            PresentedRefresh { client_id, dpop_jkt: None, scope: asked, resources: &[] },
            now,
            WINDOW,
        )
    }

    fn rotated(successor: Successor) -> RefreshState<'static> {
        RefreshState::Rotated(Rotation { at: ROTATED_AT, successor, scope: None, resources: &[] })
    }

    fn code_of(outcome: RefreshOutcome) -> OAuthErrorCode {
        match outcome {
            RefreshOutcome::Refuse(error) => error.code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_live_token_is_rotated() {
        assert_eq!(judge(RefreshState::Live, "c1", None, 0), RefreshOutcome::Rotate);
        assert_eq!(judge(RefreshState::Live, "c1", Some(&scope("a c")), 0), RefreshOutcome::Rotate);
    }

    #[test]
    fn a_token_that_is_bound_to_a_key_needs_a_proof_of_it_and_is_no_reuse_without() {
        let used = rotated(Successor::Used);
        for state in [RefreshState::Live, used] {
            let bound = |dpop_jkt| {
                let facts = RefreshFacts {
                    client_id: "c1",
                    dpop_jkt: Some("k1"),
                    scope: &scope("a"),
                    resources: &[],
                    expires_at: 200_000,
                    grant_expires_at: 300_000,
                    state,
                };
                let presented = PresentedRefresh { client_id: "c1", dpop_jkt, scope: None, resources: &[] };
                judge_refresh(facts, presented, 0, WINDOW)
            };

            assert_eq!(code_of(bound(None)), OAuthErrorCode::InvalidGrant);
            assert_eq!(code_of(bound(Some("k2"))), OAuthErrorCode::InvalidGrant);
            assert!(!matches!(bound(Some("k1")), RefreshOutcome::Refuse(_)));
        }
    }

    #[test]
    fn a_scope_outside_the_grant_is_refused() {
        let outcome = judge(RefreshState::Live, "c1", Some(&scope("c")), 0);

        assert_eq!(code_of(outcome), OAuthErrorCode::InvalidScope);
    }

    #[test]
    fn a_resource_outside_the_grant_is_an_invalid_target() {
        let other = [Resource::parse("https://other.example").unwrap()];

        let outcome = judge_refresh(
            RefreshFacts {
                client_id: "c1",
                dpop_jkt: None,
                scope: &scope("a"),
                resources: &[],
                expires_at: 1,
                grant_expires_at: 1,
                state: RefreshState::Live,
            },
            PresentedRefresh { client_id: "c1", dpop_jkt: None, scope: None, resources: &other },
            0,
            WINDOW,
        );

        assert_eq!(code_of(outcome), OAuthErrorCode::InvalidTarget);
    }

    #[test]
    fn another_client_is_refused_and_revokes_nothing() {
        for state in [RefreshState::Live, RefreshState::Revoked, rotated(Successor::Used)] {
            assert_eq!(code_of(judge(state, "c2", None, ROTATED_AT)), OAuthErrorCode::InvalidGrant);
        }
    }

    #[test]
    fn a_revoked_token_is_refused() {
        let outcome = judge(RefreshState::Revoked, "c1", None, 0);

        assert_eq!(code_of(outcome), OAuthErrorCode::InvalidGrant);
    }

    #[test]
    fn a_lost_answer_is_replayed_inside_the_window() {
        for now in [ROTATED_AT - 1, ROTATED_AT, ROTATED_AT + WINDOW - 1] {
            assert_eq!(judge(rotated(Successor::Unused), "c1", None, now), RefreshOutcome::Replay);
        }
    }

    #[test]
    fn a_rotated_token_after_the_window_is_reuse() {
        for now in [ROTATED_AT + WINDOW, 1_000_000, i64::MAX] {
            assert_eq!(judge(rotated(Successor::Unused), "c1", None, now), RefreshOutcome::Reuse);
        }
    }

    #[test]
    fn a_rotated_token_whose_successor_was_used_is_reuse() {
        let outcome = judge(rotated(Successor::Used), "c1", None, ROTATED_AT);

        assert_eq!(outcome, RefreshOutcome::Reuse);
    }

    #[test]
    fn another_request_with_a_rotated_token_is_reuse() {
        let outcome = judge(rotated(Successor::Unused), "c1", Some(&scope("a")), ROTATED_AT);

        assert_eq!(outcome, RefreshOutcome::Reuse);
    }

    #[test]
    fn a_window_of_zero_never_replays() {
        let scope = scope("a");
        for (now, window) in [(ROTATED_AT, 0), (ROTATED_AT - 1, 0), (ROTATED_AT, -1), (i64::MIN, 0)] {
            let outcome = judge_refresh(
                RefreshFacts {
                    client_id: "c1",
                    dpop_jkt: None,
                    scope: &scope,
                    resources: &[],
                    expires_at: 200_000,
                    grant_expires_at: 200_000,
                    state: rotated(Successor::Unused),
                },
                PresentedRefresh { client_id: "c1", dpop_jkt: None, scope: None, resources: &[] },
                now,
                window,
            );

            assert_eq!(outcome, RefreshOutcome::Reuse, "at {now} with {window}");
        }
    }

    #[test]
    fn a_clock_that_is_far_behind_does_not_open_the_window() {
        let outcome = judge(rotated(Successor::Unused), "c1", None, ROTATED_AT - WINDOW);

        assert_eq!(outcome, RefreshOutcome::Reuse);
    }

    #[test]
    fn a_rotated_token_is_reuse_however_old_it_is() {
        assert_eq!(judge(rotated(Successor::Unused), "c1", None, 400_000), RefreshOutcome::Reuse);
    }

    #[test]
    fn another_resource_with_a_rotated_token_is_reuse() {
        let resources = [Resource::parse("https://mcp.example/mcp").unwrap()];
        let scope = scope("a");

        let outcome = judge_refresh(
            RefreshFacts {
                client_id: "c1",
                dpop_jkt: None,
                scope: &scope,
                resources: &resources,
                expires_at: 200_000,
                grant_expires_at: 200_000,
                state: rotated(Successor::Unused),
            },
            PresentedRefresh { client_id: "c1", dpop_jkt: None, scope: None, resources: &resources },
            ROTATED_AT,
            WINDOW,
        );

        assert_eq!(outcome, RefreshOutcome::Reuse);
    }

    #[test]
    fn a_token_ends_with_itself_or_with_its_grant() {
        assert_eq!(judge(RefreshState::Live, "c1", None, 199_999), RefreshOutcome::Rotate);
        assert_eq!(code_of(judge(RefreshState::Live, "c1", None, 200_000)), OAuthErrorCode::InvalidGrant);
        let scope = scope("a");
        let outcome = judge_refresh(
            RefreshFacts {
                client_id: "c1",
                dpop_jkt: None,
                scope: &scope,
                resources: &[],
                expires_at: 500,
                grant_expires_at: 400,
                state: RefreshState::Live,
            },
            PresentedRefresh { client_id: "c1", dpop_jkt: None, scope: None, resources: &[] },
            400,
            0,
        );
        assert_eq!(code_of(outcome), OAuthErrorCode::InvalidGrant);
    }
}
