//! Who administers the provider while the app runs, and what there is to allow.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use auth_core::Unexpected;
use auth_core::session::SignedIn;

use crate::config::OidcProvider;

/// Says who may administer the provider: an app's own word on who its operators are.
///
/// A closure that answers at once is one:
/// `OidcProvider::new("/sign-in").administration(|who: &SignedIn, _: AdministrativeAction<'_>| who.user.email_verified)`.
#[async_trait]
pub trait Administration: Send + Sync + 'static {
    /// Says whether this person may do this. It is asked for each request, before anything is looked up; a
    /// failure lets nobody in.
    async fn allows(&self, who: &SignedIn, action: AdministrativeAction<'_>) -> Result<bool, Unexpected>;
}

#[async_trait]
impl<F> Administration for F
where
    F: for<'a> Fn(&'a SignedIn, AdministrativeAction<'a>) -> bool + Send + Sync + 'static,
{
    async fn allows(&self, who: &SignedIn, action: AdministrativeAction<'_>) -> Result<bool, Unexpected> {
        Ok(self(who, action))
    }
}

/// Something an operator does to the provider. What it names need not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdministrativeAction<'a> {
    /// Lists clients.
    ListClients,
    /// Makes a client.
    CreateClient,
    /// Reads this client.
    ReadClient(&'a str),
    /// Changes this client, or disables it.
    UpdateClient(&'a str),
    /// Vouches for this client, or changes one that is vouched for: consent without asking, scope of its own, another
    /// owner. It is demanded besides [`AdministrativeAction::UpdateClient`]; for a new client, whose id is not there
    /// yet, the name is empty and it comes besides [`AdministrativeAction::CreateClient`].
    VouchForClient(&'a str),
    /// Gives this client a new secret.
    RotateClientSecret(&'a str),
    /// Deletes this client, and with it everything it was given.
    DeleteClient(&'a str),
    /// Lists what people have allowed.
    ListConsents,
    /// Takes back what this person has allowed this client.
    WithdrawConsent {
        /// The person.
        user_id: &'a str,
        /// The client.
        client_id: &'a str,
    },
    /// Lists resources.
    ListResources,
    /// Makes a resource.
    CreateResource,
    /// Changes the resource of this row id, or disables it.
    UpdateResource(&'a str),
    /// Issues an initial access token.
    IssueInitialAccessToken,
}

impl AdministrativeAction<'_> {
    /// The name in logs and events of refusals.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ListClients => "list clients",
            Self::CreateClient => "create client",
            Self::ReadClient(_) => "read client",
            Self::UpdateClient(_) => "update client",
            Self::VouchForClient(_) => "vouch for client",
            Self::RotateClientSecret(_) => "rotate client secret",
            Self::DeleteClient(_) => "delete client",
            Self::ListConsents => "list consents",
            Self::WithdrawConsent { .. } => "withdraw consent",
            Self::ListResources => "list resources",
            Self::CreateResource => "create resource",
            Self::UpdateResource(_) => "update resource",
            Self::IssueInitialAccessToken => "issue initial access token",
        }
    }

    /// Whether the owner of a client does it too, where the app lets owners.
    pub(crate) fn is_for_owners(self) -> bool {
        match self {
            Self::ListClients
            | Self::ReadClient(_)
            | Self::UpdateClient(_)
            | Self::RotateClientSecret(_)
            | Self::DeleteClient(_) => true,
            Self::CreateClient
            | Self::VouchForClient(_)
            | Self::ListConsents
            | Self::WithdrawConsent { .. }
            | Self::ListResources
            | Self::CreateResource
            | Self::UpdateResource(_)
            | Self::IssueInitialAccessToken => false,
        }
    }
}

/// Who manages what there is while the app runs. Default nobody.
#[derive(Clone, Debug, Default)]
pub(crate) struct ManagedBy {
    pub(crate) operators: Option<Operators>,
    /// Whether people manage the clients they own.
    pub(crate) owners: bool,
}

/// An app's [`Administration`].
#[derive(Clone)]
pub(crate) struct Operators(pub(crate) Arc<dyn Administration>);

impl fmt::Debug for Operators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operators(..)")
    }
}

impl OidcProvider {
    /// Who may make, change and delete clients and resources, and see and take back what people have
    /// allowed, at `/oauth2/clients`, `/oauth2/consents` and `/oauth2/resources`. Default nobody: there are no
    /// such routes then.
    #[must_use]
    pub fn administration(mut self, administration: impl Administration) -> Self {
        self.managed_by.operators = Some(Operators(Arc::new(administration)));
        self
    }

    /// Whether people list, change and delete the clients they have registered, at `/oauth2/clients`. Default
    /// no.
    #[must_use]
    pub fn owners_manage_clients(mut self, on: bool) -> Self {
        self.managed_by.owners = on;
        self
    }
}
