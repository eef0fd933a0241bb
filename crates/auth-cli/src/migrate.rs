//! `migrate`: shows what a database lacks, asks, and adds it.

use std::fmt::Write as _;

use auth_core::AuthBuilder;
use auth_core::schema::{Plan, Warning, apply};

use crate::arguments::Migrate;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::source::Source;

/// Brings the database of an app up to its schema. Needs no secret.
pub(crate) async fn run(builder: AuthBuilder, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let given = builder.database_source().cloned();
    let schema = builder.schema()?;
    let source = Source::of(given.as_ref())?;
    let plan = source.plan(&schema).await?;
    if warn(&plan, console) == Standing::Refused {
        return Ok(Exit::Failed);
    }
    if plan.is_done() {
        console.message("Nothing to do.");
        return Ok(Exit::Done);
    }
    let steps = plan.steps.iter().fold(String::new(), |mut text, step| {
        let _ = writeln!(text, "{step}");
        text
    });
    console.text(&steps)?;
    if how.check {
        console.message(&format!("{} pending.", counted(plan.steps.len())));
        return Ok(Exit::Pending);
    }
    if how.dry_run {
        return Ok(Exit::Done);
    }
    if !how.yes {
        let question = format!("Do {} in the database {}?", counted(plan.steps.len()), source.name);
        match console.asks(&question)? {
            Some(true) => {}
            Some(false) => {
                console.message("Nothing was changed.");
                return Ok(Exit::Failed);
            }
            None => {
                console.message("error: nobody can be asked here; to do this, pass --yes");
                return Ok(Exit::Failed);
            }
        }
    }
    let db = source.connect().await?;
    let applied = apply(&db, &schema).await.map_err(|cause| Failure::Apply { url: source.name.clone(), cause })?;
    console.message(&format!("{} done.", counted(applied.steps.len())));
    Ok(Exit::Done)
}

/// Whether a plan may be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Possible,
    Refused,
}

/// Tells what stands against a plan, with what a person may run, and what to look out for.
pub(crate) fn warn(plan: &Plan, console: &mut Console<'_>) -> Standing {
    for warning in plan.warnings.iter().map(Warning::to_string) {
        console.message(&format!("warning: {warning}"));
    }
    for refusal in &plan.refusals {
        console.message(&format!("error: {refusal}"));
        if let Some(remedy) = refusal.remedy(plan.backend) {
            console.message(&format!("  you may run: {remedy};"));
        }
    }
    if plan.refusals.is_empty() {
        return Standing::Possible;
    }
    console.message("Nothing was changed.");
    Standing::Refused
}

fn counted(steps: usize) -> String {
    match steps {
        1 => "1 step".to_owned(),
        _ => format!("{steps} steps"),
    }
}
