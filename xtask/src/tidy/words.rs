//! The project speaks of itself alone: not of the machine it grew on, and not of what it will be one day.

use super::source::{is_of_word, word_places};
use super::{Finding, Tree};

/// How a needle is looked for.
#[derive(Debug, Clone, Copy)]
enum Match {
    /// As written, and not inside of a longer word.
    Word,
    /// In any spelling, and not inside of a longer word.
    Phrase,
    /// A path from the root of a file system.
    Path,
}

/// Written in halves, so that this file can be read by its own rule.
const NEEDLES: &[(&str, Match)] = &[
    (concat!("TO", "DO"), Match::Word),
    (concat!("FIX", "ME"), Match::Word),
    (concat!("XX", "X"), Match::Word),
    (concat!("for", " now"), Match::Phrase),
    (concat!("sub", "agent"), Match::Phrase),
    (concat!("sub", "agents"), Match::Phrase),
    (concat!("registry", ".npmjs.org"), Match::Phrase),
    (concat!("index", ".crates.io"), Match::Phrase),
    (concat!("pypi", ".org"), Match::Phrase),
    (concat!("/wo", "rk/"), Match::Path),
];

/// Lock files are written by package managers, which name their registries.
const LOCKS: &[&str] = &["Cargo.lock", "package-lock.json"];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let files = tree.files.iter().filter(|file| !LOCKS.iter().any(|lock| file.path.ends_with(lock)));
    let mut findings = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            for (needle, how) in NEEDLES.iter().filter(|(needle, how)| is_in(line, needle, *how)) {
                let right = match how {
                    Match::Word => "do it, or say what is missing where its reader looks",
                    Match::Phrase | Match::Path => "speak of the project alone",
                };
                findings.push(Finding::error(&file.path, format!("`{needle}`"), right).at(index + 1));
            }
        }
    }
    findings
}

fn is_in(line: &str, needle: &str, how: Match) -> bool {
    match how {
        Match::Word => word_places(line, needle).next().is_some(),
        // A loop over values of `now` is code.
        Match::Phrase => {
            let line = line.to_lowercase();
            word_places(&line, needle).any(|place| !line.get(place..).is_some_and(|rest| rest.starts_with(LOOP)))
        }
        Match::Path => line.match_indices(needle).any(|(place, _)| {
            let before = line.get(..place).and_then(|before| before.chars().next_back());
            !before.is_some_and(|c| is_of_word(c) || "-.}".contains(c))
        }),
    }
}

const LOOP: &str = concat!("for", " now in ");

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    fn findings(path: &str, text: &str) -> Vec<String> {
        let tree = planted(&[(path, text)], NO_PACKAGES);
        find(&tree).iter().map(ToString::to_string).collect()
    }

    const LINES: &[&str] = &[
        concat!("// TO", "DO: later"),
        concat!("# FIX", "ME"),
        concat!("XX", "X here"),
        concat!("that is enough for", " now."),
        concat!("a sub", "agent did it"),
        concat!("sub", "agents did it"),
        concat!("https://registry", ".npmjs.org/a"),
        concat!("sparse+https://index", ".crates.io/"),
        concat!("https://pypi", ".org/simple"),
        concat!("cd /wo", "rk/main"),
    ];

    #[test]
    fn every_needle_is_found_in_every_kind_of_file() {
        for line in LINES {
            for path in ["README.md", "crates/a/src/lib.rs", "interop/a.js", ".ci/run"] {
                let found = findings(path, &format!("fine\n{line}\n"));

                assert_eq!(found.len(), 1, "{line}: {found:?}");
                assert!(found[0].starts_with(&format!("{path}:2: ")), "{found:?}");
            }
        }
    }

    #[test]
    fn a_phrase_is_found_in_any_spelling() {
        assert_eq!(findings("README.md", concat!("For", " now, it is so.\n")).len(), 1);
    }

    #[test]
    fn lock_files_pass() {
        let line = concat!("registry", ".npmjs.org", "\n");

        assert!(findings("interop/a/package-lock.json", line).is_empty());
        assert!(findings("Cargo.lock", line).is_empty());
    }

    #[test]
    fn what_only_looks_like_a_needle_passes() {
        let code =
            concat!("for", " now in [1, 2] {}\ntodo = \"warn\"\n", "YZXX", "XH\n.github", "/work", "flows/ci.yml\n");
        assert_eq!(findings("a.rs", code), [""; 0]);
        assert_eq!(findings("b.md", concat!("/home/me/wo", "rk/x", "\n")), [""; 0]);
    }
}
