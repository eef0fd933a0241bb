//! `cargo xtask proofs`: the tests whose name starts with `proof_`, at full size, on each database.

use crate::counts::Counts;
use crate::databases::{self, Kind, Ready};
use crate::tool::{self, Failure, Outcome};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (kinds, arguments) = databases::chosen(arguments, &Kind::ALL)?;
    let (mut outcome, mut counts) = (Ok(()), Counts::default());
    for kind in kinds {
        println!("== proofs on {}", kind.name());
        let ready = kind.ready()?;
        let (ended, found) = on(&ready, &arguments)?;
        println!("Database: {}: {found}", ready.version);
        outcome = outcome.and(ended);
        counts += found;
    }
    println!("{counts}");
    if counts.passed == 0 {
        return Err(Failure::Failed("no proof test ran".to_owned()));
    }
    outcome
}

fn on(database: &Ready, arguments: &[String]) -> Result<(Outcome, Counts), Failure> {
    let mut command = tool::cargo_at_root();
    command.env("AUTH_PROOFS", "full");
    if tool::has_nextest() {
        // What they print are the figures.
        command.args(["nextest", "run", "--release", "--workspace", "--no-fail-fast", "--success-output=final"]);
        command.args(["-E", "test(proof_)"]);
    } else {
        command.args(["test", "--release", "--workspace", "--tests", "--no-fail-fast", "proof_"]);
    }
    database.give_to(&mut command);
    let (status, counts) = tool::count(command.args(arguments))?;
    Ok((tool::succeeded(&command, status), counts))
}
