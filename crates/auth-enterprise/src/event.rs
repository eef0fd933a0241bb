//! What happens, told to whoever listens: ids and configured names, never a credential nor an address.

use auth_core::{About, Event};

/// An assertion was exchanged for an access token.
///
/// In its transaction a hook can refuse it: nothing is issued then, and the assertion stays good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityAssertionUsed {
    /// Who has signed it.
    pub issuer: String,
    /// Whom it was for.
    pub client_id: String,
    /// Of whom it speaks.
    pub user_id: String,
}

impl Event for IdentityAssertionUsed {
    const NAME: &'static str = "identity_assertion.used";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(Some(&self.user_id)).with("issuer", &self.issuer)
    }
}

/// How somebody at an identity provider became somebody here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkedBy {
    /// The app said so.
    App,
    /// Both sides know them by the same verified address.
    Email,
    /// They had no account, and got one.
    Creation,
}

impl LinkedBy {
    /// The word in logs and events: `email`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Email => "email",
            Self::Creation => "creation",
        }
    }
}

/// Somebody at an identity provider is somebody here from now on.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterpriseAccountLinked {
    /// The identity provider.
    pub issuer: String,
    /// The person here.
    pub user_id: String,
    /// How it came about.
    pub by: LinkedBy,
}

impl Event for EnterpriseAccountLinked {
    const NAME: &'static str = "enterprise_account.linked";

    fn about(&self) -> About {
        About::user(&self.user_id).with("issuer", &self.issuer).with("by", self.by.as_str())
    }
}

/// Somebody at an identity provider is nobody here any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterpriseAccountUnlinked {
    /// The identity provider.
    pub issuer: String,
    /// The person here, whose account stays.
    pub user_id: String,
}

impl Event for EnterpriseAccountUnlinked {
    const NAME: &'static str = "enterprise_account.unlinked";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        About::user(&self.user_id).with("issuer", &self.issuer)
    }
}
