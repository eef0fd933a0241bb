//! Letting somebody in whose password was right.

use std::net::IpAddr;

use auth_core::entity::user;
use auth_core::session::{IssuedSession, NewSession, SessionIssued, SessionRevoked, SignedIn};
use auth_core::{AuthContext, Resume, Unexpected};
use http::HeaderMap;
use sea_orm::DatabaseTransaction;

/// What is known about a request beside the credentials it carries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) address: Option<IpAddr>,
    /// Whether the browser is to keep the session after it is closed.
    pub(crate) remember: bool,
    /// The handle of what was interrupted.
    pub(crate) interaction: Option<&'a str>,
}

/// Somebody who was let in, and where they go now.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) issued: IssuedSession,
    /// The URL that continues what was interrupted.
    pub(crate) next: Option<String>,
}

impl Visit<'_> {
    /// Issues the new session in the open transaction and ends the one the browser brought along.
    ///
    /// Better Auth leaves that one alive, although nobody can reach it any more: ASVS 7.2.4.
    pub(super) async fn exchange(
        &self,
        cx: &AuthContext,
        tx: &DatabaseTransaction,
        old: Option<&SignedIn>,
        user: &user::Model,
    ) -> Result<IssuedSession, Unexpected> {
        if let Some(old) = old {
            cx.end_session(tx, &old.session).await?;
        }
        let new = NewSession::of(self.headers, self.address, self.remember).by("pwd");
        cx.issue_session(tx, user.clone(), new).await
    }

    /// Tells everybody, after the commit, and asks where the person goes.
    pub(super) async fn enter(
        &self,
        cx: &AuthContext,
        old: Option<SignedIn>,
        issued: IssuedSession,
    ) -> Result<Entered, Unexpected> {
        if let Some(SignedIn { session, .. }) = old {
            tracing::info!(user.id = session.user_id, session.id = session.id, "session.revoked");
            cx.events().emit(&SessionRevoked { user_id: session.user_id, session_id: session.id }).await;
        }
        let SignedIn { user, session } = &issued.signed_in;
        let event = SessionIssued { user_id: user.id.clone(), session_id: session.id.clone() };
        tracing::info!(user.id = event.user_id, session.id = event.session_id, "session.issued");
        cx.events().emit(&event).await;
        let resume = Resume { interaction: self.interaction, headers: self.headers };
        let next = cx.continue_after(resume, &issued.signed_in).await?;
        Ok(Entered { issued, next })
    }
}
