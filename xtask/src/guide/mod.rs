//! `cargo xtask guide`: does what the first guide says, word by word, in an empty folder outside the workspace, and
//! migrates an app with a plugin that is no part of it.
//!
//! The files come from the page, the commands come from the page, and so does what they answer. Only the placeholder
//! for a checkout and the port are put in place.

mod folder;
mod outside;
mod steps;

use std::fs;
use std::net::{SocketAddr, TcpListener};

use folder::Folder;
use steps::{Answer, Steps};

use crate::clients;
use crate::counts::Counts;
use crate::example::Example;
use crate::tool::{self, Failure, Outcome};

const PAGE: &str = "docs/guides/first-mcp-server.md";
/// The most lines that a newcomer needs for signing people in.
const MOST_LINES: usize = 15;
/// What ends a line that belongs to them, outside of `fn auth`.
const MARK: &str = "// auth";

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!("guide takes no arguments, and `{word}` is one")));
    }
    let (outcome, counts) = follow();
    println!("{counts}");
    outcome
}

/// Follows the guide from its first line to its last.
pub(crate) fn follow() -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = followed(&mut counts);
    (outcome, counts)
}

fn followed(counts: &mut Counts) -> Outcome {
    let page = fs::read_to_string(tool::root().join(PAGE))?;
    let steps = Steps::of(&page)?;
    let lines = auth_lines(&steps.program)?;
    println!("-- the guide needs {lines} lines for signing people in");
    if lines > MOST_LINES {
        return Err(Failure::Failed(format!("{lines} lines of {PAGE} are about auth, more than {MOST_LINES}")));
    }
    // The build is offline, so that it is the one that was tested; a fresh clone has fetched nothing.
    tool::run(tool::cargo_at_root().args(["fetch", "--locked", "--quiet"]))?;
    let folder = Folder::new()?;
    folder.prepare(&steps)?;
    println!("-- building in {}", folder.path().display());
    tool::run(&mut folder.shell(&steps.build()))?;

    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = Example::of(folder.starts(&steps, address)?, folder.path(), address)?;
    let outcome = steps.answers.iter().try_for_each(|answer| {
        let outcome = check(answer, &steps, &folder, address);
        *(if outcome.is_ok() { &mut counts.passed } else { &mut counts.failed }) += 1;
        outcome
    });
    let outcome = outcome.and_then(|()| clients::guide(&server.base_url, counts));
    if outcome.is_err() {
        println!("-- the server's last lines:\n{}", server.log());
    }
    outcome?;
    outside::migrates(&folder, counts)
}

/// Asks the running server, and compares what it answers with what the page says.
fn check(answer: &Answer, steps: &Steps, folder: &Folder, address: SocketAddr) -> Outcome {
    let command = answer.command(address.port());
    let output = tool::output(&mut folder.shell(&format!("{}{command}", steps.place())))?;
    match answer.missing(&output, address.port()) {
        None => {
            println!("ok {}", command.trim_end().replace('\n', "; "));
            Ok(())
        }
        Some(line) => {
            Err(Failure::Failed(format!("{PAGE} says that this answers {line:?}:\n{command}It answers:\n{output}")))
        }
    }
}

/// How many lines of a program are about signing people in: the body of `fn auth`, and those with the mark.
fn auth_lines(program: &str) -> Result<usize, Failure> {
    let mut lines = program.lines();
    let marked = program.lines().filter(|line| line.trim_end().ends_with(MARK)).count();
    lines.find(|line| line.starts_with("fn auth(")).ok_or_else(|| {
        let what = format!("{PAGE} has no `fn auth` whose lines could be counted");
        Failure::Failed(what)
    })?;
    let body = lines.take_while(|line| *line != "}").filter(|line| !line.trim().is_empty()).count();
    Ok(body + marked)
}

#[cfg(test)]
mod test {
    use super::{Failure, auth_lines, run};

    #[test]
    fn an_argument_is_a_usage_error_that_names_it() {
        let outcome = run(&["--fast".to_owned()]);

        assert!(matches!(outcome, Err(Failure::Usage(message)) if message.contains("--fast")));
    }

    #[test]
    fn the_lines_of_auth_are_those_of_the_function_and_the_marked_ones() {
        let program =
            "use a;\n\nfn auth(a: A) -> B {\n    b()\n\n        .c()\n}\n\nfn d() {\n    e(); // auth\n    f();\n}\n";

        assert_eq!(auth_lines(program).expect("it has the function"), 3);
        assert!(auth_lines("fn main() {}\n").is_err());
    }
}
