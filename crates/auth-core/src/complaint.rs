//! What is wrong with a configuration, told all at once.

use std::fmt;

/// One thing that is wrong with what the app configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The plugin concerned, or `core`.
    pub plugin: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The value of an option.
    Option {
        /// The option, as the app writes it: `min_password`.
        option: String,
        /// The value, as the app wrote it; of a secret only what may be shown.
        value: String,
        /// What would be right: `use at least 1`.
        right: String,
    },
    /// How things fit together.
    Other(String),
}

impl Complaint {
    /// Complains of how things fit together.
    pub fn new(plugin: impl Into<String>, message: impl Into<String>) -> Self {
        Self { plugin: plugin.into(), wrong: Wrong::Other(message.into()) }
    }

    /// Complains of the value of an option: `Complaint::option("core", "base_path", "\"x\"", "use one such as /api/auth")`.
    pub fn option(
        plugin: impl Into<String>,
        option: impl Into<String>,
        value: impl fmt::Display,
        right: impl Into<String>,
    ) -> Self {
        let wrong = Wrong::Option { option: option.into(), value: value.to_string(), right: right.into() };
        Self { plugin: plugin.into(), wrong }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option { option, value, right } => write!(f, "{option} is {value}; {right}"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.plugin, self.wrong)
    }
}
