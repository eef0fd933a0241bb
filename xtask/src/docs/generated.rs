//! The files that are made from the code, so that they say what it does.

use std::fmt;
use std::fs;

use super::{claims, options};
use crate::example;
use crate::tidy::Tree;
use crate::tool::{self, Failure};

/// A file, and what it is made from.
#[derive(Debug)]
pub(crate) struct Generated {
    pub(crate) path: &'static str,
    by: Maker,
}

/// What a file is made from.
#[derive(Debug)]
enum Maker {
    /// The example's own binary prints it, given these words.
    App(&'static [&'static str]),
    /// It is read from the sources.
    Sources(fn(&Tree) -> String),
}

pub(crate) const GENERATED: &[Generated] = &[
    Generated { path: "docs/reference/openapi.json", by: Maker::App(&["openapi"]) },
    Generated { path: "docs/reference/schema.md", by: Maker::App(&["generate", "--format", "docs"]) },
    Generated { path: "docs/reference/errors.md", by: Maker::App(&["errors"]) },
    Generated { path: "docs/reference/cli.md", by: Maker::App(&["cli"]) },
    Generated { path: "docs/reference/routes.txt", by: Maker::App(&["routes"]) },
    Generated { path: "docs/reference/options.md", by: Maker::Sources(options::page) },
    Generated { path: "docs/reference/standards.md", by: Maker::Sources(claims::standards) },
    Generated { path: "docs/reference/attacks.md", by: Maker::Sources(claims::attacks) },
    Generated { path: "docs/reference/mcp.md", by: Maker::Sources(claims::mcp) },
    Generated { path: "examples/mcp-server/schema/sqlite.sql", by: Maker::App(&["generate", "--backend", "sqlite"]) },
    Generated {
        path: "examples/mcp-server/schema/postgres.sql",
        by: Maker::App(&["generate", "--backend", "postgres"]),
    },
    Generated { path: "examples/mcp-server/schema/mysql.sql", by: Maker::App(&["generate", "--backend", "mysql"]) },
    Generated { path: "examples/mcp-server/schema/migration.rs", by: Maker::App(&["generate", "--format", "sea-orm"]) },
    Generated { path: "examples/mcp-server/schema/entities.rs", by: Maker::App(&["generate", "--format", "entities"]) },
];

/// Where a committed file leaves what would be made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference<'a> {
    /// The file is not there.
    Missing,
    /// The first line that differs; `None` of a text is the end of it.
    Line { number: usize, there: Option<&'a str>, made: Option<&'a str> },
}

/// Whether a file is made, so that nobody splits it by hand.
pub(crate) fn is_generated(path: &str) -> bool {
    GENERATED.iter().any(|generated| generated.path == path)
}

/// A file with its text, or with why there is none.
pub(crate) type Made = (&'static Generated, Result<String, Failure>);

/// Makes every file on its own: one that cannot be made does not keep the others.
pub(crate) fn make_all(tree: &Tree) -> Result<Vec<Made>, Failure> {
    tool::run(tool::cargo_at_root().args(["build", "--quiet", "--package", example::PACKAGE]))?;
    let folder = std::env::temp_dir().join(format!("auth-docs-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let texts = GENERATED
        .iter()
        .map(|generated| {
            let text = match generated.by {
                Maker::App(words) => tool::output(example::in_folder(&folder).arg("--").args(words)),
                Maker::Sources(page) => Ok(page(tree)),
            };
            (generated, text)
        })
        .collect();
    fs::remove_dir_all(&folder)?;
    Ok(texts)
}

/// How a committed file differs from what would be made.
pub(crate) fn difference<'a>(there: Option<&'a str>, made: &'a str) -> Option<Difference<'a>> {
    let Some(there) = there else { return Some(Difference::Missing) };
    let mut committed = there.split_inclusive('\n');
    let mut wanted = made.split_inclusive('\n');
    for number in 1_usize.. {
        match (committed.next(), wanted.next()) {
            (None, None) => break,
            (there, made) if there == made => {}
            (there, made) => return Some(Difference::Line { number, there, made }),
        }
    }
    None
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(to, "stale: it is not there"),
            Self::Line { number, there, made } => {
                let shown = |line: Option<&str>| line.map_or("nothing".to_owned(), |line| format!("{line:?}"));
                write!(to, "stale from line {number}: it has {}, and would have {}", shown(*there), shown(*made))
            }
        }
    }
}

#[cfg(test)]
mod test {
    use super::{Difference, GENERATED, difference};

    fn line<'a>(number: usize, there: Option<&'a str>, made: Option<&'a str>) -> Difference<'a> {
        Difference::Line { number, there, made }
    }

    #[test]
    fn what_is_as_made_is_not_stale() {
        assert_eq!(difference(Some("a\nb\n"), "a\nb\n"), None);
    }

    #[test]
    fn the_first_line_that_differs_is_named() {
        let found = difference(Some("a\nb\nc\n"), "a\nx\ny\n").expect("they differ");

        assert_eq!(found.to_string(), r#"stale from line 2: it has "b\n", and would have "x\n""#);
    }

    #[test]
    fn a_text_that_ends_early_differs_where_it_ends() {
        assert_eq!(difference(Some("a\n"), "a\nb\n"), Some(line(2, None, Some("b\n"))));
        assert_eq!(difference(Some("a\nb\n"), "a\n"), Some(line(2, Some("b\n"), None)));
        assert_eq!(difference(Some("a"), "a\n"), Some(line(1, Some("a"), Some("a\n"))));
    }

    #[test]
    fn a_file_that_is_not_there_is_stale() {
        assert_eq!(difference(None, ""), Some(Difference::Missing));
    }

    #[test]
    fn every_generated_file_has_a_path_of_its_own() {
        let mut paths: Vec<&str> = GENERATED.iter().map(|generated| generated.path).collect();
        paths.sort_unstable();
        paths.dedup();

        assert_eq!(paths.len(), GENERATED.len());
    }
}
