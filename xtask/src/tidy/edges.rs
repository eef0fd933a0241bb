//! An edge between our crates goes down, or sideways, and only where the manifest lists it.
//!
//! A manifest names its floor and the crates it may use under `[package.metadata.auth]`,
//! so that a new crate changes nothing here.

use super::{Finding, Tree};
use crate::workspace::{Dependency, Floor, Package, Purpose};

/// The framework itself, which knows nobody.
const CORE: &str = "auth-core";

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    tree.packages.iter().flat_map(|package| of_package(package, tree)).collect()
}

fn of_package(package: &Package, tree: &Tree) -> Vec<Finding> {
    let Some(floor) = package.floor() else {
        let wrong = match &package.floor_name {
            Some(name) => format!("`{name}` is no floor"),
            None => "no floor is named".to_owned(),
        };
        let right = format!("put `floor = \"...\"` under [package.metadata.auth], one of {}", Floor::names());
        return vec![Finding::error(&package.manifest(), wrong, right)];
    };
    let mut findings = of_dependencies(package, floor, tree);
    match floor {
        Floor::App => {}
        Floor::Tool => findings.extend(package.dependencies.iter().map(|dependency| {
            Finding::error(
                &package.manifest(),
                format!("a tool depends on {}", dependency.name),
                "the standard library is enough for a tool",
            )
        })),
        Floor::Protocol | Floor::Edge | Floor::Framework | Floor::Plugin | Floor::Testkit => {
            findings.extend(of_uses(package, floor, tree));
        }
    }
    findings
}

/// What holds for every dependency on a crate of ours, listed or not.
fn of_dependencies(package: &Package, floor: Floor, tree: &Tree) -> Vec<Finding> {
    let manifest = package.manifest();
    let mut findings = Vec::new();
    for (dependency, used) in ours(package, tree) {
        let name = &dependency.name;
        if !dependency.by_path {
            let wrong = format!("{name} is of this workspace and comes from elsewhere");
            findings.push(Finding::error(&manifest, wrong, "depend on it by its path, as `workspace = true` does"));
        }
        let is_testkit = used.floor() == Some(Floor::Testkit);
        if is_testkit && dependency.purpose != Purpose::Tests {
            let wrong = format!("{name} is for tests, and the code itself depends on it");
            findings.push(Finding::error(&manifest, wrong, "move it to [dev-dependencies]"));
        } else if !is_testkit && used.floor().is_some_and(|other| other > floor) {
            let wrong = format!("the edge to {name} goes up");
            findings.push(Finding::error(&manifest, wrong, "depend on floors below only"));
        }
    }
    findings
}

/// What holds for the list of a library crate.
fn of_uses(package: &Package, floor: Floor, tree: &Tree) -> Vec<Finding> {
    let manifest = package.manifest();
    let Some(uses) = &package.uses else {
        let right = "put `uses = [...]` under [package.metadata.auth], with the crates of the workspace it may use";
        return vec![Finding::error(&manifest, "nothing says which crates it may use", right)];
    };
    let edges: Vec<&str> = ours(package, tree)
        .filter(|(dependency, _)| dependency.purpose != Purpose::Tests)
        .map(|(dependency, _)| dependency.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for edge in edges.iter().filter(|edge| !uses.iter().any(|used| used == *edge)) {
        let wrong = format!("the edge to {edge} is not listed");
        findings.push(Finding::error(&manifest, wrong, "drop it, or add it to `uses` and say why in the commit"));
    }
    for used in uses {
        if !edges.contains(&used.as_str()) {
            let wrong = format!("`uses` lists {used}, which it does not depend on");
            findings.push(Finding::error(&manifest, wrong, "take it off the list"));
        }
        let other = tree.packages.iter().find(|other| other.name == *used).and_then(Package::floor);
        if other.is_some_and(|other| other > floor) {
            let wrong = format!("`uses` lists {used}, which stands on a floor above");
            findings.push(Finding::error(&manifest, wrong, "use floors below only"));
        }
    }
    if (floor == Floor::Protocol || package.name == CORE) && !uses.is_empty() {
        let wrong = format!("{} uses {}", package.name, uses.join(", "));
        findings.push(Finding::error(&manifest, wrong, "it stands on its own: `uses = []`"));
    }
    findings
}

/// The dependencies on crates of the workspace, with the crates.
fn ours<'a>(package: &'a Package, tree: &'a Tree) -> impl Iterator<Item = (&'a Dependency, &'a Package)> {
    package.dependencies.iter().filter_map(|dependency| {
        let used = tree.packages.iter().find(|other| other.name == dependency.name)?;
        Some((dependency, used))
    })
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::planted;

    /// A crate as `name floor uses dependencies`; a dependency ends in `?` for tests, in `!` for a registry.
    fn package(line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let uses: Vec<String> = list(words[2]).map(|used| format!("\"{used}\"")).collect();
        let dependencies: Vec<String> = list(words[3]).map(dependency).collect();
        format!(
            r#"{{"name": "{name}", "manifest_path": "/w/crates/{name}/Cargo.toml",
                "metadata": {{"auth": {{"floor": "{floor}", "uses": [{uses}]}}}}, "dependencies": [{dependencies}]}}"#,
            name = words[0],
            floor = words[1],
            uses = uses.join(","),
            dependencies = dependencies.join(","),
        )
    }

    fn list(words: &str) -> impl Iterator<Item = &str> {
        words.split(',').filter(|word| *word != "-")
    }

    fn dependency(word: &str) -> String {
        let name = word.trim_matches(['?', '!'].as_slice());
        let kind = if word.contains('?') { "\"dev\"" } else { "null" };
        let path = if word.contains('!') { "null" } else { "\"/w\"" };
        format!(r#"{{"name": "{name}", "kind": {kind}, "path": {path}}}"#)
    }

    fn findings(lines: &[&str]) -> Vec<String> {
        let packages: Vec<String> = lines.iter().map(|line| package(line)).collect();
        of_metadata(&packages.join(","))
    }

    fn of_metadata(packages: &str) -> Vec<String> {
        let tree = planted(&[], &format!(r#"{{"workspace_root": "/w", "packages": [{packages}]}}"#));
        find(&tree).iter().map(ToString::to_string).collect()
    }

    fn one(lines: &[&str], part: &str) {
        let found = findings(lines);

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(part), "{found:?}");
    }

    #[test]
    fn edges_that_go_down_and_are_listed_pass_and_a_new_plugin_is_nothing_new() {
        let found = findings(&[
            "auth-protocol protocol - serde",
            "auth-core framework - axum",
            "auth-passkeys plugin auth-core,auth-protocol auth-core,auth-protocol,auth-testkit?,auth-pages?",
            "auth-pages plugin auth-core auth-core",
            "auth-testkit testkit auth-core auth-core",
            "shop app - auth-core,auth-passkeys,auth-testkit?",
            "xtask tool - -",
        ]);

        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn an_edge_that_is_not_listed_is_found() {
        one(&["auth-core framework - -", "auth-pages plugin - auth-core"], "the edge to auth-core is not listed");
    }

    #[test]
    fn a_listed_crate_that_is_no_dependency_is_found() {
        one(
            &["auth-core framework - -", "auth-pages plugin auth-core auth-core?"],
            "`uses` lists auth-core, which it does not depend on",
        );
    }

    #[test]
    fn an_edge_that_goes_up_is_found_even_if_it_is_listed() {
        let found = findings(&[
            "auth-pages plugin - -",
            "auth-outbound edge auth-pages auth-pages",
            "x app - xtask",
            "xtask tool - -",
        ]);

        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("the edge to auth-pages goes up"), "{found:?}");
        assert!(found[1].contains("stands on a floor above"), "{found:?}");
        assert!(found[2].contains("the edge to xtask goes up"), "{found:?}");
    }

    #[test]
    fn a_test_dependency_that_goes_up_is_found() {
        one(&["auth-pages plugin - -", "auth-outbound edge - auth-pages?"], "the edge to auth-pages goes up");
    }

    #[test]
    fn the_core_and_the_protocol_stand_on_their_own() {
        one(
            &["auth-core framework auth-outbound auth-outbound", "auth-outbound edge - -"],
            "auth-core uses auth-outbound",
        );
        one(&["a protocol b b", "b protocol - -"], "a uses b");
    }

    #[test]
    fn the_testkit_is_for_tests_only_in_an_app_too() {
        let found = findings(&["kit testkit - -", "shop app - kit", "a plugin kit kit"]);

        assert!(
            found.iter().filter(|finding| finding.contains("move it to [dev-dependencies]")).count() == 2,
            "{found:?}"
        );
    }

    #[test]
    fn a_tool_depends_on_nothing() {
        one(&["xtask tool - serde?"], "a tool depends on serde");
    }

    #[test]
    fn a_crate_of_ours_from_a_registry_is_found() {
        one(&["auth-pages plugin - -", "b plugin - auth-pages!?"], "comes from elsewhere");
    }

    #[test]
    fn a_crate_without_a_floor_or_with_an_unknown_one_is_found() {
        one(&["a attic - -"], "`attic` is no floor");
        let found = of_metadata(r#"{"name": "a", "manifest_path": "/w/a/Cargo.toml", "metadata": null}"#);
        assert!(found[0].starts_with("a/Cargo.toml: no floor is named; "), "{found:?}");
    }

    #[test]
    fn a_library_that_lists_nothing_at_all_is_found() {
        let found = of_metadata(
            r#"{"name": "a", "manifest_path": "/w/a/Cargo.toml", "metadata": {"auth": {"floor": "plugin"}}}"#,
        );

        assert!(found[0].contains("nothing says which crates it may use"), "{found:?}");
    }
}
