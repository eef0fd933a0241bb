//! `cargo xtask licences`: what we depend on is allowed, and there is no more of it than has a reason.
//!
//! `deny.toml` says what is allowed; `cargo deny`, which needs the network, reads the same file.

mod expression;
mod policy;
mod versions;

use std::fs;

use policy::Policy;

use crate::json::Json;
use crate::tool::{self, Failure, Outcome};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!("licences takes no arguments, and `{word}` is one")));
    }
    check()
}

pub(crate) fn check() -> Outcome {
    let policy = Policy::read(&fs::read_to_string(tool::root().join("deny.toml"))?);
    let metadata = tool::output(tool::cargo_at_root().args(["metadata", "--format-version", "1", "--all-features"]))?;
    let mut findings = unlicensed(&Json::read(&metadata)?, &policy);
    findings.extend(policy.banned_in(&tree("all")?));
    findings.extend(versions::find(&tree("normal")?));
    for finding in &findings {
        println!("  {finding}");
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Failure::Failed(format!("{} findings about dependencies", findings.len())))
    }
}

/// All packages of the lock file that edges of this kind reach, on any target, one a line.
fn tree(edges: &str) -> Result<String, Failure> {
    let mut command = tool::cargo_at_root();
    command.args(["tree", "--workspace", "--all-features", "--edges", edges]);
    tool::output(command.args(["--target", "all", "--prefix", "none", "--format", "{p}"]))
}

/// The packages whose licence the policy does not allow.
fn unlicensed(metadata: &Json, policy: &Policy) -> Vec<String> {
    let mut findings = Vec::new();
    for package in metadata.items_at("packages") {
        let name = package.text_at("name").unwrap_or("a package without a name");
        let version = package.text_at("version").unwrap_or("?");
        let Some(licence) = package.text_at("license") else {
            findings.push(format!("{name} {version}: no licence is named"));
            continue;
        };
        match expression::satisfied(licence, &|word| policy.allows(name, word)) {
            Some(true) => {}
            Some(false) => findings.push(format!("{name} {version}: deny.toml does not allow {licence}")),
            None => findings.push(format!("{name} {version}: `{licence}` is no licence expression")),
        }
    }
    findings
}

#[cfg(test)]
mod test {
    use super::{Policy, unlicensed};
    use crate::json::Json;

    fn findings(package: &str) -> Vec<String> {
        let policy = Policy::read(
            "[licenses]\nallow = [\"MIT\"]\n\n[[licenses.exceptions]]\ncrate = \"x\"\nallow = [\"ISC\"]\n",
        );
        unlicensed(&Json::read(&format!(r#"{{"packages": [{package}]}}"#)).expect("well formed"), &policy)
    }

    #[test]
    fn an_allowed_licence_passes() {
        assert!(findings(r#"{"name": "a", "version": "1.0.0", "license": "MIT OR GPL-3.0"}"#).is_empty());
        assert!(findings(r#"{"name": "x", "version": "1.0.0", "license": "MIT AND ISC"}"#).is_empty());
    }

    #[test]
    fn a_licence_that_is_not_allowed_is_found() {
        let found = findings(r#"{"name": "a", "version": "1.0.0", "license": "MIT AND ISC"}"#);

        assert_eq!(found, ["a 1.0.0: deny.toml does not allow MIT AND ISC"]);
    }

    #[test]
    fn a_package_without_a_licence_or_with_a_strange_one_is_found() {
        assert_eq!(findings(r#"{"name": "a", "version": "1.0.0", "license": null}"#), ["a 1.0.0: no licence is named"]);
        let strange = findings(r#"{"name": "a", "version": "1.0.0", "license": "MIT OR"}"#);
        assert_eq!(strange, ["a 1.0.0: `MIT OR` is no licence expression"]);
    }
}
