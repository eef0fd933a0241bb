//! Signing out at the wish of a client. RP-Initiated Logout §2 and §3.

use std::fmt;

use crate::OAuthError;
use crate::authorize;
use crate::params::Params;

/// A request to sign out; `Debug` hides the ID token.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EndSessionRequest {
    /// An ID token of the person to sign out, not yet verified; an expired one is fine. §2.
    pub id_token_hint: Option<String>,
    /// The client, if it names itself besides.
    pub client_id: Option<String>,
    /// Where the browser is to go afterwards.
    pub post_logout_redirect_uri: Option<String>,
    /// What to send along unchanged.
    pub state: Option<String>,
}

impl EndSessionRequest {
    /// Reads the parameters of a request to sign out; an overlong `state` is dropped.
    ///
    /// # Errors
    ///
    /// None so far; malformed parameters lead to the confirmation page.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let text = |name| params.get(name).map(str::to_owned);

        Ok(Self {
            id_token_hint: text("id_token_hint"),
            client_id: text("client_id"),
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state: authorize::state(params).map(str::to_owned),
        })
    }
}

impl fmt::Debug for EndSessionRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EndSessionRequest")
            .field("client_id", &self.client_id)
            .field("post_logout_redirect_uri", &self.post_logout_redirect_uri)
            .finish_non_exhaustive()
    }
}
