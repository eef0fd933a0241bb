//! Pages of claims, each with the tests that show it: which standards are kept, and which attacks fail.

use std::fmt::Write as _;

use crate::tidy::{Finding, Tree};

/// A page that is made from a list of claims.
struct Page {
    title: &'static str,
    about: &'static str,
    columns: [&'static str; 2],
    list: &'static str,
}

const STANDARDS: Page = Page {
    title: "Standards",
    about: "What the standards demand, and the tests that show that it is so.\n\
            Each test runs on SQLite, PostgreSQL and MariaDB unless it needs no database.",
    columns: ["source", "requirement"],
    list: "docs/reference/standards.txt",
};

const ATTACKS: Page = Page {
    title: "Attacks",
    about: "What somebody may try, what comes of it, and the tests that show that it is so.\n\
            Advisories in brackets are failures of other products that the test would have found.",
    columns: ["attempt", "outcome"],
    list: "docs/reference/attacks.txt",
};

/// A line of a list.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Section(&'a str),
    Text(&'a str),
    Claim { first: &'a str, second: &'a str, shown: Shown<'a> },
}

/// What stands behind a claim.
#[derive(Debug, PartialEq, Eq)]
enum Shown<'a> {
    By(Vec<&'a str>),
    /// Nothing yet, or nothing ever, and why.
    Not(&'a str),
}

pub(crate) fn standards(tree: &Tree) -> String {
    STANDARDS.written(tree)
}

pub(crate) fn attacks(tree: &Tree) -> String {
    ATTACKS.written(tree)
}

/// Claims without a test, and tests that are not there.
pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    [STANDARDS, ATTACKS].iter().flat_map(|page| page.findings(tree)).collect()
}

impl Page {
    fn lines<'a>(&self, tree: &'a Tree) -> impl Iterator<Item = (usize, Option<Line<'a>>)> {
        let text = tree.file(self.list).map_or("", |file| file.text.as_str());
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| (index + 1, read(line)))
    }

    fn findings(&self, tree: &Tree) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (number, line) in self.lines(tree) {
            let found = match line {
                None => vec![Finding::error(
                    self.list,
                    "the line is no claim",
                    "write `source | claim | tests`, or `- why`",
                )],
                Some(Line::Section(_) | Line::Text(_) | Line::Claim { shown: Shown::Not(_), .. }) => Vec::new(),
                Some(Line::Claim { shown: Shown::By(tests), .. }) => tests
                    .into_iter()
                    .filter(|test| place(tree, test).is_none())
                    .map(|test| {
                        let right = "name a test as it is, such as `auth-mcp::guard::a_preflight_needs_no_token`";
                        Finding::error(self.list, format!("there is no test `{test}`"), right)
                    })
                    .collect(),
            };
            findings.extend(found.into_iter().map(|finding| finding.at(number)));
        }
        findings
    }

    fn written(&self, tree: &Tree) -> String {
        let [first, second] = self.columns;
        let mut page =
            format!("# {}\n\n<!-- Made by `cargo xtask docs` from {}. -->\n\n{}\n", self.title, self.list, self.about);
        for (_, line) in self.lines(tree) {
            // Writing to a String cannot fail.
            let _ = match line {
                Some(Line::Section(title)) => {
                    write!(page, "\n## {title}\n\n| {first} | {second} | shown by |\n| --- | --- | --- |\n")
                }
                Some(Line::Text(text)) => {
                    let table = format!("\n| {first} | {second} | shown by |\n| --- | --- | --- |\n");
                    page.truncate(page.len() - table.len());
                    write!(page, "\n{text}\n{table}")
                }
                Some(Line::Claim { first, second, shown }) => {
                    writeln!(page, "| {first} | {second} | {} |", shown.linked(tree))
                }
                None => Ok(()),
            };
        }
        page
    }
}

impl Shown<'_> {
    /// Links to the files of the tests, whose names are sentences.
    fn linked(&self, tree: &Tree) -> String {
        match self {
            Self::Not(why) => (*why).to_owned(),
            Self::By(tests) => {
                let link = |test: &&str| {
                    let name = test.rsplit("::").next().unwrap_or(test);
                    let place = place(tree, test).unwrap_or_default();
                    format!("[{name}](../../{place})")
                };
                tests.iter().map(link).collect::<Vec<_>>().join("<br>")
            }
        }
    }
}

fn read(line: &str) -> Option<Line<'_>> {
    if let Some(title) = line.strip_prefix("@ ") {
        return Some(Line::Section(title));
    }
    if let Some(text) = line.strip_prefix("> ") {
        return Some(Line::Text(text));
    }
    let mut parts = line.split(" | ").map(str::trim);
    let (first, second, shown) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || first.is_empty() {
        return None;
    }
    let shown = match shown.strip_prefix("- ") {
        Some(why) => Shown::Not(why),
        None if shown.is_empty() => return None,
        None => Shown::By(shown.split(' ').filter(|test| !test.is_empty()).collect()),
    };
    Some(Line::Claim { first, second, shown })
}

/// The file in which a test is: `package::module::name`, among the tests of the package or in its sources.
fn place<'a>(tree: &'a Tree, test: &str) -> Option<&'a str> {
    let mut parts: Vec<&str> = test.split("::").collect();
    let name = parts.pop()?;
    let (package, modules) = parts.split_first()?;
    let modules = modules.join("/");
    let function = format!("fn {name}(");
    let folders = [format!("crates/{package}"), format!("examples/{package}")];
    let candidates = folders.iter().flat_map(|folder| {
        let within = |rest: String| format!("{folder}/{rest}");
        if modules.is_empty() {
            vec![within("tests/spec/main.rs".to_owned())]
        } else {
            vec![
                within(format!("tests/spec/{modules}.rs")),
                within(format!("tests/spec/{modules}/mod.rs")),
                within(format!("src/{modules}.rs")),
            ]
        }
    });
    let found: Vec<String> = candidates.collect();
    let files = tree.files.iter().filter(|file| found.contains(&file.path));
    files.filter(|file| file.text.contains(&function)).map(|file| file.path.as_str()).next()
}

#[cfg(test)]
mod test {
    use super::{STANDARDS, find};
    use crate::tidy::planted::{NO_PACKAGES, planted};

    const LIST: &str = "docs/reference/standards.txt";
    const TESTS: (&str, &str) = ("crates/a/tests/spec/b.rs", "async fn it_works() {}\n");
    const UNIT: (&str, &str) = ("crates/a/src/c.rs", "fn it_is_so() {}\n");

    fn findings(list: &str) -> Vec<String> {
        find(&planted(&[(LIST, list), TESTS, UNIT], NO_PACKAGES)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_claim_with_a_test_or_a_reason_passes() {
        assert_eq!(
            findings("@ One\n> words\nRFC 1 | it | a::b::it_works a::c::it_is_so\n\nRFC 2 | not | - planned\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_test_that_is_not_there_is_found_with_its_line() {
        let found = findings("RFC 1 | it | a::b::it_worked\nRFC 1 | it | b::b::it_works\n");

        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("docs/reference/standards.txt:1: there is no test `a::b::it_worked`; "),
            "{found:?}"
        );
    }

    #[test]
    fn a_claim_without_anything_behind_it_is_found() {
        for wrong in ["RFC 1 | it", "RFC 1 | it | ", "words", "a | b | c::d::e | f"] {
            assert_eq!(findings(wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn a_page_has_a_table_for_each_section_and_links_to_the_tests() {
        let list = "@ One\n> Some words.\nRFC 1 | it | a::b::it_works\nRFC 2 | not | - planned: later\n";
        let page = STANDARDS.written(&planted(&[(LIST, list), TESTS], NO_PACKAGES));

        assert!(page.contains("\n## One\n\nSome words.\n\n| source | requirement | shown by |\n"), "{page}");
        assert!(page.contains("| RFC 1 | it | [it_works](../../crates/a/tests/spec/b.rs) |\n"), "{page}");
        assert!(page.ends_with("| RFC 2 | not | planned: later |\n"), "{page}");
    }
}
