//! `cargo xtask differential`: the same questions to the example and to node-oidc-provider.
//!
//! Where the answers differ, `interop/differential/differences.json` says why.

use crate::clients::{DIFFERENTIAL, alone};
use crate::counts::Counts;
use crate::tool::Outcome;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (outcome, counts) = compare(arguments);
    println!("{counts}");
    outcome
}

/// Asks all of it, or the questions with one of these words; with `--write`, writes the page anew.
pub(crate) fn compare(arguments: &[String]) -> (Outcome, Counts) {
    alone(&DIFFERENTIAL, |program| _ = program.args(arguments), |_| ())
}
