//! Inside a plugin, `http` calls `flow`, `flow` calls `store`, and never the other way round.

use super::source::{Source, end_of_brackets, is_of_word};
use super::{Finding, Tree};
use crate::workspace::{Floor, Package};

/// A room, and the rooms that it must not mention.
const CLOSED: &[(&str, &[&str])] =
    &[("entity", &["store", "flow", "http"]), ("store", &["flow", "http"]), ("flow", &["http"])];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in tree.packages_on(Floor::Plugin) {
        for source in tree.sources_of(package) {
            let Some(room) = room_of(source, package) else { continue };
            let closed = CLOSED.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, closed)| closed);
            for (place, other) in mentions(&source.code, depth_of(source, package)) {
                if closed.contains(&other) && !source.is_test_at(place) {
                    let wrong = format!("{room} mentions crate::{other}");
                    let right = "the way is http, flow, store; give it what it needs as an argument";
                    findings.push(Finding::error(&source.path, wrong, right).at(source.line_of(place)));
                }
            }
        }
    }
    findings
}

/// The first module of a file: `store` for `src/store.rs` and for everything in `src/store/`.
pub(crate) fn room_of<'a>(source: &'a Source, package: &Package) -> Option<&'a str> {
    let inside = source.path.strip_prefix(&package.sources())?;
    Some(inside.split_once('/').map_or_else(|| inside.trim_end_matches(".rs"), |(folder, _)| folder))
}

/// How many modules deep a file is.
fn depth_of(source: &Source, package: &Package) -> usize {
    let inside = source.path.strip_prefix(&package.sources()).unwrap_or_default();
    let slashes = inside.matches('/').count();
    if inside.ends_with("mod.rs") { slashes } else { slashes + 1 }
}

/// The modules of the crate's root that the code mentions, and where.
fn mentions(code: &str, depth: usize) -> Vec<(usize, &str)> {
    let to_root = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", &to_root] {
        for (place, _) in code.match_indices(prefix) {
            let before = code.get(..place).and_then(|before| before.chars().next_back());
            if before.is_some_and(|c| is_of_word(c) || c == ':' || c == '$') {
                continue;
            }
            let rest = code.get(place + prefix.len()..).unwrap_or_default();
            found.extend(heads(rest).into_iter().map(|head| (place, head)));
        }
    }
    found
}

/// The first words of a path, or of each path in braces.
fn heads(path: &str) -> Vec<&str> {
    let Some(inside) = path.strip_prefix('{') else { return head(path).into_iter().collect() };
    let end = end_of_brackets(path).map_or(inside.len(), |end| end.saturating_sub(2));
    let mut rest = inside.get(..end).unwrap_or(inside);
    let mut found = Vec::new();
    while !rest.is_empty() {
        found.extend(head(rest));
        let comma = rest.find([',', '{']).unwrap_or(rest.len());
        let after = rest.get(comma..).unwrap_or_default();
        let skipped = if after.starts_with('{') { end_of_brackets(after).unwrap_or(after.len()) } else { 0 };
        let after = after.get(skipped..).unwrap_or_default();
        rest = after.trim_start().strip_prefix(',').unwrap_or_default();
    }
    found
}

fn head(path: &str) -> Option<&str> {
    let path = path.trim_start();
    path.get(..path.find(|c| !is_of_word(c)).unwrap_or(path.len())).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod test {
    use super::{find, heads};
    use crate::tidy::planted::{one_package, planted};

    fn findings(path: &str, code: &str) -> Vec<String> {
        let path = format!("crates/auth-x/src/{path}");
        let tree = planted(&[(&path, code)], &one_package("auth-x", "plugin"));
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_store_that_mentions_a_flow_is_found() {
        let found = findings("store/client.rs", "use a::b;\nuse crate::flow::authorize;\n");

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/auth-x/src/store/client.rs:2: store mentions crate::flow; "), "{found:?}");
    }

    #[test]
    fn every_closed_door_is_watched() {
        for (room, other) in
            [("entity", "store"), ("entity", "flow"), ("entity", "http"), ("store", "http"), ("flow", "http")]
        {
            let code = format!("fn a() {{ crate::{other}::b() }}\n");

            assert_eq!(findings(&format!("{room}/a.rs"), &code).len(), 1, "{room} {other}");
            assert_eq!(findings(&format!("{room}/mod.rs"), &code).len(), 1, "{room} {other}");
            assert_eq!(findings(&format!("{room}.rs"), &code).len(), 1, "{room} {other}");
        }
    }

    #[test]
    fn a_door_is_watched_however_its_path_is_written() {
        assert_eq!(findings("flow/a.rs", "use crate::{\n    error::{E, http as h},\n    http::form,\n};\n").len(), 1);
        assert_eq!(findings("flow/a.rs", "use super::super::http::form;\n").len(), 1);
        assert_eq!(findings("flow/mod.rs", "use super::http;\n").len(), 1);
    }

    #[test]
    fn the_way_down_passes() {
        assert!(findings("http/a.rs", "use crate::flow::a;\nuse crate::{error::E, flow};\n").is_empty());
        assert!(findings("flow/a.rs", "use crate::store;\nuse super::http_status;\nuse ::http::Method;\n").is_empty());
        assert!(findings("store/a.rs", "use crate::entity::client;\n// crate::flow calls this\n").is_empty());
        assert!(findings("plugin.rs", "use crate::http;\n").is_empty());
        assert!(findings("flow/a.rs", "#[cfg(test)]\nmod tests {\n    use crate::http;\n}\n").is_empty());
        assert!(findings("flow/a.rs", "use super::http;\n").is_empty(), "that is flow::http");
    }

    #[test]
    fn the_heads_of_a_group_are_its_own_paths_only() {
        assert_eq!(heads("{a::{b, c::{d}}, e, f::g, h as i}; j"), ["a", "e", "f", "h"]);
        assert_eq!(heads("a::b, c"), ["a"]);
    }
}
