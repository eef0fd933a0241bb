//! `cargo xtask bench`: what the guard of the MCP route costs, beside the same route without it.

use crate::proofs;
use crate::tool::{self, Failure, Outcome};

/// What stands before a figure that the bench prints.
const FIGURE: &str = "bench: ";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!("bench takes no arguments, and `{word}` is one")));
    }
    let mut figures = Vec::new();
    let mut command = tool::cargo_at_root();
    command.args(["bench", "--package", "auth-mcp", "--bench", "guard", "--profile", "proofs"]);
    let (status, _) = tool::count_and(&mut command, |line| {
        figures.extend(line.strip_prefix(FIGURE).map(str::to_owned));
    })?;
    tool::succeeded(&command, status)?;
    proofs::of_guard(&figures)
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
