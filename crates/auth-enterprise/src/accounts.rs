//! Linking people by code: for an app that knows from elsewhere who is who, by SCIM or a sign-in of its own.

use std::fmt;

use auth_core::database::{Transient, begin_write, retrying};
use auth_core::{AuthContext, HookError, NoRandomness, Unexpected};
use auth_protocol::identity_assertion::is_subject;
use sea_orm::{DbErr, SqlErr};

use crate::event::{EnterpriseAccountLinked, EnterpriseAccountUnlinked, LinkedBy};
use crate::identity_provider::IdentityProvider;
use crate::store::{self, Identity};

/// Who is who: `auth.handle::<EnterpriseAccounts>()`.
#[derive(Clone)]
pub struct EnterpriseAccounts {
    cx: AuthContext,
    trusted: Vec<IdentityProvider>,
}

impl fmt::Debug for EnterpriseAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnterpriseAccounts").finish_non_exhaustive()
    }
}

/// Why somebody was not linked.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No identity provider with this issuer is trusted.
    #[error("the issuer {0} is not trusted")]
    UnknownIssuer(String),
    /// The subject is empty, longer than 255 bytes, or has blanks around it.
    #[error("a subject has 1 to 255 bytes, and no blanks around them")]
    Subject,
    /// The subject is somebody already, or the person is another subject there.
    #[error("the subject or the person is linked already")]
    Taken,
    /// There is no such person.
    #[error("there is no such person")]
    UnknownPerson,
    /// Something failed that should not, or a hook refused.
    #[error("the account could not be linked")]
    Failed(Unexpected),
}

impl Transient for LinkError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Failed(failure) => failure.is_transient(),
            Self::UnknownIssuer(_) | Self::Subject | Self::Taken | Self::UnknownPerson => false,
        }
    }
}

impl From<DbErr> for LinkError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Taken,
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Self::UnknownPerson,
            Some(_) | None => Self::Failed(error.into()),
        }
    }
}

impl From<HookError> for LinkError {
    fn from(error: HookError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NoRandomness> for LinkError {
    fn from(error: NoRandomness) -> Self {
        Self::Failed(error.into())
    }
}

impl EnterpriseAccounts {
    pub(crate) fn new(cx: AuthContext, trusted: Vec<IdentityProvider>) -> Self {
        Self { cx, trusted }
    }

    /// Says that a subject of an identity provider is this person.
    ///
    /// # Errors
    /// [`LinkError`].
    pub async fn link(&self, issuer: &str, subject: &str, user_id: &str) -> Result<(), LinkError> {
        let identity = self.identity(issuer, subject)?;
        if !is_subject(subject) {
            return Err(LinkError::Subject);
        }
        let cx = &self.cx;
        let row = identity.row(cx.new_id()?, user_id, cx.now());
        let (issuer, user_id) = (issuer.to_owned(), user_id.to_owned());
        let event = EnterpriseAccountLinked { issuer, user_id, by: LinkedBy::App };
        let (row, told) = (&row, &event);
        retrying(|| async move {
            let tx = begin_write(cx.db()).await?;
            store::insert(&tx, row.clone()).await?;
            cx.events().emit_in(told, &tx).await?;
            tx.commit().await?;
            Ok::<_, LinkError>(())
        })
        .await?;
        tracing::info!(user.id = event.user_id, issuer = event.issuer, by = "app", "enterprise_account.linked");
        cx.events().emit(&event).await;
        Ok(())
    }

    /// Forgets who a subject is; says whether it was known. Their account stays, and so do access tokens there
    /// are, until they end.
    ///
    /// # Errors
    /// [`LinkError::UnknownIssuer`], and what the database answers.
    pub async fn unlink(&self, issuer: &str, subject: &str) -> Result<bool, LinkError> {
        let identity = self.identity(issuer, subject)?;
        let cx = &self.cx;
        let gone = retrying(|| async move {
            let tx = begin_write(cx.db()).await?;
            let Some(user_id) = store::find(&tx, identity).await? else { return Ok(None) };
            let event = EnterpriseAccountUnlinked { issuer: identity.issuer.to_owned(), user_id };
            if !store::delete(&tx, identity).await? {
                return Ok(None);
            }
            cx.events().emit_in(&event, &tx).await?;
            tx.commit().await?;
            Ok::<_, LinkError>(Some(event))
        })
        .await?;
        let Some(event) = gone else { return Ok(false) };
        tracing::info!(user.id = event.user_id, issuer = event.issuer, "enterprise_account.unlinked");
        cx.events().emit(&event).await;
        Ok(true)
    }

    fn identity<'a>(&'a self, issuer: &str, subject: &'a str) -> Result<Identity<'a>, LinkError> {
        let trusted = self.trusted.iter().find(|trusted| trusted.issuer == issuer);
        let trusted = trusted.ok_or_else(|| LinkError::UnknownIssuer(issuer.to_owned()))?;
        Ok(trusted.identity(subject))
    }
}
