//! Who is let in to register a client. RFC 7591 §3.

use auth_core::database::{begin_write, retrying};
use auth_core::{Unexpected, digest};
use auth_protocol::error::OAuthErrorCode;
use chrono::{DateTime, Utc};

use crate::entity::initial_access_token;
use crate::error::OAuthFailure;
use crate::event::InitialAccessTokenIssued;
use crate::provider::Provider;
use crate::registration_mode::Registration;
use crate::store;

/// What every initial access token begins with.
const PREFIX: &str = "iat_";
/// The longest an initial access token lives, in seconds: a year.
pub(super) const LONGEST: u64 = 31_536_000;

/// Who asks to register a client.
#[derive(Default)]
pub(crate) struct Applicant<'a> {
    /// The person who is signed in on a page of ours.
    pub(crate) person: Option<String>,
    /// The token in the header.
    pub(crate) token: Option<&'a str>,
}

/// A registration that may go on.
#[derive(Debug)]
pub(super) struct Admitted {
    /// The owner of the client.
    pub(super) owner: Option<String>,
    /// The digest of the initial access token, to be used up along with what is written.
    pub(super) token: Option<String>,
}

/// Judges who asks, and uses nothing up.
pub(super) async fn judge(provider: &Provider, applicant: Applicant<'_>) -> Result<Admitted, OAuthFailure> {
    let Applicant { person: owner, token } = applicant;
    match provider.options().registration {
        Registration::Open => Ok(Admitted { owner, token: None }),
        Registration::SignedIn if owner.is_some() => Ok(Admitted { owner, token: None }),
        Registration::SignedIn => {
            let description = "clients are registered by people who are signed in, from a page of this origin";
            Err(OAuthFailure::new(OAuthErrorCode::AccessDenied, description))
        }
        Registration::InitialAccessToken => {
            let token = token.map(digest).ok_or_else(invalid)?;
            let works = store::initial_access_token::works(provider.cx().db(), &token, provider.cx().now()).await?;
            if works { Ok(Admitted { owner, token: Some(token) }) } else { Err(invalid()) }
        }
        // There is no route then.
        Registration::Off => Err(OAuthFailure::new(OAuthErrorCode::AccessDenied, "nobody registers clients here")),
    }
}

/// The refusal of an initial access token that does not work, or no longer.
pub(super) fn invalid() -> OAuthFailure {
    OAuthFailure::new(OAuthErrorCode::InvalidToken, "an initial access token that works is needed")
}

/// Issues an initial access token, and says when it ends.
pub(super) async fn issue(
    provider: &Provider,
    uses: u16,
    expires_in: u64,
    by: Option<&str>,
) -> Result<(String, DateTime<Utc>), Unexpected> {
    let cx = provider.cx();
    let token = format!("{PREFIX}{}", cx.new_token()?);
    let row = &initial_access_token::Model {
        id: cx.new_id()?,
        token: digest(&token),
        uses_left: i32::from(uses),
        created_at: cx.now(),
        expires_at: cx.after(cx.now(), expires_in.min(LONGEST)),
    };
    let event = InitialAccessTokenIssued { id: row.id.clone(), by: by.map(str::to_owned) };
    let told = &event;
    retrying(|| async move {
        let tx = begin_write(cx.db()).await?;
        store::initial_access_token::insert(&tx, row.clone()).await?;
        cx.events().emit_in(told, &tx).await?;
        tx.commit().await?;
        Ok::<_, Unexpected>(())
    })
    .await?;
    tracing::info!(user.id = by, uses, "initial_access_token.issued");
    cx.events().emit(&event).await;
    Ok((token, row.expires_at))
}

impl Provider {
    /// Issues an initial access token, with which `uses` clients can be registered within `expires_in`
    /// seconds, at most a year. It is stored as a digest and never told again.
    ///
    /// # Errors
    /// [`Unexpected`] when the database or the randomness fails.
    pub async fn issue_initial_access_token(&self, uses: u16, expires_in: u64) -> Result<String, Unexpected> {
        Ok(issue(self, uses, expires_in, None).await?.0)
    }
}
