//! Nothing that a pure crate reaches does I/O, reads a clock or draws randomness.

use super::{Finding, Tree};
use crate::workspace::Package;

/// Crates that bring a runtime, a socket, a database, a clock or randomness with them.
const IMPURE: &[&str] = &[
    "async-std",
    "axum",
    "chrono",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rustls",
    "sea-orm",
    "sqlx",
    "sqlx-core",
    "time",
    "tokio",
    "tower",
];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reach in &tree.reach {
        let package = tree.packages.iter().find(|package| package.name == reach.package);
        let manifest = package.map(Package::manifest);
        for name in IMPURE.iter().filter(|name| reach.names.contains(**name)) {
            findings.push(Finding::error(
                manifest.as_deref().unwrap_or(&reach.package),
                format!("{} reaches {name}", reach.package),
                format!("stay pure; `cargo tree --package {} --invert {name}` says on which way", reach.package),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{one_package, planted};
    use crate::tidy::tree::{Reach, names_in};

    fn findings(cargo_tree: &str) -> Vec<String> {
        let mut tree = planted(&[], &one_package("auth-protocol", "protocol"));
        tree.reach.push(Reach { package: "auth-protocol".to_owned(), names: names_in(cargo_tree) });
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_runtime_that_a_pure_crate_reaches_is_found() {
        let found = findings("auth-protocol v0.1.0\nserde v1.0.0\ntokio v1.48.0\nrand v0.10.0 (*)\n");

        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/auth-protocol/Cargo.toml: auth-protocol reaches rand; "), "{found:?}");
    }

    #[test]
    fn a_crate_with_a_longer_name_passes() {
        let found = findings("auth-protocol v0.1.0\nserde v1.0.0\ntokio-like v1.0.0\nrandom v1.0.0\n");

        assert!(found.is_empty(), "{found:?}");
    }
}
