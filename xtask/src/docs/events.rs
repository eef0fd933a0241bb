//! The guide to observing names what there is: every event, and nothing that no source knows.

use crate::tidy::{Finding, Tree};

const PAGE: &str = "docs/guides/observing.md";
/// How a source names an event that plugins can listen to.
const NAMED: &str = "const NAME: &'static str = \"";

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.file(PAGE) else { return Vec::new() };
    let mut findings = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        for name in names(line).filter(|name| !is_known(tree, name)) {
            let right = "write the name as the source has it, or take the line out";
            findings.push(Finding::error(PAGE, format!("no source knows `{name}`"), right).at(index + 1));
        }
    }
    for name in sources(tree).flat_map(|text| text.split(NAMED).skip(1)).filter_map(|rest| rest.split('"').next()) {
        if !page.text.contains(&format!("`{name}`")) {
            let right = format!("say in {PAGE} what has happened then");
            findings.push(Finding::error(PAGE, format!("it does not tell of the event `{name}`"), right));
        }
    }
    findings
}

/// The code of crates, as it stands, up to its tests.
fn sources(tree: &Tree) -> impl Iterator<Item = &str> {
    let files = tree.files.iter().filter(|file| file.path.starts_with("crates/") && file.path.contains("/src/"));
    files.map(|file| file.text.split("#[cfg(test)]").next().unwrap_or_default())
}

/// What the first column of a table names as an event, a field or a metric.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let first = line.strip_prefix('|').and_then(|row| row.split('|').next()).unwrap_or_default();
    let code = first.split('`').enumerate().filter(|(index, _)| index % 2 == 1).map(|(_, code)| code);
    code.filter(|code| code.contains('.') || code.starts_with("auth_"))
}

fn is_known(tree: &Tree, name: &str) -> bool {
    sources(tree).any(|text| text.contains(name))
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    const SOURCE: &str = "\
/// `auth_requests_total`
const NAME: &'static str = \"code.issued\";
#[cfg(test)]
mod tests { const NAME: &'static str = \"code.tested\"; }
";

    fn findings(page: &str) -> Vec<String> {
        let tree = planted(&[("docs/guides/observing.md", page), ("crates/a/src/b.rs", SOURCE)], NO_PACKAGES);
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_page_that_names_what_there_is_passes() {
        let page =
            "| name | what |\n| --- | --- |\n| `code.issued` | with `a.b` |\n| `auth_requests_total` | `x.y` |\n";

        assert_eq!(findings(page), [""; 0]);
    }

    #[test]
    fn a_name_that_no_source_knows_is_found() {
        let found = findings("\n| `code.issued`, `code.given` | a |\n| `auth_answers_total` | b |\n");

        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("docs/guides/observing.md:2: no source knows `code.given`; "), "{found:?}");
    }

    #[test]
    fn an_event_that_the_page_does_not_tell_of_is_found() {
        let found = findings("# Observing\n");

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("it does not tell of the event `code.issued`"), "{found:?}");
    }
}
