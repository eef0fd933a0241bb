//! `cargo xtask schemathesis`: requests made of the API description, and answers judged by it.

use crate::clients::{SCHEMATHESIS, alone};
use crate::counts::Counts;
use crate::proofs;
use crate::tool::{Failure, Outcome};

/// How many requests are sent at least, where nobody says how many.
pub(crate) const IN_CI: u32 = 2_000;
/// So many are a proof, and the page of proofs tells of them.
pub(crate) const IN_PROOFS: u32 = 20_000;

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let requests = parse(arguments)?;
    let (outcome, counts) = if requests < IN_PROOFS { ask(requests, |_| ()) } else { proofs::of_requests(requests) };
    println!("{counts}");
    outcome
}

/// Sends at least so many requests to an example of its own.
pub(crate) fn ask(requests: u32, also: impl FnMut(&str) + Send) -> (Outcome, Counts) {
    alone(&SCHEMATHESIS, |program| _ = program.env("REQUESTS", requests.to_string()), also)
}

fn parse(arguments: &[String]) -> Result<u32, Failure> {
    match arguments {
        [] => Ok(IN_CI),
        [flag, number] if flag == "--requests" => {
            number.parse().map_err(|_| Failure::Usage(format!("`{number}` is no number of requests")))
        }
        [other, ..] => Err(Failure::Usage(format!("schemathesis takes `--requests NUMBER` and not `{other}`"))),
    }
}

#[cfg(test)]
mod test {
    use super::{Failure, IN_CI, parse};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_number_of_requests_can_be_given() {
        assert_eq!(parse(&words("--requests 50")).expect("well formed"), 50);
        assert_eq!(parse(&[]).expect("nothing is fine"), IN_CI);
    }

    #[test]
    fn anything_else_is_a_usage_error() {
        for line in ["--requests", "--requests many", "--seed 1", "50"] {
            assert!(matches!(parse(&words(line)), Err(Failure::Usage(_))), "{line}");
        }
    }
}
