//! Randomness, as something a test can fix.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rand::TryRng as _;

/// Fills buffers with unpredictable bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills `buffer`; fails only when the operating system has no randomness to give.
    ///
    /// # Errors
    /// [`NoRandomness`] when the source is not available.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The operating system gave no randomness, so nothing secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct NoRandomness;

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        rand::rngs::SysRng.try_fill_bytes(buffer).map_err(|_| NoRandomness)
    }
}

/// Makes a credential: 32 random bytes as 43 characters of base64url.
///
/// # Errors
/// [`NoRandomness`] when the source is not available.
pub(crate) fn token(random: &dyn Random) -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 32];
    random.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Makes a row id: a version 7 UUID, so that ids grow with time. Not a secret.
///
/// # Errors
/// [`NoRandomness`] when the source is not available.
pub(crate) fn id(random: &dyn Random, now: DateTime<Utc>) -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 10];
    random.fill(&mut bytes)?;
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    Ok(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string())
}
