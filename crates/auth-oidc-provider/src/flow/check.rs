//! Checking an opaque access token: one statement, no cache, so that revocation is immediate.

use auth_core::{Unexpected, digest};
use auth_protocol::scope::Scope;
use chrono::{DateTime, Utc};

use super::issue::ACCESS_PREFIX;
use crate::provider::Provider;
use crate::store;

/// The longest JWT that is looked up, in bytes.
const MAX_JWT: usize = 16_384;

/// What a live access token says.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessTokenFacts {
    /// The grant it was issued under.
    pub grant_id: String,
    /// The person; none where the client acts for itself.
    pub user_id: Option<String>,
    /// The client.
    pub client_id: String,
    /// Whom it stands for, as the client knows them: the person by their id or by a name of the client's
    /// sector (OpenID Connect Core §8), or the client itself. Whatever the client can read says this.
    pub subject: String,
    /// What it allows.
    pub scope: Scope,
    /// Where it is good, in canonical form; empty means nowhere but here.
    pub resources: Vec<String>,
    /// The thumbprint of the key it is bound to, if it is (RFC 9449 §6).
    pub dpop_jkt: Option<String>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

impl Provider {
    /// Says what an access token is worth now: nothing if it is unknown, expired or revoked, if
    /// its grant has ended or its client is disabled.
    ///
    /// # Errors
    /// [`Unexpected`] when the database does not answer: then nobody may be let in.
    pub async fn check_access_token(&self, token: &str) -> Result<Option<AccessTokenFacts>, Unexpected> {
        if !token.starts_with(ACCESS_PREFIX) && !is_like_jwt(token) {
            return Ok(None);
        }
        let stored = store::access_token::find(self.cx().db(), &digest(token)).await?;
        stored.filter(|stored| stored.is_live(self.cx().now())).map(facts).transpose()
    }
}

/// Whether a text has the form of a JWT we may have issued. One that has is looked up like any other
/// token: here revocation counts at once.
fn is_like_jwt(token: &str) -> bool {
    token.starts_with("ey") && token.len() <= MAX_JWT && token.bytes().filter(|byte| *byte == b'.').count() == 2
}

fn facts(stored: store::access_token::Stored) -> Result<AccessTokenFacts, Unexpected> {
    Ok(AccessTokenFacts {
        scope: Scope::parse(&stored.scope).map_err(Unexpected::new)?,
        subject: stored.subject.or_else(|| stored.user_id.clone()).unwrap_or_else(|| stored.client_id.clone()),
        grant_id: stored.grant_id,
        user_id: stored.user_id,
        client_id: stored.client_id,
        resources: stored.resources.0,
        dpop_jkt: stored.dpop_jkt,
        issued_at: stored.created_at,
        expires_at: stored.expires_at,
    })
}
