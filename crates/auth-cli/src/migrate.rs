//! `migrate`: shows what a database lacks, asks, and adds it.

use auth_core::AuthBuilder;
use auth_core::schema::{Plan, Schema, Warning, apply, render_steps};

use crate::arguments::Migrate;
use crate::console::{Console, Paint};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan_json::{PlanJson, Status};
use crate::plan_table;
use crate::source::Source;

/// Brings the database of an app up to its schema. Needs no secret.
pub(crate) async fn run(builder: AuthBuilder, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let given = builder.database_source().cloned();
    let schema = builder.schema()?;
    let source = Source::of(given.as_ref())?;
    let plan = source.plan(&schema).await?;
    let job = Job { schema, source, plan };
    if how.json { job.for_a_program(how, console).await } else { job.for_a_person(how, console).await }
}

/// What is to be done, and where.
struct Job {
    schema: Schema,
    source: Source,
    plan: Plan,
}

impl Job {
    async fn for_a_person(self, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
        if warn(&self.plan, console) == Standing::Refused {
            return Ok(Exit::Failed);
        }
        if self.plan.is_done() {
            console.message("Nothing to do.");
            return Ok(Exit::Done);
        }
        plan_table::write(&self.plan.steps, console)?;
        if how.dry_run {
            console.text(&format!("\n{}", render_steps(&self.plan.steps, self.plan.backend)))?;
        }
        let steps = counted(self.plan.steps.len());
        if how.check {
            console.message(&format!("{steps} pending."));
            return Ok(Exit::Pending);
        }
        if how.dry_run {
            console.message(&format!("{steps} pending in the database {}. Nothing was changed.", self.source.name));
            return Ok(Exit::Done);
        }
        if !how.yes {
            let question = format!("Do {steps} in the database {}?", self.source.name);
            match console.asks(&question)? {
                Some(true) => {}
                Some(false) => {
                    console.message("Nothing was changed.");
                    return Ok(Exit::Failed);
                }
                None => {
                    console.error("nobody can be asked here; to do this, pass --yes");
                    return Ok(Exit::Failed);
                }
            }
        }
        let done = self.apply().await?;
        console.message(&format!("{} done.", counted(done)));
        Ok(Exit::Done)
    }

    async fn for_a_program(self, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
        let (status, exit) = if !self.plan.refusals.is_empty() {
            (Status::Refused, Exit::Failed)
        } else if self.plan.is_done() {
            (Status::Done, Exit::Done)
        } else if how.yes {
            self.apply().await?;
            (Status::Applied, Exit::Done)
        } else {
            (Status::Pending, if how.check { Exit::Pending } else { Exit::Done })
        };
        console.text(&PlanJson::of(&self.source.name, &self.plan, status).text()?)?;
        Ok(exit)
    }

    /// Does what is missing by now, and returns how many steps that was.
    async fn apply(&self) -> Result<usize, Failure> {
        let db = self.source.connect().await?;
        let applied = apply(&db, &self.schema).await;
        let applied = applied.map_err(|cause| Failure::Apply { url: self.source.name.clone(), cause })?;
        Ok(applied.steps.len())
    }
}

/// Whether a plan may be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Possible,
    Refused,
}

/// Tells what stands against a plan, with what a person can do, and what to look out for.
pub(crate) fn warn(plan: &Plan, console: &mut Console<'_>) -> Standing {
    for warning in plan.warnings.iter().map(Warning::to_string) {
        let label = console.paint(Paint::Care, "warning:");
        console.message(&format!("{label} {warning}"));
    }
    for refusal in &plan.refusals {
        console.error(&refusal.to_string());
        console.message(&format!("  to go on: {}", refusal.advice(plan.backend)));
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
