//! Every link leads somewhere, and every page of `docs` is in its summary.

use super::markdown::{anchors, links};
use crate::tidy::{Finding, Tree};

const SUMMARY: &str = "docs/SUMMARY.md";

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| is_markdown(&file.path)) {
        for link in links(&file.text) {
            let broken = broken(tree, &file.path, &link.target);
            findings.extend(broken.map(|finding| finding.at(link.line)));
        }
    }
    findings.extend(unlisted(tree));
    findings
}

fn is_markdown(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "md")
}

/// What is wrong with a link of a page; `None` for one that leads somewhere, and for one that leads out.
fn broken(tree: &Tree, page: &str, target: &str) -> Option<Finding> {
    // A scheme leads out of the project; a path of Rust is for rustdoc, which checks it.
    if target.contains(':') {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let found = if path.is_empty() { Some(page.to_owned()) } else { resolved(page, path) };
    let Some(found) = found.filter(|found| tree.has(found)) else {
        let right = "link to a file by its path from this page";
        return Some(Finding::error(page, format!("the link to {target} leads nowhere"), right));
    };
    let anchor = anchor.filter(|_| is_markdown(&found))?;
    let there = tree.file(&found).map(|file| anchors(&file.text)).unwrap_or_default();
    (!there.iter().any(|other| other == anchor)).then(|| {
        let wrong = format!("the link to {target} leads to no heading");
        Finding::error(page, wrong, format!("{found} has {}", there.join(", ")))
    })
}

/// The path from the root; `None` where the link leaves it.
pub(crate) fn resolved(page: &str, path: &str) -> Option<String> {
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "" => return None,
            "." => {}
            ".." => {
                folders.pop()?;
            }
            _ => folders.push(part),
        }
    }
    Some(folders.join("/"))
}

/// Pages that the book would leave out.
fn unlisted(tree: &Tree) -> Vec<Finding> {
    let summary = tree.file(SUMMARY).map(|file| links(&file.text)).unwrap_or_default();
    let listed: Vec<String> = summary.iter().filter_map(|link| resolved(SUMMARY, &link.target)).collect();
    let pages = tree.paths.iter().filter(|path| path.starts_with("docs/") && is_markdown(path) && *path != SUMMARY);
    pages
        .filter(|page| !listed.contains(page))
        .map(|page| Finding::error(page, "the summary does not list it", format!("add it to {SUMMARY}")))
        .collect()
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    fn findings(files: &[(&str, &str)]) -> Vec<String> {
        find(&planted(files, NO_PACKAGES)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let found = findings(&[
            (
                "README.md",
                "[a](docs/a.md#one-thing) [b](crates/b) [c](crates/b/) [d](#top) [e](https://e.org/x.md)\n# Top\n",
            ),
            ("docs/SUMMARY.md", "- [A](a.md)\n- [B](reference/b.md)\n"),
            ("docs/a.md", "# One thing\n[r](../README.md#top) [b](reference/b.md) [rust](crate::Plugin)\n"),
            ("docs/reference/b.md", "![shown](shown.png) [code](../../crates/b/src/lib.rs#L3)\n"),
            ("docs/reference/shown.png", "PNG"),
            ("docs/reference/openapi.json", "{}"),
            ("crates/b/src/lib.rs", ""),
        ]);

        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_is_found() {
        let targets = ["docs/b.md", "/docs/a.md", "../README.md", "docs//a.md", "docs/b.md#x"];
        for target in targets {
            let found = findings(&[("README.md", &format!("\n[a]({target})\n")), ("other/docs/a.md", "")]);

            assert_eq!(found.len(), 1, "{target}: {found:?}");
            assert!(found[0].starts_with(&format!("README.md:2: the link to {target} leads nowhere; ")), "{found:?}");
        }
    }

    #[test]
    fn a_link_to_a_heading_that_is_not_there_is_found() {
        for target in ["#below", "crates/a/README.md#below"] {
            let found =
                findings(&[("README.md", &format!("# Above\n[a]({target})\n")), ("crates/a/README.md", "# A\n")]);

            assert_eq!(found.len(), 1, "{target}: {found:?}");
            assert!(found[0].contains("leads to no heading"), "{found:?}");
        }
    }

    #[test]
    fn a_page_that_the_summary_does_not_list_is_found() {
        let found = findings(&[("docs/SUMMARY.md", "- [A](a.md)\n"), ("docs/a.md", ""), ("docs/guides/b.md", "")]);

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("docs/guides/b.md: the summary does not list it; "), "{found:?}");
    }
}
