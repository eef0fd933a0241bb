//! JWT access tokens of a remote issuer. RFC 9068.

mod cache;
mod issuer_keys;
mod key_set;
mod source;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_outbound::Outbound;
use auth_protocol::resource::Resource;
use jsonwebtoken::{Header, decode_header};
use url::Url;

use crate::claims::{Claims, Expected, ToldBy};
use crate::clock::{Clock, SystemClock};
use crate::discovery::InvalidIssuer;
use crate::token::{InvalidToken, VerifiedToken, Verifier, VerifyError};
pub use issuer_keys::{IssuerKeys, IssuerKeysBuilder};

/// Verifies `at+jwt` access tokens with the published keys of their issuer.
///
/// Keys are fetched when first needed, then kept: refreshed in the background, refetched for an
/// unknown key id at most once per interval, and by one request at a time.
#[derive(Clone)]
pub struct Jwks(Arc<Inner>);

struct Inner {
    expected: Expected,
    keys: IssuerKeys,
    clock: Arc<dyn Clock>,
}

impl Jwks {
    /// Starts a verifier for the tokens that `issuer` makes out to `resource`.
    ///
    /// The issuer is compared exactly, and its metadata names the keys unless
    /// [`JwksBuilder::jwks_uri`] does.
    pub fn builder(outbound: Outbound, issuer: impl Into<String>, resource: &Resource) -> JwksBuilder {
        let issuer = issuer.into();
        JwksBuilder {
            keys: IssuerKeys::builder(outbound, issuer.clone()),
            issuer,
            resource: resource.clone(),
            leeway: Duration::from_secs(30),
            clock: Arc::new(SystemClock),
        }
    }
}

#[async_trait]
impl Verifier for Jwks {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        let header = decode_header(token).map_err(|_| InvalidToken::Malformed)?;
        judge_type(&header)?;
        let claims: Claims = self.0.keys.claims_under(&header, token).await?;
        Ok(claims.judge(&self.0.expected, self.0.clock.unix_seconds())?)
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("issuer", &self.0.expected.issuer).finish_non_exhaustive()
    }
}

/// An ID token, or any other JWT of the issuer, is no access token. RFC 9068 §4, RFC 8725 §3.11.
fn judge_type(header: &Header) -> Result<(), InvalidToken> {
    let is_access_token = header.typ.as_deref().is_some_and(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.as_str(), "at+jwt" | "application/at+jwt")
    });
    if is_access_token { Ok(()) } else { Err(InvalidToken::Type) }
}

/// Makes a [`Jwks`] verifier.
pub struct JwksBuilder {
    keys: IssuerKeysBuilder,
    issuer: String,
    resource: Resource,
    leeway: Duration,
    clock: Arc<dyn Clock>,
}

impl JwksBuilder {
    /// Sets where the keys are. Default what the metadata of the issuer says.
    #[must_use]
    pub fn jwks_uri(mut self, jwks_uri: Url) -> Self {
        self.keys = self.keys.jwks_uri(jwks_uri);
        self
    }

    /// Sets how far the clocks may differ. Default 30 seconds.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// Sets how long an unknown key id has to wait for the next fetch. Default 30 seconds.
    ///
    /// Without it strangers could drive traffic to the issuer with made-up tokens.
    #[must_use]
    pub fn refetch_interval(mut self, interval: Duration) -> Self {
        self.keys = self.keys.refetch_interval(interval);
        self
    }

    /// Sets the clock. Default the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes the verifier. Nothing is fetched yet.
    ///
    /// # Errors
    ///
    /// If the issuer is not an `https` URL without query, fragment and user, or `http` for
    /// development. RFC 8414 §2.
    pub fn build(self) -> Result<Jwks, InvalidIssuer> {
        let keys = self.keys.shared_clock(Arc::clone(&self.clock)).build()?;
        let expected = Expected::new(self.issuer, self.resource, self.leeway, ToldBy::Token);
        Ok(Jwks(Arc::new(Inner { expected, keys, clock: self.clock })))
    }
}

impl fmt::Debug for JwksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
