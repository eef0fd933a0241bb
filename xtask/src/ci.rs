//! `cargo xtask ci`: everything that has to pass, as named steps with one feature set throughout.

use crate::counts::Counts;
use crate::tool::{self, Failure, Outcome};
use crate::{browser, clients, differential, docs, guide, licences, matrix, recipes, schemathesis, ssrf, tests, tidy};

struct Step {
    name: &'static str,
    run: fn(&mut Counts) -> Outcome,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", run: |_| tool::run(tool::cargo_at_root().args(["fmt", "--all", "--check"])) },
    Step { name: "clippy", run: |_| clippy() },
    Step { name: "tidy", run: |_| tidy::run(&[]) },
    Step { name: "test", run: |counts| added(counts, tests::on_all()) },
    Step { name: "doc-test", run: |counts| added(counts, tests::documentation()) },
    Step { name: "doc", run: |_| rustdoc() },
    Step { name: "docs", run: |_| docs::check() },
    Step { name: "guide", run: |counts| added(counts, guide::follow()) },
    Step { name: "licences", run: |_| licences::check() },
    Step { name: "browser", run: |counts| added(counts, browser::look(&[])) },
    Step { name: "interop", run: |counts| added(counts, clients::all()) },
    Step { name: "clients", run: |counts| added(counts, matrix::check()) },
    Step { name: "recipes", run: |counts| added(counts, recipes::all()) },
    Step { name: "differential", run: |counts| added(counts, differential::compare(&[])) },
    Step { name: "schemathesis", run: |counts| added(counts, schemathesis::ask(schemathesis::IN_CI, |_| ())) },
    Step { name: "ssrf", run: |counts| added(counts, ssrf::ask(|_| ())) },
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let steps = chosen(arguments)?;
    let mut counts = Counts::default();
    for step in &steps {
        println!("== {}", step.name);
        if let Err(failure) = (step.run)(&mut counts) {
            if let Failure::Failed(message) | Failure::Usage(message) = failure {
                println!("{message}");
            }
            println!("ci failed in step `{}`; run it alone with: cargo xtask ci {}", step.name, step.name);
            println!("{counts}");
            return Err(Failure::Exit(1));
        }
    }
    println!("ci passed: {}", steps.iter().map(|step| step.name).collect::<Vec<_>>().join(", "));
    println!("{counts}");
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Step>, Failure> {
    if names.is_empty() {
        return Ok(STEPS.iter().collect());
    }
    let known = || STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    names
        .iter()
        .map(|name| {
            let step = STEPS.iter().find(|step| step.name == name);
            step.ok_or_else(|| Failure::Usage(format!("ci has no step `{name}`; the steps are {}", known())))
        })
        .collect()
}

fn added(counts: &mut Counts, (outcome, found): (Outcome, Counts)) -> Outcome {
    *counts += found;
    outcome
}

fn clippy() -> Outcome {
    tool::run(tool::cargo_at_root().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn rustdoc() -> Outcome {
    let mut command = tool::cargo_at_root();
    command.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    tool::run(&mut command)
}

#[cfg(test)]
mod test {
    use super::{Failure, STEPS, chosen};

    #[test]
    fn without_arguments_every_step_runs_in_order() {
        let names: Vec<&str> = chosen(&[]).expect("no argument is fine").iter().map(|step| step.name).collect();

        assert_eq!(names, STEPS.iter().map(|step| step.name).collect::<Vec<_>>());
    }

    #[test]
    fn steps_can_be_named() {
        let names = ["licences".to_owned(), "fmt".to_owned()];

        let found: Vec<&str> = chosen(&names).expect("both exist").iter().map(|step| step.name).collect();

        assert_eq!(found, ["licences", "fmt"]);
    }

    #[test]
    fn an_unknown_step_is_a_usage_error() {
        assert!(matches!(chosen(&["lint".to_owned()]), Err(Failure::Usage(_))));
    }
}
