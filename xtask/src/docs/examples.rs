//! Rust in the documentation compiles, or is a quote of a file that does.

use super::blocks::{Block, blocks};
use super::links::resolved;
use super::markdown::links;
use crate::tidy::{Finding, Tree};

/// The crate whose doc tests are the pages.
const LIBRARY: &str = "docs/lib.rs";
const README: &str = "README.md";

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files.iter().filter(|file| file.path == README || is_page(&file.path));
    pages.flat_map(|page| of_page(&page.path, &page.text, tree)).collect()
}

fn is_page(path: &str) -> bool {
    path.starts_with("docs/") && std::path::Path::new(path).extension().is_some_and(|extension| extension == "md")
}

fn of_page(path: &str, text: &str, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut compiles = None;
    for block in blocks(text) {
        if let Some(target) = quoted(&block) {
            findings.extend(misquoted(path, &block, &target, tree));
        } else if block.is("rust") {
            if block.words().any(|word| word == "ignore") {
                let right = "let it compile, with `no_run` and hidden lines if need be, or quote a file that does";
                findings.push(Finding::error(path, "a block of Rust is ignored", right).at(block.line));
            }
            compiles.get_or_insert(block.line);
        }
    }
    let listed = listed(path, tree);
    match (compiles, listed) {
        (Some(line), false) => {
            let right = format!("list the page in {LIBRARY}, or name the file above the block that it quotes");
            findings.push(Finding::error(path, "its Rust is compiled by nobody", right).at(line));
        }
        (None, true) => {
            let wrong = format!("{LIBRARY} lists it, and no Rust of its own is in it");
            findings.push(Finding::error(path, wrong, "take it off the list"));
        }
        (Some(_), true) | (None, false) => {}
    }
    findings
}

fn listed(path: &str, tree: &Tree) -> bool {
    let inside = path.strip_prefix("docs/").map_or_else(|| format!("../{path}"), str::to_owned);
    tree.file(LIBRARY).is_some_and(|library| library.text.contains(&format!("include_str!(\"{inside}\")")))
}

/// The file a block is a quote of: the last link of the line above, if a colon ends it.
fn quoted(block: &Block) -> Option<String> {
    block.above.ends_with(':').then_some(())?;
    links(&block.above).pop().map(|link| link.target).filter(|target| !target.contains([':', '#']))
}

fn misquoted(page: &str, block: &Block, target: &str, tree: &Tree) -> Option<Finding> {
    // A link that leads nowhere is told of as a link.
    let file = tree.file(&resolved(page, target)?)?;
    if !block.text.is_empty() && file.text.contains(&block.text) {
        return None;
    }
    let right = format!("copy the lines from {}, where they stand together", file.path);
    Some(Finding::error(page, "the quote is not in the file it names", right).at(block.line))
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    const LIBRARY: &str = "#[doc = include_str!(\"guides/a.md\")]\nmod a {}\n";
    const RUST: &str = "# A\n\n```rust\nfn a() {}\n```\n";

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        find(&planted(files, NO_PACKAGES)).iter().map(ToString::to_string).collect()
    }

    fn one(found: &[String], start: &str) {
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(start), "{found:?}");
    }

    #[test]
    fn a_page_that_is_compiled_passes_and_so_does_one_without_rust() {
        let found = findings(&[
            ("docs/lib.rs", LIBRARY),
            ("docs/guides/a.md", &RUST.replace("```rust", "```rust,no_run")),
            ("docs/b.md", "```sh\ncargo run\n```\n"),
            ("crates/a/README.md", RUST),
        ]);

        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn rust_that_nobody_compiles_is_found() {
        one(
            &findings(&[("docs/guides/a.md", RUST), ("docs/lib.rs", "")]),
            "docs/guides/a.md:3: its Rust is compiled by nobody; ",
        );
        one(&findings(&[("README.md", RUST)]), "README.md:3: its Rust is compiled by nobody; ");
    }

    #[test]
    fn rust_that_is_ignored_is_found() {
        for ignored in ["```rust,ignore", "```rust, ignore", "```rust,no_run,ignore"] {
            let found = findings(&[("docs/lib.rs", LIBRARY), ("docs/guides/a.md", &RUST.replace("```rust", ignored))]);

            one(&found, "docs/guides/a.md:3: a block of Rust is ignored; ");
        }
    }

    #[test]
    fn a_page_that_is_listed_for_nothing_is_found() {
        let found = findings(&[("docs/lib.rs", LIBRARY), ("docs/guides/a.md", "# A\n")]);

        one(&found, "docs/guides/a.md: docs/lib.rs lists it, and no Rust of its own is in it; ");
    }

    #[test]
    fn a_quote_is_in_the_file_it_names() {
        let page = "This is [`lib.rs`](../../examples/a/src/lib.rs):\n\n```rust\nfn a() {}\n```\n";
        let found =
            findings(&[("docs/guides/a.md", page), ("examples/a/src/lib.rs", "//! A.\n\nfn a() {}\n\nfn b() {}\n")]);
        assert!(found.is_empty(), "{found:?}");

        let found = findings(&[("docs/guides/a.md", page), ("examples/a/src/lib.rs", "fn a() {\n}\n")]);

        one(
            &found,
            "docs/guides/a.md:3: the quote is not in the file it names; copy the lines from examples/a/src/lib.rs",
        );
    }

    #[test]
    fn quotes_need_not_be_rust() {
        let page = "This is [`a.toml`](../../examples/a/Cargo.toml):\n\n```toml\n[package]\n```\n";

        one(
            &findings(&[("docs/guides/a.md", page), ("examples/a/Cargo.toml", "[lib]\n")]),
            "docs/guides/a.md:3: the quote is not in the file it names",
        );
    }
}
