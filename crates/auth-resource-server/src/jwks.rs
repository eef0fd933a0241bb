//! JWT access tokens of a remote issuer. RFC 9068.

mod cache;
mod key_set;
mod source;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_outbound::Outbound;
use auth_protocol::resource::Resource;
use jsonwebtoken::{AlgorithmFamily, Header, Validation, decode, decode_header};
use url::Url;

use crate::claims::{Claims, Expected, ToldBy};
use crate::clock::{Clock, SystemClock};
use crate::discovery::InvalidIssuer;
use crate::token::{InvalidToken, VerifiedToken, Verifier, VerifyError};
use cache::KeyCache;
use source::Source;

/// Verifies `at+jwt` access tokens with the published keys of their issuer.
///
/// Keys are fetched when first needed, then kept: refreshed in the background, refetched for an
/// unknown key id at most once per interval, and by one request at a time.
#[derive(Clone)]
pub struct Jwks(Arc<Inner>);

struct Inner {
    expected: Expected,
    keys: KeyCache,
    clock: Arc<dyn Clock>,
}

impl Jwks {
    /// Starts a verifier for the tokens that `issuer` makes out to `resource`.
    ///
    /// The issuer is compared exactly, and its metadata names the keys unless
    /// [`JwksBuilder::jwks_uri`] does.
    pub fn builder(outbound: Outbound, issuer: impl Into<String>, resource: &Resource) -> JwksBuilder {
        JwksBuilder {
            outbound,
            issuer: issuer.into(),
            resource: resource.clone(),
            jwks_uri: None,
            leeway: Duration::from_secs(30),
            refetch_interval: Duration::from_secs(30),
            clock: Arc::new(SystemClock),
        }
    }
}

#[async_trait]
impl Verifier for Jwks {
    async fn verify(&self, token: &str) -> Result<VerifiedToken, VerifyError> {
        let header = decode_header(token).map_err(|_| InvalidToken::Malformed)?;
        judge_header(&header)?;
        let key = self.0.keys.find(&header).await?;
        // The claims are judged below, by our clock and our rules: this checks the signature alone.
        let mut signature = Validation::new(header.alg);
        signature.required_spec_claims.clear();
        signature.validate_exp = false;
        signature.validate_aud = false;
        let claims = decode::<Claims>(token, &key, &signature)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::Json(_) => InvalidToken::Claims,
                _ => InvalidToken::Signature,
            })?
            .claims;
        Ok(claims.judge(&self.0.expected, self.0.clock.unix_seconds())?)
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("issuer", &self.0.expected.issuer).finish_non_exhaustive()
    }
}

/// Judges what must hold before a key is even looked for. RFC 9068 §4, RFC 8725 §3.
fn judge_header(header: &Header) -> Result<(), InvalidToken> {
    let is_access_token = header.typ.as_deref().is_some_and(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.as_str(), "at+jwt" | "application/at+jwt")
    });
    if !is_access_token {
        return Err(InvalidToken::Type);
    }
    // A shared secret would let every resource server make tokens, and public keys be taken for one.
    if header.alg.family() == AlgorithmFamily::Hmac {
        return Err(InvalidToken::Algorithm);
    }
    // RFC 7515 §4.1.11: no extension is understood here.
    if header.crit.is_some() {
        return Err(InvalidToken::Malformed);
    }
    Ok(())
}

/// Makes a [`Jwks`] verifier.
pub struct JwksBuilder {
    outbound: Outbound,
    issuer: String,
    resource: Resource,
    jwks_uri: Option<Url>,
    leeway: Duration,
    refetch_interval: Duration,
    clock: Arc<dyn Clock>,
}

impl JwksBuilder {
    /// Sets where the keys are. Default what the metadata of the issuer says.
    #[must_use]
    pub fn jwks_uri(mut self, jwks_uri: Url) -> Self {
        self.jwks_uri = Some(jwks_uri);
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
        self.refetch_interval = interval;
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
        let source = match self.jwks_uri {
            Some(jwks_uri) => Source::at(self.outbound, jwks_uri),
            None => Source::discovered(self.outbound, &self.issuer)?,
        };
        Ok(Jwks(Arc::new(Inner {
            keys: KeyCache::new(source, Arc::clone(&self.clock), self.refetch_interval),
            expected: Expected::new(self.issuer, self.resource, self.leeway, ToldBy::Token),
            clock: self.clock,
        })))
    }
}

impl fmt::Debug for JwksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
