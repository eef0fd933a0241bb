//! What operators do while the app runs, and owners to the clients they have registered.

pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod initial_access;
mod members;
pub(crate) mod page;
pub(crate) mod resources;
mod wanted_client;

use std::borrow::Cow;

use auth_core::database::Transient;
use auth_core::session::SignedIn;
use auth_core::{ApiError, ErrorCode, HookError, NoRandomness, RequestRefused, Unexpected, codes};
use sea_orm::DbErr;

use crate::administration::AdministrativeAction;
use crate::codes::NOT_ALLOWED;
use crate::entity::client;
use crate::provider::Provider;

/// Why what somebody wants is not done; nothing has changed.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// With a code, and more exact words than its own where there are some.
    Told(ErrorCode, Option<Cow<'static, str>>),
    /// Something failed that should not.
    Failed(Unexpected),
}

impl Refusal {
    fn code(code: ErrorCode) -> Self {
        Self::Told(code, None)
    }

    fn saying(code: ErrorCode, words: impl Into<Cow<'static, str>>) -> Self {
        Self::Told(code, Some(words.into()))
    }

    /// A request that does not have the asked shape.
    fn shape(words: impl Into<Cow<'static, str>>) -> Self {
        Self::saying(codes::VALIDATION_ERROR, words)
    }
}

impl From<Unexpected> for Refusal {
    fn from(failure: Unexpected) -> Self {
        Self::Failed(failure)
    }
}

impl From<DbErr> for Refusal {
    fn from(failure: DbErr) -> Self {
        Self::Failed(failure.into())
    }
}

impl From<NoRandomness> for Refusal {
    fn from(failure: NoRandomness) -> Self {
        Self::Failed(failure.into())
    }
}

impl From<HookError> for Refusal {
    fn from(failure: HookError) -> Self {
        Self::Failed(failure.into())
    }
}

impl Transient for Refusal {
    fn is_transient(&self) -> bool {
        match self {
            Self::Failed(failure) => failure.is_transient(),
            Self::Told(..) => false,
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Told(code, None) => Self::code(code),
            Refusal::Told(code, Some(words)) => Self::code(code).saying(words),
            Refusal::Failed(failure) => Self::Unexpected(failure),
        }
    }
}

/// Whoever is signed in and wants something done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) who: &'a SignedIn,
}

/// Which clients somebody can do something to. Any other is none at all to them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// An operator: every one.
    Every,
    /// Those of this person.
    Own(String),
}

impl Reach {
    fn covers(&self, client: &client::Model) -> bool {
        match self {
            Self::Every => true,
            Self::Own(person) => client.user_id.as_ref() == Some(person),
        }
    }
}

impl Asker<'_> {
    /// The person's id.
    fn id(&self) -> &str {
        &self.who.user.id
    }

    /// Demands that an operator asks.
    async fn demand(&self, action: AdministrativeAction<'_>) -> Result<(), Refusal> {
        if self.operates(action).await? { Ok(()) } else { Err(self.refused(action)) }
    }

    /// The clients that are within reach of who asks.
    async fn reach(&self, action: AdministrativeAction<'_>) -> Result<Reach, Refusal> {
        if self.operates(action).await? {
            return Ok(Reach::Every);
        }
        if self.provider.options().managed_by.owners && action.is_for_owners() {
            return Ok(Reach::Own(self.id().to_owned()));
        }
        Err(self.refused(action))
    }

    async fn operates(&self, action: AdministrativeAction<'_>) -> Result<bool, Unexpected> {
        match &self.provider.options().managed_by.operators {
            Some(operators) => operators.0.allows(self.who, action).await,
            None => Ok(false),
        }
    }

    /// Refuses, logs that once, and tells whoever listens.
    fn refused(&self, action: AdministrativeAction<'_>) -> Refusal {
        let reason = action.name();
        tracing::info!(user.id = self.id(), error = NOT_ALLOWED.code, reason, "request.refused");
        self.provider.cx().events().notify(RequestRefused {
            asked: "administration",
            client_id: None,
            user_id: Some(self.id().to_owned()),
            error: NOT_ALLOWED.code.to_owned(),
            reason: reason.to_owned(),
        });
        Refusal::code(NOT_ALLOWED)
    }
}
