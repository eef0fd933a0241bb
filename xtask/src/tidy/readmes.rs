//! A crate's README is its documentation: what it is, an example that runs, and what it must never depend on.

use super::{Finding, Tree};

const FIRST_LINE: &str = "#![doc = include_str!(\"../README.md\")]";
const PROMISE: &str = "must never depend on";

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let folders = tree.manifests().filter_map(|manifest| manifest.path.strip_suffix("/Cargo.toml"));
    folders.filter(|folder| folder.starts_with("crates/")).flat_map(|folder| of_crate(folder, tree)).collect()
}

fn of_crate(folder: &str, tree: &Tree) -> Vec<Finding> {
    let readme = format!("{folder}/README.md");
    let library = format!("{folder}/src/lib.rs");
    let mut findings = Vec::new();
    if tree.file(&library).and_then(|file| file.text.lines().next()) != Some(FIRST_LINE) {
        findings.push(Finding::error(
            &library,
            "the README is not its documentation",
            format!("begin with {FIRST_LINE}"),
        ));
    }
    let Some(text) = tree.file(&readme).map(|file| &file.text) else {
        findings.push(Finding::error(&readme, "there is none", "say what the crate is, with an example"));
        return findings;
    };
    if !text.lines().any(is_example) {
        findings.push(Finding::error(&readme, "no example runs", "add a ```rust block that compiles"));
    }
    if !text.contains(PROMISE) {
        findings.push(Finding::error(&readme, "it promises nothing", format!("say what the crate {PROMISE}")));
    }
    findings
}

/// Whether a line opens a block that the doc tests compile.
fn is_example(line: &str) -> bool {
    let words = line.strip_prefix("```rust");
    words.is_some_and(|words| words.is_empty() || words.starts_with(',') && !words.contains("ignore"))
}

#[cfg(test)]
mod test {
    use super::{FIRST_LINE, find};
    use crate::tidy::planted::{NO_PACKAGES, planted};

    const GOOD: &str = "# a\n\n```rust\nuse a;\n```\n\nIt must never depend on b.\n";

    fn findings(readme: Option<&str>, library: &str) -> Vec<String> {
        let mut files = vec![("crates/a/Cargo.toml", "[package]\n"), ("crates/a/src/lib.rs", library)];
        files.extend(readme.map(|text| ("crates/a/README.md", text)));
        find(&planted(&files, NO_PACKAGES)).iter().map(ToString::to_string).collect()
    }

    fn one(found: &[String], start: &str) {
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(start), "{found:?}");
    }

    #[test]
    fn a_crate_whose_readme_is_its_documentation_passes() {
        assert!(findings(Some(GOOD), FIRST_LINE).is_empty());
        assert!(findings(Some(&GOOD.replace("```rust", "```rust,no_run")), FIRST_LINE).is_empty());
    }

    #[test]
    fn a_crate_without_a_readme_is_found() {
        one(&findings(None, FIRST_LINE), "crates/a/README.md: there is none; ");
    }

    #[test]
    fn a_readme_that_is_not_the_documentation_is_found() {
        one(&findings(Some(GOOD), "//! A crate.\n"), "crates/a/src/lib.rs: the README is not its documentation; ");
    }

    #[test]
    fn a_readme_without_an_example_that_runs_is_found() {
        for block in ["```sh", "```rust,ignore"] {
            let found = findings(Some(&GOOD.replace("```rust", block)), FIRST_LINE);

            one(&found, "crates/a/README.md: no example runs; ");
        }
    }

    #[test]
    fn a_readme_without_a_promise_is_found() {
        let found = findings(Some(&GOOD.replace("must never", "should not")), FIRST_LINE);

        one(&found, "crates/a/README.md: it promises nothing; ");
    }
}
