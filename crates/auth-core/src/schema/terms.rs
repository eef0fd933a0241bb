//! On which terms a schema is applied.

use std::fmt;
use std::time::Duration;

use super::step::Step;

/// On which terms a schema is applied: how long it may wait, whether somebody has agreed, and who
/// watches.
pub struct Terms<'a> {
    /// How long to wait for another instance that changes the schema, and for whoever holds a table.
    /// Default 60 seconds.
    pub lock_timeout: Duration,
    /// How long one statement may take. Default: as long as it needs. What rewrites rows by code is many
    /// statements, which only `PostgreSQL` watches.
    pub statement_timeout: Option<Duration>,
    /// What a person has agreed to. Default nothing.
    pub consent: Consent,
    /// Who is told how far it is.
    pub watch: &'a dyn Watch,
}

/// What a person has agreed to, of what [`Step::consent`] says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Nothing.
    #[default]
    Nothing,
    /// What a plan said to them, and nothing that came up since: see [`Plan::consents`](super::Plan::consents).
    These(Vec<String>),
    /// Whatever there is.
    Everything,
}

impl Consent {
    /// What of a plan nobody has agreed to.
    pub(super) fn lacks(&self, mut wanted: Vec<String>) -> Vec<String> {
        match self {
            Self::Nothing => {}
            Self::These(agreed) => wanted.retain(|consent| !agreed.contains(consent)),
            Self::Everything => wanted.clear(),
        }
        wanted
    }
}

impl fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms")
            .field("lock_timeout", &self.lock_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("consent", &self.consent)
            .finish_non_exhaustive()
    }
}

impl Default for Terms<'_> {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_mins(1),
            statement_timeout: None,
            consent: Consent::Nothing,
            watch: &Nobody,
        }
    }
}

/// Is told how far the work is.
pub trait Watch: Send + Sync {
    /// A step begins: the first is number 1.
    fn begins(&self, step: &Step, number: usize, of: usize);

    /// A data migration has rewritten this many rows by now.
    fn rewrote(&self, rows: u64);
}

/// Nobody watches.
struct Nobody;

impl Watch for Nobody {
    fn begins(&self, _: &Step, _: usize, _: usize) {}

    fn rewrote(&self, _: u64) {}
}
