//! One version of a crate, unless somebody else's choice has not come along yet.

use std::collections::{BTreeMap, BTreeSet};

/// Crates that are there twice, and who keeps the older one.
const ACCEPTED: &[(&str, &str)] = &[
    ("base64", "jsonwebtoken, sqlx"),
    ("block-buffer", "sqlx's sha2"),
    ("cpufeatures", "sqlx's sha2"),
    ("crypto-common", "sqlx's sha2"),
    ("darling", "sea-query's derive"),
    ("darling_core", "sea-query's derive"),
    ("darling_macro", "sea-query's derive"),
    ("digest", "sqlx's sha2"),
    ("getrandom", "jsonwebtoken, in a browser only"),
    ("hashbrown", "sqlx"),
    ("heck", "sea-orm's derives"),
    ("pem", "rcgen, in tests only"),
    ("sha2", "sqlx"),
    ("syn", "derives of axum, sea-orm and others; built, not shipped"),
    ("tower-http", "reqwest"),
    ("untrusted", "aws-lc-rs"),
];

/// What is wrong with what `cargo tree --prefix none --format {p}` prints.
pub(crate) fn find(tree: &str) -> Vec<String> {
    judge(tree, ACCEPTED)
}

fn judge(tree: &str, accepted: &[(&str, &str)]) -> Vec<String> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            found.entry(name).or_default().insert(compatibility(version.trim_start_matches('v')));
        }
    }
    found.retain(|_, versions| versions.len() > 1);
    let new =
        found.iter().filter(|(name, _)| !accepted.iter().any(|(known, _)| known == *name)).map(|(name, versions)| {
            let versions = versions.iter().cloned().collect::<Vec<_>>().join(" and ");
            format!("{name}: it is there as {versions}; move to one, or accept it in xtask/src/licences/versions.rs")
        });
    let gone = accepted.iter().filter(|(name, _)| !found.contains_key(name)).map(|(name, reason)| {
        format!("{name}: it is there once only; take it (`{reason}`) off the list in xtask/src/licences/versions.rs")
    });
    new.chain(gone).collect()
}

/// What two versions share when one can stand for the other: the first number that is not zero, and those before it.
fn compatibility(version: &str) -> String {
    let mut kept = Vec::new();
    for number in version.split(['.', '-', '+']).take(3) {
        kept.push(number);
        if number != "0" {
            break;
        }
    }
    kept.join(".")
}

#[cfg(test)]
mod test {
    use super::{compatibility, judge};

    #[test]
    fn a_crate_in_two_versions_is_found() {
        let found = judge("a v1.2.0\nb v0.3.1\nb v0.4.0 (*)\na v1.9.0\n", &[]);

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("b: it is there as 0.3 and 0.4; "), "{found:?}");
    }

    #[test]
    fn an_accepted_crate_in_two_versions_passes() {
        assert!(judge("b v0.3.1\nb v0.4.0\n", &[("b", "c's derive")]).is_empty());
    }

    #[test]
    fn an_accepted_crate_that_came_along_is_found() {
        let found = judge("b v0.4.0\n", &[("b", "c's derive")]);

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("b: it is there once only; take it (`c's derive`) off"), "{found:?}");
    }

    #[test]
    fn versions_are_compatible_by_their_first_number_that_is_not_zero() {
        let found = ["1.2.3", "0.2.3", "0.0.3", "10.0.0-rc.1", "0.0.0"].map(compatibility);

        assert_eq!(found, ["1", "0.2", "0.0.3", "10", "0.0.0"]);
    }
}
