//! `cargo xtask test`: all Rust tests, on embedded SQLite.

use crate::counts::Counts;
use crate::tool::{self, Failure, Outcome};

/// What a plain test run leaves out, and the command that runs it.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "third-party clients (TypeScript and Python MCP SDKs, openid-client)",
        "cargo xtask interop (needs Node.js 20 and Python 3.10 with venv)",
    ),
    ("the first guide, followed in an empty folder", "cargo xtask guide (needs Node.js 20, curl and openssl)"),
    ("a real browser at the pages", "cargo xtask browser (needs Node.js 20 and Chromium)"),
    ("full-size proof tests, in release mode", "cargo xtask proofs"),
    ("formatting, lints, house rules, documentation, licences", "cargo xtask ci"),
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (outcome, mut counts) = unit_and_spec(arguments);
    let mut first_failure = outcome.err();
    // Arguments choose among the runner's tests; doc tests know none of them.
    if arguments.is_empty() {
        let (outcome, found) = documentation();
        counts += found;
        first_failure = first_failure.or(outcome.err());
    }

    println!();
    println!("Database: SQLite, built in.");
    if counts.skipped > 0 {
        println!("Skipped: {} tests that their runner ignores or filters out.", counts.skipped);
    }
    for (what, how) in LEFT_OUT {
        println!("Skipped: {what}. To run: {how}");
    }
    if let Some(Failure::Failed(message)) = &first_failure {
        println!("Failed: {message}");
    }
    println!("{counts}");
    first_failure.map_or(Ok(()), |_| Err(Failure::Exit(1)))
}

/// The unit and spec tests, with nextest where it is installed.
pub(crate) fn unit_and_spec(arguments: &[String]) -> (Outcome, Counts) {
    let mut command = tool::cargo_at_root();
    if tool::has_nextest() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--no-tests=pass"]);
    } else {
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]);
    }
    counted(command.args(arguments))
}

/// The doc tests, README examples among them; nextest cannot run these.
pub(crate) fn documentation() -> (Outcome, Counts) {
    counted(tool::cargo_at_root().args(["test", "--doc", "--workspace", "--no-fail-fast"]))
}

fn counted(command: &mut std::process::Command) -> (Outcome, Counts) {
    match tool::count(command) {
        Ok((status, counts)) => (tool::succeeded(command, status), counts),
        Err(failure) => (Err(failure), Counts::default()),
    }
}
