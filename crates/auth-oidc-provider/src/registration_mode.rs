//! Who may register clients. RFC 7591 §1.2 and §3.

use crate::config::OidcProvider;

/// Who may register clients (RFC 7591).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// Nobody: clients are declared in code.
    #[default]
    Off,
    /// People who are signed in, from a page of this origin; each owns what they register.
    SignedIn,
    /// Whoever presents an initial access token, which an operator has issued:
    /// [`Provider::issue_initial_access_token`](crate::Provider::issue_initial_access_token).
    InitialAccessToken,
    /// Anybody, as MCP clients that nobody knows before need it.
    Open,
}

impl OidcProvider {
    /// Whether anybody may register a client (RFC 7591). Default off; [`OidcProvider::registration`] has
    /// what lies between.
    #[must_use]
    pub fn dynamic_registration(self, on: bool) -> Self {
        self.registration(if on { Registration::Open } else { Registration::Off })
    }

    /// Who may register clients (RFC 7591). Default nobody.
    #[must_use]
    pub fn registration(mut self, mode: Registration) -> Self {
        self.registration = mode;
        self
    }

    /// Whether there is anybody who may register clients.
    pub(crate) fn registers(&self) -> bool {
        self.registration != Registration::Off
    }

    /// Redirect URIs with a private-use scheme that clients may register, whole and without query.
    /// Default the one Cursor documents.
    #[must_use]
    pub fn private_use_redirects<S: Into<String>>(mut self, uris: impl IntoIterator<Item = S>) -> Self {
        self.private_use_redirects = uris.into_iter().map(Into::into).collect();
        self
    }
}
