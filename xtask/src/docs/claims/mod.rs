//! Pages of claims, each with the tests that show it: which standards are kept, and which attacks fail.

mod list;
mod place;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use list::{Claim, Part, Shown, What};
use place::place;

use crate::tidy::{Finding, Tree};

/// A page that is made from a list of claims.
struct Page {
    title: &'static str,
    about: &'static str,
    columns: [&'static str; 2],
    /// The heading of the advisories, where claims name some.
    advisories: Option<&'static str>,
    list: &'static str,
}

const STANDARDS: Page = Page {
    title: "Standards",
    about: "What the standards demand, and the tests that show that it is so.\n\
            Each test runs on SQLite, PostgreSQL and MariaDB unless it needs no database.",
    columns: ["source", "requirement"],
    advisories: None,
    list: "docs/reference/standards.txt",
};

const ATTACKS: Page = Page {
    title: "Attacks",
    about: "What somebody may try, what comes of it, and the tests that show that it is so.\n\
            Advisories are failures of other products that the tests would have found.",
    columns: ["attempt", "outcome"],
    advisories: Some("advisories"),
    list: "docs/reference/attacks.txt",
};

const MCP: Page = Page {
    title: "MCP",
    about: "What MCP authorization demands of servers in its four revisions, and what real clients need besides, with \
            the tests that show that it is so.\nClients of all revisions work at once.",
    columns: ["since", "requirement"],
    advisories: None,
    list: "docs/reference/mcp.txt",
};

pub(crate) fn standards(tree: &Tree) -> String {
    STANDARDS.written(tree)
}

pub(crate) fn attacks(tree: &Tree) -> String {
    ATTACKS.written(tree)
}

pub(crate) fn mcp(tree: &Tree) -> String {
    MCP.written(tree)
}

/// Claims without a test, and tests that are not there.
pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    [STANDARDS, ATTACKS, MCP].iter().flat_map(|page| page.findings(tree)).collect()
}

impl Page {
    fn parts<'a>(&self, tree: &'a Tree) -> Vec<Part<'a>> {
        list::read(tree.file(self.list).map_or("", |file| file.text.as_str()))
    }

    fn findings(&self, tree: &Tree) -> Vec<Finding> {
        let mut ids = BTreeSet::new();
        let mut findings = Vec::new();
        for Part { line, what } in self.parts(tree) {
            match what {
                What::Section(_) | What::Text(_) => {}
                What::Unread => {
                    let right =
                        "write `id | source | claim`, and below it tests, or `planned: why`, or `not built: why`";
                    findings.push(Finding::error(self.list, "the line is no claim", right).at(line));
                }
                What::Claim(claim) => {
                    if !ids.insert(claim.id) {
                        let what = format!("there are two claims `{}`", claim.id);
                        findings.push(Finding::error(self.list, what, "give each an id of its own").at(line));
                    }
                    findings.extend(self.of_claim(tree, line, &claim));
                }
            }
        }
        findings
    }

    fn of_claim(&self, tree: &Tree, line: usize, claim: &Claim<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let known = |advisory: &&&str| self.advisories.is_some() && is_advisory(advisory);
        for advisory in claim.advisories.iter().filter(|advisory| !known(advisory)) {
            let what = format!("`{advisory}` is no advisory");
            findings.push(Finding::error(self.list, what, "name one such as `CVE-2025-4143`").at(line));
        }
        match &claim.shown {
            Shown::Planned(_) | Shown::NotBuilt(_) => {}
            Shown::Nothing => {
                let what = format!("`{}` names neither a test nor a reason", claim.id);
                findings
                    .push(Finding::error(self.list, what, "name a test that shows it, or say why none does").at(line));
            }
            Shown::By(tests) => {
                for (line, test) in tests.iter().filter(|(_, test)| place(tree, test).is_none()) {
                    let right = "name a test as it is, such as `auth-mcp::guard::a_preflight_needs_no_token`";
                    findings.push(Finding::error(self.list, format!("there is no test `{test}`"), right).at(*line));
                }
            }
        }
        findings
    }

    fn written(&self, tree: &Tree) -> String {
        let parts = self.parts(tree);
        let mut page = format!(
            "# {}\n\n<!-- Made by `cargo xtask docs` from {}. -->\n\n{}\n{}\n",
            self.title,
            self.list,
            self.about,
            counted(&parts)
        );
        let mut is_table_begun = false;
        for Part { what, .. } in &parts {
            // Writing to a String cannot fail.
            let _ = match what {
                What::Unread => Ok(()),
                What::Section(title) => {
                    is_table_begun = false;
                    write!(page, "\n## {title}\n")
                }
                What::Text(text) => write!(page, "\n{text}\n"),
                What::Claim(claim) => {
                    if !is_table_begun {
                        is_table_begun = true;
                        page.push_str(&self.head());
                    }
                    writeln!(page, "{}", self.row(tree, claim))
                }
            };
        }
        page
    }

    fn head(&self) -> String {
        let names: Vec<&str> =
            ["id"].into_iter().chain(self.columns).chain(self.advisories).chain(["shown by"]).collect();
        format!("\n| {} |\n|{}\n", names.join(" | "), " --- |".repeat(names.len()))
    }

    fn row(&self, tree: &Tree, claim: &Claim<'_>) -> String {
        let advisories = self.advisories.map(|_| claim.advisories.join("<br>"));
        let shown = claim.shown.written(tree);
        let [first, second] = claim.cells;
        let cells = [claim.id, first, second].into_iter().chain(advisories.as_deref()).chain([&*shown]);
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    }
}

impl Shown<'_> {
    /// Links to the files of the tests, whose names are sentences.
    fn written(&self, tree: &Tree) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Planned(why) => format!("planned: {why}"),
            Self::NotBuilt(why) => format!("not built: {why}"),
            Self::By(tests) => {
                let link = |(_, test): &(usize, &str)| {
                    let name = test.rsplit("::").next().unwrap_or(test);
                    let place = place(tree, test).unwrap_or_default();
                    format!("[{name}](../../{place})")
                };
                tests.iter().map(link).collect::<Vec<_>>().join("<br>")
            }
        }
    }
}

/// How many claims there are, and how they stand.
fn counted(parts: &[Part<'_>]) -> String {
    let (mut shown, mut planned, mut not_built) = (0, 0, 0);
    for part in parts {
        if let What::Claim(claim) = &part.what {
            match claim.shown {
                Shown::By(_) => shown += 1,
                Shown::Planned(_) | Shown::Nothing => planned += 1,
                Shown::NotBuilt(_) => not_built += 1,
            }
        }
    }
    format!(
        "Of {} rows, {shown} are shown by tests, {planned} are planned and {not_built} are not built.",
        shown + planned + not_built
    )
}

/// Whether a word names an advisory: `CVE-2025-4143`, `GHSA-pw9m-5jxm-xr6h`, `RUSTSEC-2026-0189`.
fn is_advisory(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_number = |part: &&str| part.chars().all(|c| c.is_ascii_digit());
    match parts.as_slice() {
        ["CVE" | "RUSTSEC", year, number] => {
            year.len() == 4 && number.len() >= 4 && is_number(year) && is_number(number)
        }
        ["GHSA", rest @ ..] => rest.len() == 3 && rest.iter().all(|part| part.len() == 4),
        _ => false,
    }
}

#[cfg(test)]
mod test {
    use super::{ATTACKS, STANDARDS, find, is_advisory};
    use crate::tidy::planted::{NO_PACKAGES, planted};

    const STANDARDS_LIST: &str = "docs/reference/standards.txt";
    const ATTACKS_LIST: &str = "docs/reference/attacks.txt";
    const ROOT: (&str, &str) = ("crates/a/tests/spec/main.rs", "mod b;\n");
    const TESTS: (&str, &str) = ("crates/a/tests/spec/b.rs", "#[test]\nfn it_works() {}\n");

    fn findings(path: &str, list: &str) -> Vec<String> {
        find(&planted(&[(path, list), ROOT, TESTS], NO_PACKAGES)).iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn is_found(path: &str, list: &str, begins: &str) {
        let found = findings(path, list);
        assert_eq!(found.len(), 1, "{list}: {found:?}");
        assert!(found[0].starts_with(begins), "{list}: {found:?}");
    }

    #[test]
    fn a_claim_with_a_test_or_a_reason_passes() {
        let list = "@ One\n> words\nx | RFC 1 | it\n  a::b::it_works\n\ny | RFC 2 | not\n  planned: later\n\
                    z | RFC 3 | never\n  not built: why\n";

        assert_eq!(findings(STANDARDS_LIST, list), [""; 0]);
        assert_eq!(findings(ATTACKS_LIST, "1 | try | refused | CVE-2025-4143\n  a::b::it_works\n"), [""; 0]);
    }

    #[test]
    fn a_test_that_is_not_there_is_found_with_its_line() {
        let list = "x | RFC 1 | it\n  a::b::it_works\n  a::b::it_worked\n";

        is_found(STANDARDS_LIST, list, "docs/reference/standards.txt:3: there is no test `a::b::it_worked`; ");
    }

    #[test]
    fn a_claim_without_anything_behind_it_is_found() {
        is_found(STANDARDS_LIST, "x | RFC 1 | it\n", "docs/reference/standards.txt:1: `x` names neither a test nor a ");
    }

    #[test]
    fn two_claims_of_one_id_are_found() {
        let list = "x | RFC 1 | it\n  a::b::it_works\nx | RFC 2 | that\n  a::b::it_works\n";

        is_found(STANDARDS_LIST, list, "docs/reference/standards.txt:3: there are two claims `x`; ");
    }

    #[test]
    fn a_line_that_is_no_claim_is_found() {
        is_found(ATTACKS_LIST, "words\n", "docs/reference/attacks.txt:1: the line is no claim; ");
    }

    #[test]
    fn what_is_no_advisory_is_found() {
        let list = "1 | try | refused | issue-12\n  a::b::it_works\n";

        is_found(ATTACKS_LIST, list, "docs/reference/attacks.txt:1: `issue-12` is no advisory; ");
        is_found(
            STANDARDS_LIST,
            "x | a | b | CVE-2025-4143\n  a::b::it_works\n",
            "docs/reference/standards.txt:1: `CVE",
        );
        for (word, is) in [
            ("CVE-2025-4143", true),
            ("GHSA-pw9m-5jxm-xr6h", true),
            ("RUSTSEC-2026-0189", true),
            ("CVE-25-4143", false),
            ("CVE-2025-x", false),
            ("GHSA-pw9m-5jxm", false),
            ("PR-80", false),
        ] {
            assert_eq!(is_advisory(word), is, "{word}");
        }
    }

    #[test]
    fn a_page_has_a_table_for_each_section_and_links_to_the_tests() {
        let list = "@ One\n> Some words.\nx | RFC 1 | it\n  a::b::it_works\ny | RFC 2 | not\n  planned: later\n";
        let page = STANDARDS.written(&planted(&[(STANDARDS_LIST, list), ROOT, TESTS], NO_PACKAGES));

        assert!(page.contains("\nOf 2 rows, 1 are shown by tests, 1 are planned and 0 are not built.\n"), "{page}");
        let head = "\n## One\n\nSome words.\n\n| id | source | requirement | shown by |\n| --- | --- | --- | --- |\n";
        assert!(page.contains(head), "{page}");
        assert!(page.contains("| x | RFC 1 | it | [it_works](../../crates/a/tests/spec/b.rs) |\n"), "{page}");
        assert!(page.ends_with("| y | RFC 2 | not | planned: later |\n"), "{page}");
    }

    #[test]
    fn a_page_of_attacks_has_a_column_of_advisories() {
        let list = "@ One\n1 | try | refused | CVE-2025-4143 CVE-2025-4144\n  a::b::it_works\n2 | more | refused\n  planned: x\n";
        let page = ATTACKS.written(&planted(&[(ATTACKS_LIST, list), ROOT, TESTS], NO_PACKAGES));

        assert!(page.contains("| id | attempt | outcome | advisories | shown by |\n"), "{page}");
        assert!(page.contains("| 1 | try | refused | CVE-2025-4143<br>CVE-2025-4144 | [it_works]"), "{page}");
        assert!(page.ends_with("| 2 | more | refused |  | planned: x |\n"), "{page}");
    }
}
