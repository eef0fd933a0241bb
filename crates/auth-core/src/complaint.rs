//! What is wrong with a configuration, told all at once.

use std::fmt;

/// One thing that is wrong with what the app configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The plugin concerned, or `core`.
    pub plugin: String,
    /// What is wrong, with the value and what would be right.
    pub message: String,
}

impl Complaint {
    /// Makes a complaint.
    pub fn new(plugin: impl Into<String>, message: impl Into<String>) -> Self {
        Self { plugin: plugin.into(), message: message.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.plugin, self.message)
    }
}
