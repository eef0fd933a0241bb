//! How clients that nobody declared come to be known.

use auth_oidc_provider::{ClientIdDocuments, OidcProvider};

use crate::config::Mcp;

/// How clients that nobody declared come to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientRegistration {
    /// By the metadata document their id is the URL of: what the newest clients prefer. Those that only register
    /// stay out.
    CimdOnly,
    /// So, or by registering (RFC 7591): every client finds a way.
    #[default]
    CimdAndDcr,
    /// Not at all: clients are declared in code, or made by operators.
    Closed,
}

impl ClientRegistration {
    fn of(self, provider: OidcProvider) -> OidcProvider {
        match self {
            Self::CimdOnly => provider.dynamic_registration(false).client_id_documents(ClientIdDocuments::new()),
            Self::CimdAndDcr => provider.dynamic_registration(true).client_id_documents(ClientIdDocuments::new()),
            Self::Closed => provider.dynamic_registration(false).without_client_id_documents(),
        }
    }
}

impl Mcp {
    /// How clients that nobody declared come to be known. Default [`ClientRegistration::CimdAndDcr`]. Finer rules,
    /// such as [`OidcProvider::client_id_documents`], are set by [`Mcp::provider`] after this.
    #[must_use]
    pub fn client_registration(mut self, by: ClientRegistration) -> Self {
        self.provider = by.of(self.provider);
        self
    }
}
