//! A plugin that is no part of the workspace, built, tested and migrated in an empty folder of its own.

use std::fs;
use std::path::Path;

use super::folder::Folder;
use super::steps::LOCK;
use crate::counts::Counts;
use crate::tool::{self, Failure, Outcome};

/// Where the plugin is kept, from the root.
const PLUGIN: &str = "examples/third-party";
/// What the app with it is asked to do, and what each answer holds.
const COMMANDS: [(&str, &str); 3] = [
    ("cargo test --quiet", "1 passed"),
    ("cargo run --quiet -- migrate --yes --database-url sqlite:badges.sqlite", "create table  badge "),
    ("cargo run --quiet -- migrate --check --database-url sqlite:badges.sqlite 2>&1", "Nothing to do."),
];

/// Copies the plugin into a folder, and works there.
pub(super) fn migrates(folder: &Folder, counts: &mut Counts) -> Outcome {
    let there = folder.path().join("third-party");
    copy(&tool::root().join(PLUGIN), &there)?;
    let manifest = there.join("Cargo.toml");
    let crates = format!("{}/", tool::root().display());
    fs::write(&manifest, fs::read_to_string(&manifest)?.replace("../../", &crates))?;
    fs::copy(tool::root().join(LOCK), there.join(LOCK))?;
    println!("-- building in {}", there.display());
    COMMANDS.iter().try_for_each(|(command, wanted)| {
        let said = tool::output(&mut folder.shell(&format!("cd third-party\n{command}")));
        let outcome = said.and_then(|said| judged(command, wanted, &said));
        *(if outcome.is_ok() { &mut counts.passed } else { &mut counts.failed }) += 1;
        outcome
    })
}

fn judged(command: &str, wanted: &str, said: &str) -> Outcome {
    if said.contains(wanted) {
        println!("ok {command}");
        return Ok(());
    }
    Err(Failure::Failed(format!("`{command}` in a copy of {PLUGIN} does not answer {wanted:?}:\n{said}")))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&here, &there)?;
        } else {
            fs::copy(here, there)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod test {
    use super::judged;

    #[test]
    fn an_answer_without_what_is_wanted_is_a_failure() {
        assert!(judged("a", "b", "a b c").is_ok());
        assert!(judged("a", "b", "a c").is_err());
    }
}
