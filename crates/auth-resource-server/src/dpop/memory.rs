//! Proofs of one process.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Proofs, Proven};
use crate::clock::{Clock, SystemClock};

/// The most used proofs that are remembered. Beyond it proofs are refused, not forgotten.
const MOST: usize = 100_000;

/// Remembers used proofs in memory: for a resource server that runs once. Hands out no nonces.
#[derive(Clone)]
pub struct MemoryProofs(Arc<Inner>);

struct Inner {
    used: Mutex<HashMap<(String, String), i64>>,
    clock: Box<dyn Clock>,
}

/// More proofs were used within minutes than one process remembers.
#[derive(Debug, thiserror::Error)]
#[error("too many proofs of possession were used within minutes")]
struct TooMany;

impl Default for MemoryProofs {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryProofs {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// Remembers nothing yet, and goes by this clock.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self(Arc::new(Inner { used: Mutex::default(), clock: Box::new(clock) }))
    }
}

#[async_trait]
impl Proofs for MemoryProofs {
    fn unix_seconds(&self) -> i64 {
        self.0.clock.unix_seconds()
    }

    async fn spend(&self, proven: &Proven) -> Result<bool, Box<dyn Error + Send + Sync>> {
        let now = self.unix_seconds();
        let mut used = self.0.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST {
            used.retain(|_, until| *until >= now);
        }
        if used.len() >= MOST {
            return Err(TooMany.into());
        }
        let key = (proven.jkt.clone(), proven.single_use.jti.clone());
        Ok(used.insert(key, proven.single_use.until).is_none())
    }
}

impl fmt::Debug for MemoryProofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryProofs").finish_non_exhaustive()
    }
}
