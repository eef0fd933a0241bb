//! The rules of the specifications are pure: they take `now` and touch nothing.

use super::source::{has_word, is_of_word};
use super::{Finding, Tree};
use crate::workspace::Floor;

const IMPURE: &[&str] = &["std::fs", "std::env", "std::process", "SystemTime", "Instant", "async fn", "tokio"];

/// The part of `std::net` that is data.
const ADDRESSES: &[&str] = &["IpAddr", "Ipv4Addr", "Ipv6Addr"];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in tree.packages_on(Floor::Protocol).flat_map(|package| tree.sources_of(package)) {
        for line in source.lines() {
            let word = IMPURE.iter().copied().find(|word| has_word(line.code, word));
            if let Some(word) = word.or_else(|| opens_sockets(line.code).then_some("std::net")) {
                let wrong = format!("`{word}` is not pure");
                let right = "take what it gives as an argument, and let the flow fetch it";
                findings.push(Finding::error(&source.path, wrong, right).at(line.number));
            }
        }
    }
    findings
}

/// Whether a line takes anything but addresses from `std::net`.
fn opens_sockets(line: &str) -> bool {
    line.match_indices("std::net").any(|(place, module)| {
        let rest = line.get(place + module.len()..).and_then(|rest| rest.strip_prefix("::")).unwrap_or_default();
        let group = rest.strip_prefix('{').map(|inside| inside.split('}').next().unwrap_or_default());
        let path = || rest.split(|c| !is_of_word(c)).next().unwrap_or_default();
        let mut names = group.unwrap_or_else(path).split(',').map(str::trim);
        !names.all(|name| ADDRESSES.contains(&name))
    })
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{one_package, planted};

    fn findings(code: &str, floor: &str) -> Vec<String> {
        let tree = planted(&[("crates/auth-x/src/code.rs", code)], &one_package("auth-x", floor));
        find(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn whatever_touches_the_world_is_found() {
        for line in [
            "use std::fs::File;",
            "std::env::var(\"A\")",
            "use std::net::TcpStream;",
            "use std::net::{IpAddr, TcpStream};",
            "use std::net;",
            "let now = std::time::SystemTime::now();",
            "let now = Instant::now();",
            "pub async fn judge() {}",
            "tokio::spawn(x)",
        ] {
            let found = findings(&format!("\n{line}\n"), "protocol");

            assert_eq!(found.len(), 1, "{line}: {found:?}");
            assert!(found[0].starts_with("crates/auth-x/src/code.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn data_and_comments_pass() {
        let code = "use std::net::IpAddr;\nuse std::net::{Ipv4Addr, Ipv6Addr};\n// no tokio\nstruct Instantly;\n";

        assert!(findings(code, "protocol").is_empty());
        assert!(findings("use std::fs;\n", "edge").is_empty(), "other floors may");
    }
}
