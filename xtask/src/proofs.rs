//! `cargo xtask proofs`: the tests whose name starts with `proof_`, at full size.

use crate::tool::{self, Failure, Outcome};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut command = tool::cargo_at_root();
    command.env("AUTH_PROOFS", "full");
    if tool::has_nextest() {
        command.args(["nextest", "run", "--release", "--workspace", "--no-fail-fast", "-E", "test(proof_)"]);
    } else {
        command.args(["test", "--release", "--workspace", "--tests", "--no-fail-fast", "proof_"]);
    }
    let (status, counts) = tool::count(command.args(arguments))?;
    println!("{counts}");
    tool::succeeded(&command, status)?;
    if counts.passed == 0 {
        return Err(Failure::Failed("no proof test ran".to_owned()));
    }
    Ok(())
}
