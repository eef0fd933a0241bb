//! The keys of an issuer, by which any JWT of it is verified. RFC 7515 §5.2, RFC 8725 §3.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use auth_outbound::Outbound;
use jsonwebtoken::{AlgorithmFamily, Header, Validation, decode, decode_header};
use serde::de::DeserializeOwned;
use url::Url;

use super::cache::KeyCache;
use super::source::Source;
use crate::clock::{Clock, SystemClock};
use crate::discovery::InvalidIssuer;
use crate::token::{InvalidToken, VerifyError};

/// Verifies signatures of JWTs with the published keys of their issuer. What a JWT says, and of what type it
/// is, its reader judges.
///
/// Keys are fetched when first needed, then kept: refreshed in the background, refetched for an
/// unknown key id at most once per interval, and by one request at a time. Keys and places that a JWT names
/// itself (`jwk`, `jku`, `x5u`) count for nothing.
#[derive(Clone)]
pub struct IssuerKeys(Arc<Inner>);

struct Inner {
    issuer: String,
    keys: KeyCache,
}

impl IssuerKeys {
    /// Starts on the keys of an issuer, whose metadata names them unless
    /// [`IssuerKeysBuilder::jwks_uri`] does.
    pub fn builder(outbound: Outbound, issuer: impl Into<String>) -> IssuerKeysBuilder {
        IssuerKeysBuilder {
            outbound,
            issuer: issuer.into(),
            jwks_uri: None,
            refetch_interval: Duration::from_secs(30),
            clock: Arc::new(SystemClock),
        }
    }

    /// Returns the claims of a JWT that one of the keys has signed.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] where no key of the issuer has, where it is signed by a shared secret, has a critical
    /// extension, or claims of another shape; [`VerifyError::Unavailable`] where the keys cannot be had.
    pub async fn claims<C: DeserializeOwned>(&self, jwt: &str) -> Result<C, VerifyError> {
        let header = decode_header(jwt).map_err(|_| InvalidToken::Malformed)?;
        self.claims_under(&header, jwt).await
    }

    /// The same, where the header has been read.
    pub(super) async fn claims_under<C: DeserializeOwned>(&self, header: &Header, jwt: &str) -> Result<C, VerifyError> {
        judge_header(header)?;
        let key = self.0.keys.find(header).await?;
        // The claims are judged by the clock and the rules of the reader: this checks the signature alone.
        let mut signature = Validation::new(header.alg);
        signature.required_spec_claims.clear();
        signature.validate_exp = false;
        signature.validate_aud = false;
        let claims = decode::<C>(jwt, &key, &signature).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => InvalidToken::Claims,
            _ => InvalidToken::Signature,
        })?;
        Ok(claims.claims)
    }
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerKeys").field("issuer", &self.0.issuer).finish_non_exhaustive()
    }
}

/// Judges what must hold before a key is even looked for.
fn judge_header(header: &Header) -> Result<(), InvalidToken> {
    // A shared secret would let every reader make tokens, and public keys be taken for one.
    if header.alg.family() == AlgorithmFamily::Hmac {
        return Err(InvalidToken::Algorithm);
    }
    // RFC 7515 §4.1.11: no extension is understood here.
    if header.crit.is_some() {
        return Err(InvalidToken::Malformed);
    }
    Ok(())
}

/// Makes [`IssuerKeys`].
pub struct IssuerKeysBuilder {
    outbound: Outbound,
    issuer: String,
    jwks_uri: Option<Url>,
    refetch_interval: Duration,
    clock: Arc<dyn Clock>,
}

impl IssuerKeysBuilder {
    /// Sets where the keys are. Default what the metadata of the issuer says.
    #[must_use]
    pub fn jwks_uri(mut self, jwks_uri: Url) -> Self {
        self.jwks_uri = Some(jwks_uri);
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
    pub fn clock(self, clock: impl Clock) -> Self {
        self.shared_clock(Arc::new(clock))
    }

    pub(super) fn shared_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Makes them. Nothing is fetched yet.
    ///
    /// # Errors
    ///
    /// If the issuer is not an `https` URL without query, fragment and user, or `http` for
    /// development. RFC 8414 §2.
    pub fn build(self) -> Result<IssuerKeys, InvalidIssuer> {
        let source = match self.jwks_uri {
            Some(jwks_uri) => Source::at(self.outbound, jwks_uri),
            None => Source::discovered(self.outbound, &self.issuer)?,
        };
        let keys = KeyCache::new(source, self.clock, self.refetch_interval);
        Ok(IssuerKeys(Arc::new(Inner { issuer: self.issuer, keys })))
    }
}

impl fmt::Debug for IssuerKeysBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerKeysBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
