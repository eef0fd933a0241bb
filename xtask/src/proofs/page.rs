//! The page of proofs: a section for each database, written when all of them held there.

use std::path::Path;
use std::thread;

use crate::tool::{self, Failure};

const PAGE: &str = "docs/reference/proofs.md";

const HEAD: &str = "# Proofs

What was tried at full size, and what came of it.
`cargo xtask proofs` runs it again, the tests optimised as a release, one after the other, and writes this page.
";

/// Puts what was shown on a database in the place of what stood there.
pub(super) fn write(kind: &str, version: &str, figures: &[String]) -> Result<(), Failure> {
    let path = tool::root().join(PAGE);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    std::fs::write(&path, replaced(&old, kind, &section(kind, version, cores, figures)))?;
    println!("Written: {}", Path::new(PAGE).display());
    Ok(())
}

fn section(kind: &str, version: &str, cores: usize, figures: &[String]) -> String {
    let list: Vec<String> = figures.iter().map(|figure| format!("- {figure}.\n")).collect();
    let counted = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    format!("<!-- {kind} -->\n\n## {version}\n\nOn {counted}.\n\n{}", list.concat())
}

/// The page with a section in the place of the one of the same kind, or behind the others.
fn replaced(page: &str, kind: &str, section: &str) -> String {
    let (mark, mut found) = (format!("<!-- {kind} -->"), false);
    let sections = page.split("<!-- ").skip(1).map(|rest| format!("<!-- {}\n", rest.trim_end()));
    let mut sections: Vec<String> = sections
        .map(|old| {
            let is_it = old.starts_with(&mark);
            found |= is_it;
            if is_it { section.to_owned() } else { old }
        })
        .collect();
    if !found {
        sections.push(section.to_owned());
    }
    format!("{HEAD}\n{}", sections.join("\n"))
}

#[cfg(test)]
mod test {
    use super::{HEAD, replaced, section};

    #[test]
    fn a_section_takes_the_place_of_its_own_kind_and_of_no_other() {
        let figures = ["50 kills".to_owned()];
        let one = replaced("# Something older", "sqlite", &section("sqlite", "SQLite 3", 2, &figures));
        let two = replaced(&one, "mysql", &section("mysql", "MariaDB 10", 2, &figures));
        let again = replaced(&two, "sqlite", &section("sqlite", "SQLite 4", 1, &figures));

        assert_eq!(
            again,
            format!(
                "{HEAD}\n<!-- sqlite -->\n\n## SQLite 4\n\nOn 1 core.\n\n- 50 kills.\n\n\
                 <!-- mysql -->\n\n## MariaDB 10\n\nOn 2 cores.\n\n- 50 kills.\n"
            )
        );
    }
}
