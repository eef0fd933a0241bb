//! The options of the provider that are times.

use crate::config::OidcProvider;

impl OidcProvider {
    /// Seconds a code stays valid. Default 60; at most 600 (RFC 6749 §4.1.2).
    #[must_use]
    pub fn code_expires_in(mut self, seconds: u64) -> Self {
        self.code_expires_in = seconds;
        self
    }

    /// Seconds an opaque access token stays valid. Default 3600; at most 86 400.
    #[must_use]
    pub fn access_token_expires_in(mut self, seconds: u64) -> Self {
        self.access_token_expires_in = seconds;
        self
    }

    /// Seconds an access token that is a JWT stays valid. Default 600: a server that verifies it by
    /// itself learns of no revocation. At most 86 400.
    #[must_use]
    pub fn jwt_access_token_expires_in(mut self, seconds: u64) -> Self {
        self.jwt_access_token_expires_in = seconds;
        self
    }

    /// Seconds a refresh token stays valid without use. Default 2 592 000 (30 days); at most a year.
    #[must_use]
    pub fn refresh_token_expires_in(mut self, seconds: u64) -> Self {
        self.refresh_token_expires_in = seconds;
        self
    }

    /// Seconds after which a person must agree again, however often tokens are refreshed.
    /// Default 7 776 000 (90 days); at most 157 680 000 (five years).
    #[must_use]
    pub fn grant_expires_in(mut self, seconds: u64) -> Self {
        self.grant_expires_in = seconds;
        self
    }

    /// Seconds an ID token stays valid. Default 3600; at most 86 400.
    #[must_use]
    pub fn id_token_expires_in(mut self, seconds: u64) -> Self {
        self.id_token_expires_in = seconds;
        self
    }

    /// Seconds a request waits for its person. Default 600; 60 to 3600.
    #[must_use]
    pub fn interaction_expires_in(mut self, seconds: u64) -> Self {
        self.interaction_expires_in = seconds;
        self
    }

    /// Seconds a signing key is used before the next one takes its place, which is published a day ahead.
    /// Default 7 776 000 (90 days); 3600 to 315 360 000 (ten years), or 0 for never.
    #[must_use]
    pub fn signing_keys_rotate_in(mut self, seconds: u64) -> Self {
        self.signing_keys_rotate_in = seconds;
        self
    }

    /// Seconds in which a repeated refresh gets the same answer again instead of ending the grant.
    /// Default 0; at most 60.
    #[must_use]
    pub fn replay_window(mut self, seconds: u64) -> Self {
        self.replay_window = seconds;
        self
    }

    /// Seconds after its last use, or its registration, at which a client is deleted that nobody
    /// uses: it has no grant, no remembered consent and no open request. Default 2 592 000 (30 days);
    /// 0 keeps all. Only where clients register themselves; one that is declared or has an owner stays.
    #[must_use]
    pub fn unused_clients_expire_in(mut self, seconds: u64) -> Self {
        self.unused_clients_expire_in = seconds;
        self
    }

    /// Seconds the secret of a client that registers stays valid (RFC 7591 §3.2.1). Default 0: for ever. At
    /// least 86 400 otherwise. A client that changes its registration in the second half of that time
    /// gets a new one.
    #[must_use]
    pub fn client_secrets_expire_in(mut self, seconds: u64) -> Self {
        self.client_secrets_expire_in = seconds;
        self
    }

    /// Seconds a client's secret counts after another has taken its place. Default 86 400; at most
    /// 2 592 000 (30 days).
    #[must_use]
    pub fn client_secret_overlap(mut self, seconds: u64) -> Self {
        self.client_secret_overlap = seconds;
        self
    }
}
