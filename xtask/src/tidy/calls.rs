//! Time, randomness, the environment and transactions come from their one place.
//!
//! Clippy does the forbidding; this rule sees that it is told to, and that every exception says why.

use super::source::{Source, end_of_brackets};
use super::{Finding, Tree};
use crate::workspace::Floor;

const CLIPPY: &str = "clippy.toml";

const FORBIDDEN: &[&str] = &[
    "chrono::Utc::now",
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "uuid::Uuid::new_v4",
    "rand::random",
    "std::env::var",
    "sea_orm::TransactionTrait::begin",
];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = forbidden_by(tree.file(CLIPPY).map_or("", |file| &file.text));
    let libraries = tree.packages.iter().filter(|package| package.floor() < Some(Floor::App));
    let sources = libraries.flat_map(|package| {
        let folder = format!("{}/", package.folder);
        tree.sources.iter().filter(move |source| source.path.starts_with(&folder))
    });
    findings.extend(sources.flat_map(unexplained));
    findings
}

fn forbidden_by(clippy: &str) -> Vec<Finding> {
    let is_explained = |line: &str| line.split_once("reason = \"").is_some_and(|(_, reason)| !reason.starts_with('"'));
    let missing = FORBIDDEN.iter().filter(|call| {
        let path = format!("path = \"{call}\"");
        !clippy.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(&path) && is_explained(line))
    });
    missing
        .map(|call| {
            let right = "list it under disallowed-methods, with a reason that says what to call";
            Finding::error(CLIPPY, format!("`{call}` is not forbidden with a reason"), right)
        })
        .collect()
}

/// Lints that are switched off without a reason.
fn unexplained(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for opening in ["#[allow(", "#![allow(", "#[expect(", "#![expect("] {
        for (place, _) in source.code.match_indices(opening) {
            let rest = source.code.get(place..).unwrap_or_default();
            let attribute = rest.get(..end_of_brackets(rest).unwrap_or(rest.len())).unwrap_or_default();
            if !attribute.contains("reason = \"") {
                let wrong = format!("`{opening}..)]` does not say why");
                let right = "add `reason = \"...\"`, or do what the lint asks";
                findings.push(Finding::error(&source.path, wrong, right).at(source.line_of(place)));
            }
        }
    }
    findings
}

#[cfg(test)]
mod test {
    use super::{CLIPPY, find};
    use crate::tidy::planted::{one_package, planted};

    const ASKED: &[&str] = &[
        "chrono::Utc::now",
        "std::time::SystemTime::now",
        "std::time::Instant::now",
        "uuid::Uuid::new_v4",
        "rand::random",
        "std::env::var",
        "sea_orm::TransactionTrait::begin",
    ];

    fn clippy(without: &str) -> String {
        let listed = ASKED.iter().filter(|call| **call != without);
        let lines = listed.map(|call| format!("    {{ path = \"{call}\", reason = \"ask the context\" }},\n"));
        format!("disallowed-methods = [\n{}]\n", lines.collect::<String>())
    }

    fn findings(clippy: &str, code: &str, floor: &str) -> Vec<String> {
        let files = [(CLIPPY, clippy), ("crates/auth-x/src/a.rs", code)];
        let tree = planted(&files, &one_package("auth-x", floor));
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_call_that_clippy_is_not_told_of_is_found() {
        for call in ASKED {
            let found = findings(&clippy(call), "", "plugin");

            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(&format!("clippy.toml: `{call}` is not forbidden")), "{found:?}");
        }
    }

    #[test]
    fn a_call_that_is_forbidden_without_a_reason_is_found() {
        let bare = clippy("rand::random")
            + "{ path = \"rand::random\", reason = \"\" }\n# { path = \"rand::random\", reason = \"no\" }\n";

        assert_eq!(findings(&bare, "", "plugin").len(), 1);
    }

    #[test]
    fn an_exception_without_a_reason_is_found() {
        for attribute in [
            "#[expect(clippy::disallowed_methods)]",
            "#![allow(\n    clippy::disallowed_methods,\n)]",
            "#[allow(dead_code)] // reason = \"none\"",
        ] {
            let found = findings(&clippy(""), &format!("\n{attribute}\nfn a() {{}}\n"), "plugin");

            assert_eq!(found.len(), 1, "{attribute}: {found:?}");
            assert!(found[0].starts_with("crates/auth-x/src/a.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn an_exception_with_a_reason_passes() {
        let code = "#[expect(\n    clippy::disallowed_methods,\n    reason = \"the one place\"\n)]\nfn a() {}\n";

        assert!(findings(&clippy(""), code, "plugin").is_empty());
        assert!(findings(&clippy(""), "#[allow(dead_code)]\nfn a() {}\n", "app").is_empty(), "an app is not a library");
    }
}
