//! Which plugin listens where, as data: what `routes --hooks` shows.

use std::fmt;

use crate::plugin::PluginId;

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the requests of a path pattern.
    Before,
    /// Over the answers of a path pattern.
    After,
    /// In the transaction of an event, which it can abort.
    InTransaction,
    /// After the transaction of an event has committed.
    AfterCommit,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Before => "before",
            Self::After => "after",
            Self::InTransaction => "in transaction",
            Self::AfterCommit => "after commit",
        })
    }
}

/// One hook of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// When it runs.
    pub when: When,
    /// Where: a path pattern, or the name of an event.
    pub at: String,
    /// The plugin it belongs to.
    pub plugin: PluginId,
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<14} {:<36} {}", self.when, self.at, self.plugin)
    }
}
