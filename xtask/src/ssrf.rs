//! `cargo xtask ssrf`: the example is asked to fetch from hosts that lead inside, in a network of its own where every
//! address answers and every packet is seen.

use std::path::PathBuf;
use std::process::Command;

use crate::clients::needs;
use crate::counts::Counts;
use crate::example;
use crate::proofs;
use crate::tool::{self, Failure, Outcome};

/// Ways to a network and to mounts of our own: as root, as root of a namespace of users, by somebody who may.
const WAYS: [&[&str]; 3] = [
    &["unshare", "--net", "--mount", "--fork"],
    &["unshare", "--map-root-user", "--net", "--mount", "--fork"],
    &["sudo", "-n", "unshare", "--net", "--mount", "--fork"],
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!("ssrf takes no arguments, and `{word}` is one")));
    }
    let (outcome, counts) = proofs::of_fetches();
    println!("{counts}");
    outcome
}

/// Asks for all of the corpus, where that is allowed, and shows each line to somebody who looks for more.
pub(crate) fn ask(also: impl FnMut(&str) + Send) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = asked(also, &mut counts);
    (outcome, counts)
}

fn asked(also: impl FnMut(&str) + Send, counts: &mut Counts) -> Outcome {
    let Some(way) = WAYS.into_iter().find(|way| is_open(way)) else {
        println!("-- skipped: nobody here may make a network namespace; run it as root");
        return Ok(());
    };
    needs("python3", "Python 3.11")?;
    let program = example::built("postgres")?;
    let mut python = command(way);
    python.arg("python3").arg(folder().join("main.py")).arg(program).current_dir(folder());
    let (status, found) = tool::count_and(&mut python, also)?;
    *counts += found;
    if status.success() && found.passed > 0 {
        return Ok(());
    }
    Err(Failure::Failed(format!("{} ended with {status}", tool::shown(&python))))
}

fn is_open(way: &[&str]) -> bool {
    let mut probe = command(way);
    // A namespace alone is not enough: its loopback has to come up.
    probe.args(["ip", "link", "set", "lo", "up"]);
    tool::answers(probe)
}

fn command(way: &[&str]) -> Command {
    let (program, words) = way.split_first().unwrap_or((&"unshare", &[]));
    let mut command = Command::new(program);
    command.args(words);
    command
}

fn folder() -> PathBuf {
    tool::root().join("interop/ssrf")
}

#[cfg(test)]
mod test {
    use super::{Failure, run};

    #[test]
    fn an_argument_is_a_usage_error_that_names_it() {
        let outcome = run(&["--fast".to_owned()]);

        assert!(matches!(outcome, Err(Failure::Usage(message)) if message.contains("--fast")));
    }
}
