//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy knows. One rule, one file.

mod calls;
mod claims;
mod edges;
mod finding;
mod lints;
mod names;
mod purity;
mod queries;
mod reach;
mod readmes;
mod rooms;
mod size;
mod source;
mod tree;
mod words;

#[cfg(test)]
pub(crate) mod planted;

pub(crate) use finding::Finding;
pub(crate) use source::has_word;
pub(crate) use tree::Tree;

use finding::Weight;

use crate::tool::{Failure, Outcome};

struct Rule {
    name: &'static str,
    find: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "edges", find: edges::find },
    Rule { name: "reach", find: reach::find },
    Rule { name: "rooms", find: rooms::find },
    Rule { name: "queries", find: queries::find },
    Rule { name: "purity", find: purity::find },
    Rule { name: "names", find: names::find },
    Rule { name: "size", find: size::find },
    Rule { name: "calls", find: calls::find },
    Rule { name: "lints", find: lints::find },
    Rule { name: "words", find: words::find },
    Rule { name: "readmes", find: readmes::find },
    Rule { name: "claims", find: claims::find },
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!("tidy takes no arguments, and `{word}` is one")));
    }
    let tree = Tree::of_workspace()?.with_reach()?;
    let found: Vec<(&str, Finding)> =
        RULES.iter().flat_map(|rule| (rule.find)(&tree).into_iter().map(|finding| (rule.name, finding))).collect();
    let warnings = print(&found, Weight::Warning, "warnings, worth a look:");
    let errors = print(&found, Weight::Error, "errors, to be put right:");
    println!("tidy: {errors} errors, {warnings} warnings");
    if errors > 0 { Err(Failure::Exit(1)) } else { Ok(()) }
}

fn print(found: &[(&str, Finding)], weight: Weight, title: &str) -> usize {
    let chosen: Vec<_> = found.iter().filter(|(_, finding)| finding.weight == weight).collect();
    if !chosen.is_empty() {
        println!("{title}");
    }
    for (rule, finding) in &chosen {
        println!("  {rule}: {finding}");
    }
    chosen.len()
}

#[cfg(test)]
mod test {
    use super::{Failure, RULES, run};

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn an_argument_is_a_usage_error() {
        assert!(matches!(run(&["rooms".to_owned()]), Err(Failure::Usage(_))));
    }
}
