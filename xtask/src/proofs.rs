//! `cargo xtask proofs`: the tests whose name starts with `proof_`, at full size, on each database.
//!
//! So are requests made of the API description, and the fuzz targets. What each has shown is written into a page, so that a
//! reader need not run them for an hour.

mod page;

use crate::counts::Counts;
use crate::databases::{self, Kind, Ready};
use crate::tool::{self, Failure, Outcome};
use crate::{fuzz, schemathesis, ssrf};

/// What stands before a figure that a proof prints.
const FIGURE: &str = "proof: ";

/// The title of what is shown of fetches.
const FETCHES: &str = "Fetches in a network where every address answers";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (kinds, arguments) = databases::chosen(arguments, &Kind::ALL)?;
    let (mut outcome, mut counts) = (Ok(()), Counts::default());
    // The example keeps its rows in SQLite.
    let asks = arguments.is_empty() && kinds.contains(&Kind::Sqlite);
    for kind in kinds {
        println!("== proofs on {}", kind.name());
        let ready = match kind.ready() {
            Ok(ready) => ready,
            Err(failure) => {
                outcome = outcome.and(Err(failure));
                continue;
            }
        };
        let (ended, found, figures) = on(&ready, &arguments)?;
        println!("Database: {}: {found}", ready.version);
        // A part of the proofs is no page of them.
        if ended.is_ok() && arguments.is_empty() {
            page::write(kind.name(), &ready.version, &figures)?;
        }
        outcome = outcome.and(ended);
        counts += found;
    }
    if asks {
        println!("== proofs of the API description");
        let (ended, found) = of_requests(schemathesis::IN_PROOFS);
        outcome = outcome.and(ended);
        counts += found;
    }
    if asks {
        println!("== proof of what is fetched");
        let (ended, found) = of_fetches();
        outcome = outcome.and(ended);
        counts += found;
    }
    if asks {
        println!("== fuzz targets");
        let (ended, found) = of_fuzzing();
        outcome = outcome.and(ended);
        counts += found;
    }
    println!("{counts}");
    if counts.passed == 0 {
        return outcome.and(Err(Failure::Failed("no proof test ran".to_owned())));
    }
    outcome
}

/// Sends so many requests made of the API description, and writes down what came of them.
pub(crate) fn of_requests(requests: u32) -> (Outcome, Counts) {
    let mut figures = Vec::new();
    let (outcome, counts) = schemathesis::ask(requests, |line| figures.extend(figure(line)));
    let written = outcome.and_then(|()| page::write("schemathesis", "Requests made of the API description", &figures));
    (written, counts)
}

/// Asks for hosts that lead inside, and writes down where packets went.
pub(crate) fn of_fetches() -> (Outcome, Counts) {
    let mut figures = Vec::new();
    let (outcome, counts) = ssrf::ask(|line| figures.extend(figure(line)));
    // Where there may be no network of its own, nothing was shown.
    let written =
        outcome.and_then(|()| if figures.is_empty() { Ok(()) } else { page::write("ssrf", FETCHES, &figures) });
    (written, counts)
}

/// Writes down what the guard of the MCP route costs.
pub(crate) fn of_guard(figures: &[String]) -> Outcome {
    page::write("guard", "What the guard costs", figures)
}

/// Feeds every fuzz target for a minute, and writes down what came of them.
pub(crate) fn of_fuzzing() -> (Outcome, Counts) {
    let (outcome, counts, figures) = fuzz::proof();
    (outcome.and_then(|()| page::write("fuzz", "Fuzz targets", &figures)), counts)
}

fn on(database: &Ready, arguments: &[String]) -> Result<(Outcome, Counts, Vec<String>), Failure> {
    let mut command = tool::cargo_at_root();
    command.env("AUTH_PROOFS", "full");
    let scope = tool::scope(arguments);
    // One after the other: times are measured, and a kill should hit what it aims at.
    if tool::has_nextest() {
        command.args(["nextest", "run", "--cargo-profile", "proofs"]).args(scope);
        command.args(["--no-fail-fast", "--success-output=final", "--test-threads=1", "--no-tests=pass"]);
        command.args(["-E", "test(proof_)"]).args(arguments);
    } else {
        command.args(["test", "--profile", "proofs"]).args(scope).args(["--tests", "--no-fail-fast"]).args(arguments);
        command.args(["proof_", "--", "--test-threads=1", "--show-output"]);
    }
    database.give_to(&mut command);
    let mut figures = Vec::new();
    let (status, counts) = tool::count_and(&mut command, |line| figures.extend(figure(line)))?;
    figures.sort();
    figures.dedup();
    Ok((tool::succeeded(&command, status), counts, figures))
}

/// What a proof has printed for the page.
fn figure(line: &str) -> Option<String> {
    line.trim().strip_prefix(FIGURE).map(str::to_owned)
}
