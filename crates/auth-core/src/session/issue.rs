//! Issuing, finding, extending and ending sessions.

use std::net::IpAddr;

use chrono::{DateTime, Duration, Utc};
use http::{HeaderMap, HeaderValue, header};
use sea_orm::DatabaseTransaction;

use super::cookie::{CookieKind, SESSION_COOKIE, cookie_value, expired_cookie, set_cookie};
use crate::clock::after;
use crate::context::AuthContext;
use crate::database::retrying;
use crate::entity::{session, user};
use crate::error::Unexpected;
use crate::hooks::{About, Event};
use crate::secret::digest;
use crate::store;

/// A person and the session they act in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub user: user::Model,
    /// The session. Its token is a digest.
    pub session: session::Model,
}

/// A session was issued.
#[derive(Clone, Debug)]
pub struct SessionIssued {
    /// Who signed in.
    pub user_id: String,
    /// The session's row id.
    pub session_id: String,
}

impl Event for SessionIssued {
    const NAME: &'static str = "session.issued";

    fn about(&self) -> About {
        About::user(&self.user_id).with("session_id", &self.session_id)
    }
}

/// A session was ended by its person.
#[derive(Clone, Debug)]
pub struct SessionRevoked {
    /// Whose session it was.
    pub user_id: String,
    /// The session's row id.
    pub session_id: String,
}

impl Event for SessionRevoked {
    const NAME: &'static str = "session.revoked";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        About::user(&self.user_id).with("session_id", &self.session_id)
    }
}

/// What is known about a sign-in when its session is made.
#[derive(Clone, Debug, Default)]
pub struct NewSession {
    /// Whether the browser keeps the cookie after it is closed.
    pub remember: bool,
    /// The client's address, if known.
    pub address: Option<IpAddr>,
    /// The browser's name of itself.
    pub user_agent: Option<String>,
    /// The methods by which the person proved who they are (RFC 8176 §2).
    pub methods: Vec<&'static str>,
}

impl NewSession {
    /// Takes what the request's headers tell.
    pub fn of(headers: &HeaderMap, address: Option<IpAddr>, remember: bool) -> Self {
        let user_agent = headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(512).collect());
        Self { remember, address, user_agent, methods: Vec::new() }
    }

    /// Adds a method by which the person proved who they are: `pwd`, `otp`, `hwk` (RFC 8176 §2).
    #[must_use]
    pub fn by(mut self, method: &'static str) -> Self {
        self.methods.push(method);
        self
    }
}

/// A session just issued, with the only copy of its token.
pub struct IssuedSession {
    /// The person and the session.
    pub signed_in: SignedIn,
    /// The token in clear; it is stored nowhere.
    pub token: String,
    /// The `Set-Cookie` header that carries it, signed.
    pub cookie: HeaderValue,
}

impl std::fmt::Debug for IssuedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedSession").field("session", &self.signed_in.session.id).finish_non_exhaustive()
    }
}

/// What a request's cookie led to.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// No cookie of ours, or one we did not sign.
    Nothing,
    /// A signed cookie whose session is gone or over; the browser may forget it.
    Stale,
    /// A live session, with the token the cookie carried.
    Live { signed_in: Box<SignedIn>, token: String },
}

impl AuthContext {
    /// Issues a session in the caller's transaction. Always a new token: what a browser brought
    /// along is never adopted.
    ///
    /// # Errors
    /// [`Unexpected`] when the database or the randomness fails.
    pub async fn issue_session(
        &self,
        tx: &DatabaseTransaction,
        user: user::Model,
        new: NewSession,
    ) -> Result<IssuedSession, Unexpected> {
        let token = self.new_token()?;
        let now = self.now();
        let options = self.config().session();
        let lives = if new.remember { options.expires_in } else { options.short_expires_in };
        let session = session::Model {
            id: self.new_id()?,
            expires_at: self.after(now, lives),
            token: digest(&token),
            created_at: now,
            updated_at: now,
            ip_address: new.address.map(|address| address.to_string()),
            user_agent: new.user_agent,
            user_id: user.id.clone(),
            remember_me: new.remember,
            authenticated_at: Some(now),
            amr: (!new.methods.is_empty()).then(|| new.methods.join(" ")),
        };
        store::session::insert(tx, &session).await?;
        let event = SessionIssued { user_id: user.id.clone(), session_id: session.id.clone() };
        self.events().emit_in(&event, tx).await?;
        let cookie = self.session_cookie(&token, &session)?;
        Ok(IssuedSession { signed_in: SignedIn { user, session }, token, cookie })
    }

    /// Finds the live session of a request, in one statement.
    ///
    /// # Errors
    /// [`Unexpected`] when the database fails.
    pub async fn find_session(&self, headers: &HeaderMap) -> Result<Option<SignedIn>, Unexpected> {
        Ok(match self.look_up(headers).await? {
            Found::Live { signed_in, .. } => Some(*signed_in),
            Found::Nothing | Found::Stale => None,
        })
    }

    pub(crate) async fn look_up(&self, headers: &HeaderMap) -> Result<Found, Unexpected> {
        let Some(token) = self.presented_token(headers) else { return Ok(Found::Nothing) };
        match store::session::find_with_user(self.db(), &digest(&token)).await? {
            Some((session, user)) if session.expires_at > self.now() => {
                Ok(Found::Live { signed_in: Box::new(SignedIn { user, session }), token })
            }
            Some(_) | None => Ok(Found::Stale),
        }
    }

    /// The session token a request carries in a cookie we signed.
    pub(crate) fn presented_token(&self, headers: &HeaderMap) -> Option<String> {
        let signed = cookie_value(headers, self.config(), SESSION_COOKIE)?;
        self.keys().verify(&signed).map(str::to_owned)
    }

    /// Extends a session that has been used long enough; at most once a day by default.
    pub(crate) async fn slide(&self, signed_in: &mut SignedIn, token: &str) -> Result<Option<HeaderValue>, Unexpected> {
        let options = self.config().session();
        let session = &mut signed_in.session;
        if !session.remember_me || !is_due(session.expires_at, options.expires_in, options.update_age, self.now()) {
            return Ok(None);
        }
        let expires_at = self.after(self.now(), options.expires_in);
        // At the last moment the database takes there is nothing to extend.
        if expires_at <= session.expires_at {
            return Ok(None);
        }
        let extend = || store::session::extend(self.db(), &session.id, session.expires_at, expires_at, self.now());
        if !retrying(extend).await? {
            return Ok(None);
        }
        session.expires_at = expires_at;
        session.updated_at = self.now();
        self.session_cookie(token, session).map(Some)
    }

    /// Ends a session and returns the header that makes the browser forget it.
    ///
    /// # Errors
    /// [`Unexpected`] when the database fails or a hook aborts.
    pub async fn end_session(
        &self,
        tx: &DatabaseTransaction,
        session: &session::Model,
    ) -> Result<HeaderValue, Unexpected> {
        store::session::delete(tx, &session.id).await?;
        let event = SessionRevoked { user_id: session.user_id.clone(), session_id: session.id.clone() };
        self.events().emit_in(&event, tx).await?;
        self.forget_session_cookie()
    }

    pub(crate) fn forget_session_cookie(&self) -> Result<HeaderValue, Unexpected> {
        expired_cookie(self.config(), SESSION_COOKIE)
    }

    fn session_cookie(&self, token: &str, session: &session::Model) -> Result<HeaderValue, Unexpected> {
        let kind = if session.remember_me {
            CookieKind::For(self.config().session().expires_in)
        } else {
            CookieKind::UntilClosed
        };
        set_cookie(self.config(), SESSION_COOKIE, &self.keys().sign(token), kind)
    }
}

/// Says whether a session was used long enough since it was last extended.
fn is_due(expires_at: DateTime<Utc>, expires_in: u64, update_age: u64, now: DateTime<Utc>) -> bool {
    let seconds = |value: u64| i64::try_from(value).ok().and_then(Duration::try_seconds);
    let extended = seconds(expires_in).and_then(|span| expires_at.checked_sub_signed(span));
    extended.is_some_and(|extended| after(extended, update_age) <= now)
}
