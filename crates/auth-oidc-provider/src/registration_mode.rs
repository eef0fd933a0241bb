//! Who may register clients. RFC 7591 §1.2 and §3.

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
