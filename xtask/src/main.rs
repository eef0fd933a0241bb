//! The workspace's tasks: `cargo xtask <task>`. One table, one file a task.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to the terminal")]
#![expect(
    clippy::disallowed_methods,
    reason = "no server runs here: the environment and the clock belong to the person at the terminal"
)]

mod app;
mod bench;
mod browser;
mod certificates;
mod ci;
mod clients;
mod counts;
mod databases;
mod differential;
mod docs;
mod documents;
mod example;
mod fuzz;
mod guide;
mod json;
mod licences;
mod matrix;
mod proofs;
mod recipes;
mod schemathesis;
mod ssrf;
mod tests;
mod tidy;
mod tool;
mod workspace;

use std::process::ExitCode;

use tool::{Failure, Outcome};

struct Task {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        about: "all Rust tests on SQLite, for which Rust and a C compiler are enough, or on those named \
                [--databases sqlite,postgres,mysql] [runner arguments]",
        run: tests::run,
    },
    Task { name: "ci", about: "everything that has to pass, as named steps [step ...]", run: ci::run },
    Task { name: "tidy", about: "the house rules: floors, rooms, names, sizes, words", run: tidy::run },
    Task {
        name: "docs",
        about: "writes the generated references; compares, follows links and quotes [--check]",
        run: docs::run,
    },
    Task {
        name: "guide",
        about: "follows the first guide in an empty folder, and signs people in there",
        run: guide::run,
    },
    Task { name: "licences", about: "licences, bans and double versions of what we depend on", run: licences::run },
    Task {
        name: "interop",
        about: "third-party clients against the example [client ...] [--base-url URL]",
        run: clients::run,
    },
    Task {
        name: "clients",
        about: "every known client, played against the example [--write] [word ...]",
        run: matrix::run,
    },
    Task {
        name: "recipes",
        about: "the files of docs/recipes, run by nginx and Caddy in front of the example [recipe ...]",
        run: recipes::run,
    },
    Task {
        name: "differential",
        about: "the same questions to the example and to node-oidc-provider [--write] [word ...]",
        run: differential::run,
    },
    Task {
        name: "schemathesis",
        about: "requests made of the API description, to the example [--requests NUMBER]",
        run: schemathesis::run,
    },
    Task {
        name: "ssrf",
        about: "the example fetches from hosts that lead inside, in a network of its own where packets are counted",
        run: ssrf::run,
    },
    Task {
        name: "browser",
        about: "Chromium at the pages of the example: flows, keyboard, axe, reference [suite ...]",
        run: browser::run,
    },
    Task {
        name: "fuzz",
        about: "random and mutated input for what strangers reach first [--seconds NUMBER] [target ...]",
        run: fuzz::run,
    },
    Task {
        name: "bench",
        about: "what the guard costs, beside the same route without it, in release mode",
        run: bench::run,
    },
    Task { name: "proofs", about: "the full-size proof tests, in release mode", run: proofs::run },
    Task {
        name: "migrate",
        about: "brings the app's database up to its plugins [--app NAME] [--features A,B] [arguments]",
        run: |arguments| app::run("migrate", arguments),
    },
    Task {
        name: "generate",
        about: "writes the app's schema as files [--app NAME] [--features A,B] [arguments]",
        run: |arguments| app::run("generate", arguments),
    },
    Task {
        name: "doctor",
        about: "walks through a server that is up as MCP clients do [--app NAME] URL [--client NAME]",
        run: |arguments| app::run("doctor", arguments),
    },
    Task {
        name: "openapi",
        about: "prints the app's API description [--app NAME] [--features A,B] [arguments]",
        run: |arguments| app::run("openapi", arguments),
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => {
            eprintln!("{message}\n\n{}", usage());
            ExitCode::from(2)
        }
        Err(Failure::Exit(code)) => ExitCode::from(code),
        Err(Failure::Failed(message)) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::Usage("no task named".to_owned()));
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        println!("{}", usage());
        return Ok(());
    }
    match TASKS.iter().find(|task| task.name == name) {
        Some(task) => (task.run)(rest),
        None => Err(Failure::Usage(format!("no task is called `{name}`"))),
    }
}

fn usage() -> String {
    let lines = TASKS.iter().map(|task| format!("  {:<12} {}", task.name, task.about));
    format!("usage: cargo xtask <task> [arguments]\n\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod test {
    use super::{Failure, TASKS, dispatch, usage};

    #[test]
    fn an_unknown_task_is_a_usage_error_that_names_it() {
        let outcome = dispatch(&["frobnicate".to_owned()]);

        assert!(matches!(outcome, Err(Failure::Usage(message)) if message.contains("frobnicate")));
    }

    #[test]
    fn no_task_is_a_usage_error() {
        assert!(matches!(dispatch(&[]), Err(Failure::Usage(_))));
    }

    #[test]
    fn usage_lists_every_task() {
        let text = usage();

        assert!(TASKS.iter().all(|task| text.contains(task.name)));
    }
}
