//! How a command ended.

use std::process::ExitCode;

/// How a command ended, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do: 0.
    Done,
    /// Refused or failed: 1.
    Failed,
    /// The command line was not understood: 2.
    Usage,
    /// Something is pending, and `--check` asked: 3.
    Pending,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Usage => Self::from(2),
            Exit::Pending => Self::from(3),
        }
    }
}
