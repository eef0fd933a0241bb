//! What an outbound client may do.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::development::DevelopmentHosts;
use crate::resolver::{Lookup, SystemLookup};
use crate::target::Reach;

/// How long a fetch may take in total, from resolving to the last byte.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// How many bytes a body may have. Fits any sensible key set.
pub const DEFAULT_BODY_LIMIT: usize = 64 * 1024;

/// What an [`Outbound`](crate::Outbound) may reach, and for how long.
#[derive(Clone)]
pub struct OutboundOptions {
    pub(crate) timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) reach: Reach,
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) development: DevelopmentHosts,
}

impl OutboundOptions {
    /// Starts from the defaults: public addresses over https, 5 seconds, 64 KiB.
    pub fn new() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            body_limit: DEFAULT_BODY_LIMIT,
            reach: Reach::Public,
            lookup: Arc::new(SystemLookup),
            development: DevelopmentHosts::default(),
        }
    }

    /// Sets how long a fetch may take in total. Default 5 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many bytes a body may have. Default 64 KiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Admits loopback addresses too, and `http` to them. For development only.
    #[must_use]
    pub fn allow_loopback(mut self) -> Self {
        self.reach = Reach::PublicAndLoopback;
        self
    }

    /// Says whether loopback addresses are admitted.
    pub fn allows_loopback(&self) -> bool {
        self.reach == Reach::PublicAndLoopback
    }

    /// Lets names stand for servers on this machine, over https. For development only. Default none.
    #[must_use]
    pub fn development_hosts(mut self, hosts: DevelopmentHosts) -> Self {
        self.development = hosts;
        self
    }

    /// Says whether some names stand for servers on this machine.
    pub fn has_development_hosts(&self) -> bool {
        !self.development.is_empty()
    }

    /// Sets who resolves names. Default the system; the answers are checked either way.
    #[must_use]
    pub fn lookup(mut self, lookup: impl Lookup) -> Self {
        self.lookup = Arc::new(lookup);
        self
    }
}

impl Default for OutboundOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for OutboundOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundOptions")
            .field("timeout", &self.timeout)
            .field("body_limit", &self.body_limit)
            .field("reach", &self.reach)
            .field("development", &self.development)
            .finish_non_exhaustive()
    }
}
