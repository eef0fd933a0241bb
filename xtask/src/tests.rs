//! `cargo xtask test`: all Rust tests, on SQLite or on each of the databases named.

use crate::counts::Counts;
use crate::databases::{self, Kind, Ready};
use crate::tool::{self, Failure, Outcome};

/// What a plain test run leaves out, and the command that runs it.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "third-party clients (TypeScript and Python MCP SDKs, openid-client)",
        "cargo xtask interop (needs Node.js 20 and Python 3.10 with venv)",
    ),
    ("the first guide, followed in an empty folder", "cargo xtask guide (needs Node.js 20, curl and openssl)"),
    (
        "nginx and Caddy in front of the example, with clients behind them",
        "cargo xtask recipes (needs nginx, Caddy, PostgreSQL 15, Node.js 20 and openssl)",
    ),
    (
        "packets counted while the example fetches from hosts that lead inside",
        "cargo xtask ssrf (needs Linux, iproute2, Python 3.11 and openssl)",
    ),
    ("a real browser at the pages", "cargo xtask browser (needs Node.js 20 and Chromium)"),
    ("full-size proof tests, in release mode", "cargo xtask proofs"),
    ("formatting, lints, house rules, documentation, licences", "cargo xtask ci"),
];

/// The crates whose tests touch no database: once is enough for them.
const WITHOUT_DATABASE: [&str; 6] =
    ["auth-outbound", "auth-pages", "auth-protocol", "auth-resource-server", "docs", "xtask"];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (kinds, arguments) = databases::chosen(arguments, &[Kind::Sqlite])?;
    let (outcome, mut counts, told) = on(&kinds, &arguments);
    let mut first_failure = outcome.err();
    // Arguments choose among the runner's tests; doc tests know none of them.
    if arguments.is_empty() {
        let (outcome, found) = documentation();
        counts += found;
        first_failure = first_failure.or(outcome.err());
    }

    println!();
    for line in told {
        println!("{line}");
    }
    if counts.skipped > 0 {
        println!("Skipped: {} tests that their runner ignores or filters out.", counts.skipped);
    }
    let missing: Vec<&str> = Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).map(|kind| kind.name()).collect();
    if !missing.is_empty() {
        let flag = Kind::ALL.map(Kind::name).join(",");
        println!(
            "Skipped: the same tests on {}. To run: cargo xtask test --databases {flag} (needs PostgreSQL 15 and \
             MariaDB 10.11, installed or named in AUTH_TEST_POSTGRES_URL and AUTH_TEST_MYSQL_URL)",
            missing.join(" and ")
        );
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

/// Runs the unit and spec tests on one database after the other, and says on which, with figures.
fn on(kinds: &[Kind], arguments: &[String]) -> (Outcome, Counts, Vec<String>) {
    let (mut outcome, mut counts, mut told) = (Ok(()), Counts::default(), Vec::new());
    for (at, kind) in kinds.iter().enumerate() {
        println!("== tests on {}", kind.name());
        let ready = match kind.ready() {
            Ok(ready) => ready,
            Err(failure) => {
                told.push(format!("Database: {}, which cannot be tested on", kind.name()));
                outcome = outcome.and(Err(failure));
                continue;
            }
        };
        let once = at > 0 && arguments.is_empty() && tool::has_nextest();
        let (ended, mut found) = unit_and_spec(&ready, once, arguments);
        let left_out = if once {
            // Counted where they ran.
            found.skipped = 0;
            format!("; without {}, which touch no database", WITHOUT_DATABASE.join(", "))
        } else {
            String::new()
        };
        told.push(format!("Database: {}: {found}{left_out}", ready.version));
        outcome = outcome.and(ended);
        counts += found;
    }
    (outcome, counts, told)
}

/// The unit and spec tests on all databases, as `ci` wants them.
pub(crate) fn on_all() -> (Outcome, Counts) {
    let (outcome, counts, told) = on(&Kind::ALL, &[]);
    for line in told {
        println!("{line}");
    }
    (outcome, counts)
}

/// The unit and spec tests on one database, with nextest where it is installed.
fn unit_and_spec(database: &Ready, once: bool, arguments: &[String]) -> (Outcome, Counts) {
    let mut command = tool::cargo_at_root();
    let scope = tool::scope(arguments);
    if tool::has_nextest() {
        command.args(["nextest", "run"]).args(scope).args(["--no-fail-fast", "--no-tests=pass"]);
    } else {
        command.args(["test"]).args(scope).args(["--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]);
    }
    if once {
        // Leaving the packages out of the build would change the features of the others.
        let named = WITHOUT_DATABASE.map(|name| format!("package({name})")).join(" + ");
        command.args(["-E", &format!("not ({named})")]);
    }
    database.give_to(&mut command);
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
