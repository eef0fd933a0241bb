//! A file is a noun of one subject; a drawer for everything is none.

use super::tree::is_rust;
use super::{Finding, Tree};

const DRAWERS: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "types", "prelude"];
const FOLDERS: &[&str] = &["crates/", "examples/", "xtask/"];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let ours = tree.paths.iter().filter(|path| FOLDERS.iter().any(|folder| path.starts_with(folder)));
    let drawers = ours.filter(|path| is_rust(path)).filter_map(|path| {
        let mut names = path.trim_end_matches(".rs").split('/');
        Some((path, names.find(|name| DRAWERS.contains(name))?))
    });
    drawers
        .map(|(path, name)| {
            let wrong = format!("`{name}` says nothing of what is in it");
            Finding::error(path, wrong, "name it after its one subject, or split it until it has one")
        })
        .collect()
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    #[test]
    fn a_drawer_is_found_as_a_file_and_as_a_folder() {
        let tree = planted(
            &[("crates/a/src/utils.rs", ""), ("examples/b/src/common/mod.rs", ""), ("xtask/src/types.rs", "")],
            NO_PACKAGES,
        );

        let found: Vec<String> = find(&tree).iter().map(ToString::to_string).collect();

        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("crates/a/src/utils.rs: `utils` says nothing"), "{found:?}");
    }

    #[test]
    fn a_subject_passes() {
        let tree = planted(
            &[("crates/a/src/token_types.rs", ""), ("crates/a/templates/common/a.html", ""), ("docs/utils.rs", "")],
            NO_PACKAGES,
        );

        assert_eq!(find(&tree), []);
    }
}
