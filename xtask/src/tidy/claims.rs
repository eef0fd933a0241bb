//! A test is a claim that is checked every time: none is skipped, and none waits for the clock on the wall.

use super::source::has_word;
use super::{Finding, Tree};

/// A file whose tests may sleep, and why.
struct Sleeper {
    path: &'static str,
    reason: &'static str,
}

const SLEEPERS: &[Sleeper] = &[Sleeper {
    path: "crates/auth-cli/src/listen.rs",
    reason: "a handler that takes its time, answered over a real socket; no order depends on how long",
}];

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &tree.sources {
        let sleeper = SLEEPERS.iter().find(|sleeper| sleeper.path == source.path);
        let mut sleeps = false;
        for line in source.lines().filter(|line| line.is_test) {
            if line.code.contains("#[ignore") {
                let right = "run it, or delete it; a proof at full size is asked for by the environment";
                findings.push(Finding::error(&source.path, "a test is skipped", right).at(line.number));
            }
            if has_word(line.code, "sleep(") {
                sleeps = true;
                if sleeper.is_none() {
                    let right = "move the fake clock, or wait for what is to happen";
                    findings.push(Finding::error(&source.path, "a test sleeps", right).at(line.number));
                }
            }
        }
        if let Some(sleeper) = sleeper.filter(|_| !sleeps) {
            let wrong = format!("its tests may sleep ({}) and do not", sleeper.reason);
            findings.push(Finding::error(&source.path, wrong, "take it off the list in the rule"));
        }
    }
    findings
}

#[cfg(test)]
mod test {
    use super::{SLEEPERS, find};
    use crate::tidy::planted::{NO_PACKAGES, planted};

    fn findings(path: &str, code: &str) -> Vec<String> {
        find(&planted(&[(path, code)], NO_PACKAGES)).iter().map(ToString::to_string).collect()
    }

    const SLEEP: &str = "fn a() {\n    tokio::time::sleep(SOON).await;\n}\n";

    #[test]
    fn a_test_that_sleeps_is_found() {
        let found = findings("crates/a/tests/spec/b.rs", SLEEP);

        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/a/tests/spec/b.rs:2: a test sleeps; "), "{found:?}");
        assert_eq!(findings("crates/a/src/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{SLEEP}}}\n")).len(), 1);
    }

    #[test]
    fn a_test_that_is_skipped_is_found() {
        assert_eq!(findings("crates/a/tests/b.rs", "#[test]\n#[ignore]\nfn c() {}\n").len(), 1);
        assert_eq!(findings("crates/a/tests/b.rs", "#[test]\n#[ignore = \"slow\"]\nfn c() {}\n").len(), 1);
    }

    #[test]
    fn code_may_sleep_and_words_may_be_like_it() {
        assert!(findings("crates/a/src/b.rs", SLEEP).is_empty());
        assert!(findings("crates/a/tests/b.rs", "fn a() { pg_sleep(1); /* sleep() */ b(\"sleep(1)\") }\n").is_empty());
    }

    #[test]
    fn a_listed_file_may_sleep_and_has_to() {
        let path = SLEEPERS[0].path;

        assert!(findings(path, &format!("#[cfg(test)]\nmod tests {{\n{SLEEP}}}\n")).is_empty());
        assert_eq!(findings(path, "fn a() {}\n").len(), 1);
    }
}
