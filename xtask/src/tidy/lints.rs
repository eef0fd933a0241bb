//! Every crate is linted as the workspace says.

use super::{Finding, Tree};

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let ours = tree.manifests().filter(|manifest| !is_alone(&manifest.text));
    let bare = ours.filter(|manifest| !takes_lints(&manifest.text));
    bare.map(|manifest| {
        Finding::error(
            &manifest.path,
            "the lints of the workspace do not hold here",
            "add `[lints]`, `workspace = true`",
        )
    })
    .collect()
}

/// A workspace of its own, whether it has crates or is one.
fn is_alone(manifest: &str) -> bool {
    manifest.lines().any(|line| line.trim() == "[workspace]")
}

fn takes_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
    lines.by_ref().take_while(|line| !line.starts_with('[')).any(|line| line.replace(' ', "") == "workspace=true")
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    fn findings(manifest: &str) -> Vec<String> {
        let tree = planted(&[("crates/a/Cargo.toml", manifest)], NO_PACKAGES);
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_crate_that_is_linted_otherwise_is_found() {
        for lints in ["", "[lints]\n[dependencies]\nworkspace = true\n", "[lints.rust]\nunsafe_code = \"allow\"\n"] {
            let found = findings(&format!("[package]\nname = \"a\"\n\n{lints}"));

            assert_eq!(found.len(), 1, "{lints}");
            assert!(found[0].starts_with("crates/a/Cargo.toml: "), "{found:?}");
        }
    }

    #[test]
    fn the_lints_of_the_workspace_pass() {
        assert!(findings("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n").is_empty());
        assert!(findings("[workspace]\nmembers = []\n").is_empty(), "the workspace itself is no crate");
        assert!(findings("[package]\nname = \"a\"\n\n[workspace]\n").is_empty(), "nor is it one of ours");
    }
}
