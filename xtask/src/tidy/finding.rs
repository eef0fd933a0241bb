//! What a rule says about one place.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Worth a look.
    Warning,
    /// Has to be put right.
    Error,
}

/// `path[:line]: what is wrong; what would be right`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) weight: Weight,
    pub(crate) path: String,
    line: Option<usize>,
    wrong: String,
    right: String,
}

impl Finding {
    pub(crate) fn error(path: &str, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { weight: Weight::Error, path: path.to_owned(), line: None, wrong: wrong.into(), right: right.into() }
    }

    pub(crate) fn warning(path: &str, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::error(path, wrong, right) }
    }

    /// The same finding, at a line counted from 1.
    pub(crate) fn at(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(to, ":{line}")?;
        }
        write!(to, ": {}; {}", self.wrong, self.right)
    }
}

#[cfg(test)]
mod test {
    use super::Finding;

    #[test]
    fn a_finding_names_place_wrong_and_right() {
        let finding = Finding::error("a.rs", "this is wrong", "that is right");

        assert_eq!(finding.to_string(), "a.rs: this is wrong; that is right");
        assert_eq!(finding.at(3).to_string(), "a.rs:3: this is wrong; that is right");
    }
}
