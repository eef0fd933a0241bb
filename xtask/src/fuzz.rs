//! `cargo xtask fuzz`: random and mutated input for the pure functions that strangers reach first.
//!
//! The targets are a program of their own, with what libFuzzer needs to see which way the code goes. The stable
//! compiler can build that; no unsafe code of ours needs a sanitizer.

use std::path::PathBuf;
use std::process::Command;

use crate::counts::Counts;
use crate::proofs;
use crate::tool::{self, Failure, Outcome};

/// Seconds for each target, where nobody says how many.
const SECONDS: u32 = 60;
/// The longest input, in bytes.
const LONGEST: u32 = 4096;
/// What tells libFuzzer which way the code goes.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";
/// The targets, as `fuzz/src/main.rs` has them.
const TARGETS: [&str; 19] = [
    "redirect_uri",
    "client_id_url",
    "resource",
    "address",
    "form",
    "scope",
    "prompt",
    "claims_request",
    "basic",
    "authorization",
    "challenge",
    "pkce",
    "assertion",
    "proof",
    "sealed",
    "signed_cookie",
    "email",
    "client_metadata",
    "sector_document",
];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (seconds, targets) = parse(arguments)?;
    // All of them for as long as that is a proof.
    let (outcome, counts) = if arguments.is_empty() {
        proofs::of_fuzzing()
    } else {
        let (outcome, counts, _) = all(seconds, &targets);
        (outcome, counts)
    };
    println!("{counts}");
    outcome
}

/// Every target for a minute; tells what came of each.
pub(crate) fn proof() -> (Outcome, Counts, Vec<String>) {
    all(SECONDS, &TARGETS.map(str::to_owned))
}

fn all(seconds: u32, targets: &[String]) -> (Outcome, Counts, Vec<String>) {
    let (mut counts, mut figures) = (Counts::default(), Vec::new());
    let program = match build() {
        Ok(program) => program,
        Err(failure) => return (Err(failure), counts, figures),
    };
    let mut found = Vec::new();
    for target in targets {
        match fuzz(&program, target, seconds) {
            Ok(Some(inputs)) => {
                println!("ok {target}: {inputs} inputs in {seconds} s");
                figures.push(format!("`{target}`: {inputs} inputs in {seconds} s, nothing found"));
                counts.passed += 1;
            }
            Ok(None) => {
                found.push(target.as_str());
                counts.failed += 1;
            }
            Err(failure) => return (Err(failure), counts, figures),
        }
    }
    let outcome = if found.is_empty() {
        Ok(())
    } else {
        let place = corpus(found.first().unwrap_or(&"")).display().to_string();
        Err(Failure::Failed(format!("found something: {}; the input lies beside {place}", found.join(", "))))
    };
    (outcome, counts, figures)
}

fn build() -> Result<PathBuf, Failure> {
    let host = host()?;
    let folder = tool::root().join("target/fuzz");
    let mut cargo = tool::cargo();
    cargo.current_dir(tool::root().join("fuzz")).env("RUSTFLAGS", FLAGS).env("CARGO_TARGET_DIR", &folder);
    // With a target, the flags are for the program alone and not for what runs while it is built.
    cargo.args(["build", "--release", "--locked", "--target", &host]);
    tool::run(&mut cargo)?;
    Ok(folder.join(host).join("release/fuzz"))
}

/// The machine this is built for: `x86_64-unknown-linux-gnu`.
fn host() -> Result<String, Failure> {
    let told = tool::output(Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::Failed("rustc does not tell its host".to_owned()))
}

/// The inputs that led somewhere, kept from run to run.
fn corpus(target: &str) -> PathBuf {
    tool::root().join("target/fuzz/corpus").join(target)
}

/// Runs a target; how many inputs it got, or none where it found something.
fn fuzz(program: &PathBuf, target: &str, seconds: u32) -> Result<Option<u64>, Failure> {
    let corpus = corpus(target);
    std::fs::create_dir_all(&corpus).map_err(|error| Failure::Failed(format!("{}: {error}", corpus.display())))?;
    let mut command = Command::new(program);
    command.env("FUZZ_TARGET", target).arg(&corpus).arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-max_len={LONGEST}")).args(["-print_final_stats=1", "-verbosity=0"]);
    command.arg(format!("-artifact_prefix={}-", corpus.display()));
    let done = command.output().map_err(|error| Failure::Failed(format!("{}: {error}", tool::shown(&command))))?;
    let told = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() {
        println!("FAIL {target}\n{told}");
        return Ok(None);
    }
    let inputs = told.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let inputs = inputs.and_then(|number| number.trim().parse().ok());
    inputs.map(Some).ok_or_else(|| Failure::Failed(format!("{target} does not tell how many inputs it got")))
}

fn parse(arguments: &[String]) -> Result<(u32, Vec<String>), Failure> {
    let (mut seconds, mut targets) = (SECONDS, Vec::new());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--seconds" {
            let number = words.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
            seconds = number.ok_or_else(|| Failure::Usage("--seconds takes a number".to_owned()))?;
        } else if TARGETS.contains(&word.as_str()) {
            targets.push(word.clone());
        } else {
            return Err(Failure::Usage(format!("`{word}` is no target; there are {}", TARGETS.join(", "))));
        }
    }
    if targets.is_empty() {
        targets = TARGETS.map(str::to_owned).to_vec();
    }
    Ok((seconds, targets))
}

#[cfg(test)]
mod test {
    use super::{Failure, TARGETS, parse};
    use crate::tool;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn targets_and_seconds_can_be_chosen() {
        assert_eq!(parse(&[]).expect("nothing is fine"), (60, TARGETS.map(str::to_owned).to_vec()));
        assert_eq!(parse(&words("--seconds 5 email")).expect("well formed"), (5, words("email")));
        for line in ["--seconds", "--seconds none", "--seconds 0", "emails"] {
            assert!(matches!(parse(&words(line)), Err(Failure::Usage(_))), "{line}");
        }
    }

    #[test]
    fn every_target_of_the_program_is_run() {
        let source = std::fs::read_to_string(tool::root().join("fuzz/src/main.rs")).expect("it is there");
        let named = source.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split('"').next());

        assert!(named.eq(TARGETS));
    }
}
