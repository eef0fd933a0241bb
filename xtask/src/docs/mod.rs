//! `cargo xtask docs`: writes the references that are made from the code; `--check` compares, follows every link, and
//! sees that what is shown compiles.

mod blocks;
mod claims;
mod events;
mod examples;
mod generated;
mod links;
mod markdown;
mod options;
mod paths;

use std::fs;

pub(crate) use blocks::{Block, blocks};
pub(crate) use generated::is_generated;
use generated::{GENERATED, Generated};

use crate::tidy::{Finding, Tree};
use crate::tool::{self, Failure, Outcome};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => write(),
        ["--check"] => check(),
        [word, ..] => Err(Failure::Usage(format!("docs knows --check only, and not `{word}`"))),
    }
}

fn write() -> Outcome {
    let tree = Tree::of_workspace()?;
    // A page with a link to nothing is written all the same, and told.
    let mut failed = told(&claims::find(&tree));
    for (generated, made) in generated::make_all(&tree)? {
        let Some(made) = text_of(generated, made, &mut failed) else { continue };
        let path = tool::root().join(generated.path);
        if fs::read_to_string(&path).is_ok_and(|there| there == made) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, made)?;
        println!("wrote {}", generated.path);
    }
    ended(failed)
}

/// Everything that can be said is said before this fails.
pub(crate) fn check() -> Outcome {
    let tree = Tree::of_workspace()?;
    let findings: Vec<_> = [links::find, examples::find, events::find, claims::find, paths::find]
        .iter()
        .flat_map(|find| find(&tree))
        .collect();
    let mut failed = told(&findings);
    let mut stale = 0;
    for (generated, made) in generated::make_all(&tree)? {
        let Some(made) = text_of(generated, made, &mut failed) else { continue };
        let there = tree.file(generated.path).map(|file| file.text.as_str());
        let Some(difference) = generated::difference(there, &made) else { continue };
        println!("  {}: {difference}", generated.path);
        stale += 1;
    }
    if stale > 0 {
        println!("{} of {} generated files are stale; run: cargo xtask docs", stale, GENERATED.len());
    }
    ended(failed + stale)
}

fn text_of(generated: &Generated, made: Result<String, Failure>, failed: &mut usize) -> Option<String> {
    match made {
        Ok(text) => Some(text),
        Err(failure) => {
            let why = match failure {
                Failure::Usage(why) | Failure::Failed(why) => why,
                Failure::Exit(code) => format!("the app ended with {code}"),
            };
            println!("  {}: cannot be made; {why}", generated.path);
            *failed += 1;
            None
        }
    }
}

/// Prints findings; returns how many there are.
fn told(findings: &[Finding]) -> usize {
    for finding in findings {
        println!("  {finding}");
    }
    findings.len()
}

fn ended(failed: usize) -> Outcome {
    if failed == 0 { Ok(()) } else { Err(Failure::Exit(1)) }
}

#[cfg(test)]
mod test {
    use super::{Failure, run};

    #[test]
    fn an_unknown_argument_is_a_usage_error_that_names_it() {
        let outcome = run(&["--all".to_owned()]);

        assert!(matches!(outcome, Err(Failure::Usage(message)) if message.contains("--all")));
    }
}
