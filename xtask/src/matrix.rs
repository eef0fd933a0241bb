//! `cargo xtask clients`: every known client, played against the example.
//!
//! The playing needs TLS and keys, so that it is a program of its own, `client-simulator`.

use std::path::Path;

use crate::counts::Counts;
use crate::example::{self, SETTINGS};
use crate::tool::{self, Failure, Outcome};

const PAGE: &str = "docs/reference/clients.md";

/// Plays those with one of these words in their name, or all; with `--write`, writes the page anew.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut words = arguments.to_vec();
    let writes = words.iter().any(|word| word == "--write");
    words.retain(|word| word != "--write");
    if let Some(flag) = words.iter().find(|word| word.starts_with('-')) {
        return Err(Failure::Usage(format!("clients knows no flag `{flag}`")));
    }
    if writes && !words.is_empty() {
        return Err(Failure::Usage("the page tells of all clients: name none with --write".to_owned()));
    }
    let page: &[&str] = if writes { &["--write", PAGE] } else { &[] };
    let (outcome, counts) = played(page, &words);
    println!("{counts}");
    outcome
}

/// Plays all of them, and demands that the page says what came of it.
pub(crate) fn check() -> (Outcome, Counts) {
    played(&["--check", PAGE], &[])
}

fn played(page: &[&str], words: &[String]) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = play(page, words, &mut counts);
    (outcome, counts)
}

fn play(page: &[&str], words: &[String], counts: &mut Counts) -> Outcome {
    tool::run(tool::cargo_at_root().args(["build", "--package", example::PACKAGE]))?;
    let mut command = tool::cargo_at_root();
    command.args(["run", "--quiet", "--package", "client-simulator", "--example", "replay", "--", "--server"]);
    command.arg(Path::new("target/debug").join(example::PACKAGE)).args(page).args(words);
    for inherited in SETTINGS {
        command.env_remove(inherited);
    }
    let (status, found) = tool::count(&mut command)?;
    *counts += found;
    if status.success() && found.passed > 0 {
        return Ok(());
    }
    Err(Failure::Failed(format!("the clients ended with {status}")))
}
