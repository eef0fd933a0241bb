//! What happens in the provider, told to whoever listens: ids only, never a credential.

use auth_core::{About, Event};

mod administration;
mod done;

pub use administration::{
    ClientCreated, ClientDisabled, ClientSecretEnded, InitialAccessTokenIssued, ResourceCreated, ResourceDisabled,
    ResourceUpdated,
};
pub(crate) use done::Done;

/// Adds the person who did it, where somebody did.
fn by(about: About, who: Option<&str>) -> About {
    match who {
        Some(who) => about.with("by", who),
        None => about,
    }
}

/// A client registered itself.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRegistered {
    /// The client.
    pub client_id: String,
    /// The person who was signed in where it registered, if somebody was.
    pub user_id: Option<String>,
}

impl Event for ClientRegistered {
    const NAME: &'static str = "client.registered";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(self.user_id.as_deref())
    }
}

/// A client changed its registration, or somebody changed or enabled it.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientUpdated {
    /// The client.
    pub client_id: String,
    /// Who did it; none where the client or the app itself did.
    pub by: Option<String>,
}

impl Event for ClientUpdated {
    const NAME: &'static str = "client.updated";

    fn about(&self) -> About {
        by(About::client(&self.client_id), self.by.as_deref())
    }
}

/// A client deleted itself, or somebody deleted it, and with it everything it was given; each grant is told
/// by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDeleted {
    /// The client.
    pub client_id: String,
    /// Who did it; none where the client itself did.
    pub by: Option<String>,
}

impl Event for ClientDeleted {
    const NAME: &'static str = "client.deleted";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        by(About::client(&self.client_id), self.by.as_deref())
    }
}

/// A person allowed a client what it asked for, or a part of it.
///
/// In its transaction, which also issues the code, a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentGiven {
    /// The client.
    pub client_id: String,
    /// The person.
    pub user_id: String,
}

impl Event for ConsentGiven {
    const NAME: &'static str = "consent.given";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(Some(&self.user_id))
    }
}

/// A person denied a client what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentDenied {
    /// The client.
    pub client_id: String,
    /// The person.
    pub user_id: String,
}

impl Event for ConsentDenied {
    const NAME: &'static str = "consent.denied";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(Some(&self.user_id))
    }
}

/// A person, or an operator for them, took back what they had allowed a client; each of its grants ended with
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentWithdrawn {
    /// The client.
    pub client_id: String,
    /// The person who had allowed it.
    pub user_id: String,
    /// The operator who did it; none where the person did.
    pub by: Option<String>,
}

impl Event for ConsentWithdrawn {
    const NAME: &'static str = "consent.withdrawn";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        by(About::client(&self.client_id).and_user(Some(&self.user_id)), self.by.as_deref())
    }
}

/// A code was issued, and with it a grant: after consent, or by one that is remembered.
///
/// In its transaction a hook can refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeIssued {
    /// The client.
    pub client_id: String,
    /// The grant that begins with it.
    pub grant_id: String,
    /// The person.
    pub user_id: String,
}

impl Event for CodeIssued {
    const NAME: &'static str = "code.issued";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(Some(&self.user_id)).with("grant_id", &self.grant_id)
    }
}

/// Tokens were issued for a code, or for another grant that a client presents or has.
///
/// In its transaction a hook can refuse it; a code then stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokensIssued {
    /// The client.
    pub client_id: String,
    /// The grant the tokens belong to.
    pub grant_id: String,
    /// The person; none where the client acts for itself.
    pub user_id: Option<String>,
}

impl Event for TokensIssued {
    const NAME: &'static str = "token.issued";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(self.user_id.as_deref()).with("grant_id", &self.grant_id)
    }
}

/// A refresh token was exchanged for new tokens.
///
/// In its transaction a hook can refuse it; the refresh token then stays as it was. The same answer
/// given once more, within the replay window, is no such event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokensRefreshed {
    /// The client.
    pub client_id: String,
    /// The grant the tokens belong to.
    pub grant_id: String,
    /// The person.
    pub user_id: String,
}

impl Event for TokensRefreshed {
    const NAME: &'static str = "token.refreshed";

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(Some(&self.user_id)).with("grant_id", &self.grant_id)
    }
}

/// A refresh token was used a second time, so its grant was revoked: somebody else may have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshReplayed {
    /// The client.
    pub client_id: String,
    /// The grant that ended.
    pub grant_id: String,
    /// The person.
    pub user_id: String,
}

impl Event for RefreshReplayed {
    const NAME: &'static str = "refresh.replayed";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(Some(&self.user_id)).with("grant_id", &self.grant_id)
    }
}

/// A grant ended, and everything issued under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRevoked {
    /// The client.
    pub client_id: String,
    /// The grant.
    pub grant_id: String,
    /// The person; none where the client acts for itself.
    pub user_id: Option<String>,
    /// Why: `code replayed`, `refresh token reused`, `revoked by the client`, `withdrawn by the person`,
    /// `withdrawn by an operator`, `client deleted`, `password changed`, `person disabled`, `person deleted`.
    pub reason: &'static str,
}

impl Event for GrantRevoked {
    const NAME: &'static str = "grant.revoked";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        let about = About::client(&self.client_id).and_user(self.user_id.as_deref());
        about.with("grant_id", &self.grant_id).with("reason", self.reason)
    }
}

/// More grants ended at once than are told one by one in their transaction: these are the rest. After the
/// commit each is told as [`GrantRevoked`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantsRevoked {
    /// How many.
    pub count: usize,
    /// Their client, where they were all of one.
    pub client_id: Option<String>,
    /// Their person, where they were all of one.
    pub user_id: Option<String>,
    /// Why, as in [`GrantRevoked`].
    pub reason: &'static str,
}

impl Event for GrantsRevoked {
    const NAME: &'static str = "grants.revoked";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        let about = self.client_id.as_ref().map_or_else(About::default, About::client);
        about.and_user(self.user_id.as_deref()).with("count", self.count.to_string()).with("reason", self.reason)
    }
}

/// An access token was revoked by its client; its grant goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRevoked {
    /// The client.
    pub client_id: String,
    /// The grant it belonged to.
    pub grant_id: String,
    /// The person; none where the client acts for itself.
    pub user_id: Option<String>,
}

impl Event for TokenRevoked {
    const NAME: &'static str = "token.revoked";
    const ENDS_ACCESS: bool = true;

    fn about(&self) -> About {
        About::client(&self.client_id).and_user(self.user_id.as_deref()).with("grant_id", &self.grant_id)
    }
}
