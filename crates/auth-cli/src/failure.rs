//! Why a command failed, and how that is told.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use auth_core::BuildError;
use auth_core::database::Trouble;
use auth_core::schema::ApplyError;
use sea_orm::DbErr;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("the database {url} {}", Trouble::told(cause, "does not answer"))]
    Unreachable {
        url: String,
        #[source]
        cause: DbErr,
    },
    #[error("the database {url} {}", Trouble::told(&**cause, "cannot be compared with the schema"))]
    Compare {
        url: String,
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    #[error("the database {url} {}{}", Trouble::told(cause, "was not brought up to date"), staying(*stay))]
    Apply {
        url: String,
        /// How many steps are done and stay.
        stay: usize,
        #[source]
        cause: ApplyError,
    },
    #[error("cannot write {}", .path.display())]
    Write {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    #[error("cannot write to the console")]
    Console(#[from] io::Error),
    #[error("the description of the routes cannot be written as JSON")]
    Describe(#[from] serde_json::Error),
    #[error("the runtime does not start")]
    Runtime(#[source] io::Error),
    #[error(transparent)]
    App(Box<dyn Error + Send + Sync>),
}

fn staying(steps: usize) -> String {
    match steps {
        0 => String::new(),
        1 => "; 1 step before that stays, and a second run goes on after it".to_owned(),
        _ => format!("; {steps} steps before that stay, and a second run goes on after them"),
    }
}

/// Writes an error with its causes, one a line.
pub(crate) fn chain(error: &dyn Error) -> String {
    causes(error).iter().fold(error.to_string(), |text, cause| format!("{text}\n  because: {cause}"))
}

/// What caused an error, nearest first; a cause the one before has told already is left out.
pub(crate) fn causes(error: &dyn Error) -> Vec<String> {
    let mut last = error.to_string();
    let mut found = Vec::new();
    let mut source = error.source();
    while let Some(cause) = source {
        let told = cause.to_string();
        // What the driver puts before words that are ours.
        let told = told.strip_prefix("Custom Error: ").unwrap_or(&told).to_owned();
        if !last.contains(&told) {
            found.push(told.clone());
            last = told;
        }
        source = cause.source();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Told {
        text: &'static str,
        #[source]
        cause: Option<Box<Told>>,
    }

    fn told(texts: &[&'static str]) -> Option<Box<Told>> {
        let (text, rest) = texts.split_first()?;
        Some(Box::new(Told { text, cause: told(rest) }))
    }

    #[test]
    fn every_cause_is_told_once() {
        let error = told(&["cannot start", "file: not found", "not found", "disk gone"]).unwrap();

        assert_eq!(chain(&*error), "cannot start\n  because: file: not found\n  because: disk gone");
    }
}
