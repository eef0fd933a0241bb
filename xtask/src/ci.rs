//! `cargo xtask ci`: everything that has to pass, as named steps with one feature set throughout.

use crate::counts::Counts;
use crate::tool::{self, Failure, Outcome};
use crate::{clients, tests};

struct Step {
    name: &'static str,
    run: fn(&mut Counts) -> Outcome,
}

const STEPS: &[Step] = &[
    Step { name: "fmt", run: |_| tool::run(tool::cargo_at_root().args(["fmt", "--all", "--check"])) },
    Step { name: "clippy", run: |_| clippy() },
    Step { name: "test", run: |counts| added(counts, tests::unit_and_spec(&[])) },
    Step { name: "doc-test", run: |counts| added(counts, tests::documentation()) },
    Step { name: "doc", run: |_| rustdoc() },
    Step { name: "bans", run: |_| bans() },
    Step { name: "interop", run: |counts| added(counts, clients::all()) },
];

/// Crates that must not be in the tree: one TLS and cryptography backend, and no OpenSSL.
const BANNED: &[&str] = &["ring", "openssl", "openssl-sys", "native-tls"];

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

fn bans() -> Outcome {
    let mut command = tool::cargo_at_root();
    command.args(["tree", "--workspace", "--edges", "all", "--target", "all", "--prefix", "none", "--format", "{p}"]);
    let output = command.output()?;
    tool::succeeded(&command, output.status)?;
    let found = banned_in(&String::from_utf8_lossy(&output.stdout));
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "the dependency tree holds {}; `cargo tree --invert NAME` says who wants it",
        found.join(", ")
    )))
}

fn banned_in(tree: &str) -> Vec<&'static str> {
    let named = |name: &str| tree.lines().any(|line| line.split_whitespace().next() == Some(name));
    BANNED.iter().copied().filter(|name| named(name)).collect()
}

#[cfg(test)]
mod test {
    use super::{Failure, STEPS, banned_in, chosen};

    #[test]
    fn without_arguments_every_step_runs_in_order() {
        let names: Vec<&str> = chosen(&[]).expect("no argument is fine").iter().map(|step| step.name).collect();

        assert_eq!(names, STEPS.iter().map(|step| step.name).collect::<Vec<_>>());
    }

    #[test]
    fn steps_can_be_named() {
        let names = ["bans".to_owned(), "fmt".to_owned()];

        let found: Vec<&str> = chosen(&names).expect("both exist").iter().map(|step| step.name).collect();

        assert_eq!(found, ["bans", "fmt"]);
    }

    #[test]
    fn an_unknown_step_is_a_usage_error() {
        assert!(matches!(chosen(&["lint".to_owned()]), Err(Failure::Usage(_))));
    }

    #[test]
    fn a_banned_crate_is_found_by_its_whole_name_only() {
        let tree = "string v1.0.0\nopenssl-probe v0.2.1\nring v0.17.0 (*)\n";

        assert_eq!(banned_in(tree), ["ring"]);
    }
}
