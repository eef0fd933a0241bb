//! `cargo xtask browser`: a real browser at the pages of the example.

use std::path::PathBuf;
use std::process::Command;

use crate::clients::{needs, unless_stamped};
use crate::counts::Counts;
use crate::example::Example;
use crate::tool::{self, Failure, Outcome};

pub(crate) fn run(suites: &[String]) -> Outcome {
    let (outcome, counts) = look(suites);
    println!("{counts}");
    outcome
}

/// Runs these suites, or all, against an example of its own.
pub(crate) fn look(suites: &[String]) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = install().and_then(|()| look_at_example(suites, &mut counts));
    (outcome, counts)
}

fn look_at_example(suites: &[String], counts: &mut Counts) -> Outcome {
    let example = Example::start()?;
    let mut node = Command::new("node");
    node.arg("main.js").args(suites).current_dir(folder()).env("BASE_URL", &example.base_url);
    let (status, found) = tool::count(&mut node)?;
    *counts += found;
    if status.success() && found.passed > 0 {
        return Ok(());
    }
    println!("-- the example's last lines:\n{}", example.log());
    Err(Failure::Failed(format!("{} ended with {status}", tool::shown(&node))))
}

/// Installs the pinned packages, unless exactly these are there already. Chromium is the system's.
fn install() -> Outcome {
    needs("node", "Node.js 20")?;
    needs("npm", "npm")?;
    let folder = folder();
    unless_stamped(&folder.join("package-lock.json"), &folder.join("node_modules/.installed"), || {
        tool::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder))
    })
}

fn folder() -> PathBuf {
    tool::root().join("browser")
}
