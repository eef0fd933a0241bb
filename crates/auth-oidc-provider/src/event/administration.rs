//! What operators do.

use auth_core::{About, Event};

use super::by;

/// An operator made a client.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCreated {
    /// The client.
    pub client_id: String,
    /// The operator.
    pub by: String,
}

impl Event for ClientCreated {
    const NAME: &'static str = "client.created";

    fn about(&self) -> About {
        by(About::client(&self.client_id), Some(&self.by))
    }
}

/// An operator made a resource.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceCreated {
    /// Its identifier.
    pub identifier: String,
    /// The operator.
    pub by: String,
}

impl Event for ResourceCreated {
    const NAME: &'static str = "resource.created";

    fn about(&self) -> About {
        by(About::default().with("resource", &self.identifier), Some(&self.by))
    }
}

/// An operator changed a resource, or enabled it.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceUpdated {
    /// Its identifier.
    pub identifier: String,
    /// The operator.
    pub by: String,
}

impl Event for ResourceUpdated {
    const NAME: &'static str = "resource.updated";

    fn about(&self) -> About {
        by(About::default().with("resource", &self.identifier), Some(&self.by))
    }
}

/// An operator disabled a resource: no token is issued for it any more. Nobody keeps that from happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDisabled {
    /// Its identifier.
    pub identifier: String,
    /// The operator.
    pub by: String,
}

impl Event for ResourceDisabled {
    const NAME: &'static str = "resource.disabled";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        by(About::default().with("resource", &self.identifier), Some(&self.by))
    }
}

/// An operator disabled a client: it can do nothing any more, and its tokens are worth nothing. Nobody keeps that
/// from happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDisabled {
    /// The client.
    pub client_id: String,
    /// The operator.
    pub by: String,
}

impl Event for ClientDisabled {
    const NAME: &'static str = "client.disabled";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        by(About::client(&self.client_id), Some(&self.by))
    }
}

/// The secrets of a client ended at once, and it has another. Nobody keeps that from happening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecretEnded {
    /// The client.
    pub client_id: String,
    /// Who did it; none where the app itself did.
    pub by: Option<String>,
}

impl Event for ClientSecretEnded {
    const NAME: &'static str = "client.secret_ended";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        by(About::client(&self.client_id), self.by.as_deref())
    }
}

/// An initial access token was issued.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessTokenIssued {
    /// The row's id.
    pub id: String,
    /// The operator; none where the app itself did it.
    pub by: Option<String>,
}

impl Event for InitialAccessTokenIssued {
    const NAME: &'static str = "initial_access_token.issued";

    fn about(&self) -> About {
        by(About::default().with("initial_access_token_id", &self.id), self.by.as_deref())
    }
}
