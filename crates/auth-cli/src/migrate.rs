//! `migrate`: shows what a database lacks, asks, and adds it.

use std::time::Duration;

use auth_core::AuthBuilder;
use auth_core::schema::{Applied, ApplyError, Consent, Plan, Schema, Step, Terms, apply_on, render_steps};
use sea_orm::DbBackend;

use crate::arguments::Migrate;
use crate::console::{Console, Paint};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan_json::{PlanJson, Status};
use crate::plan_table;
use crate::progress::{Progress, watched};
use crate::source::Source;

/// Brings the database of an app up to its schema. Needs no secret.
pub(crate) async fn run(builder: AuthBuilder, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if how.json {
        Job::of(builder, how, None).await?.for_a_program(how, console).await
    } else {
        Job::of(builder, how, Some(console)).await?.for_a_person(how, console).await
    }
}

/// What is to be done, and where.
struct Job {
    schema: Schema,
    source: Source,
    plan: Plan,
}

impl Job {
    async fn of(builder: AuthBuilder, how: &Migrate, console: Option<&mut Console<'_>>) -> Result<Self, Failure> {
        let given = builder.database_source().cloned();
        let schema = builder.schema()?;
        let source = Source::of(given.as_ref())?;
        let looking = || format!("Still looking at the database {}.", source.name);
        let plan = watched(source.plan(&schema, &terms(how)), console, looking).await?;
        Ok(Self { schema, source, plan })
    }

    async fn for_a_person(mut self, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
        if how.verbose {
            tell_unknown(&self.plan, console);
        }
        if warn(&self.plan, console) == Standing::Refused {
            return Ok(Exit::Failed);
        }
        if self.plan.is_done() {
            console.message("Nothing to do.");
            return Ok(Exit::Done);
        }
        plan_table::write(&self.plan.steps, console)?;
        if how.dry_run {
            let steps: Vec<Step> = self.plan.steps.iter().map(as_it_runs).collect();
            console.text(&format!("\n{}", render_steps(&steps, self.plan.backend)))?;
        }
        tell_large(&self.plan, console);
        mind(&self.plan.steps, console);
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
        self.apply(how, Some(console)).await?;
        if !self.plan.refusals.is_empty() {
            warn(&self.plan, console);
            return Ok(Exit::Failed);
        }
        match self.plan.steps.len() {
            0 => console.message("Nothing was left to do: another instance did it meanwhile."),
            done => console.message(&format!("{} done.", counted(done))),
        }
        Ok(Exit::Done)
    }

    async fn for_a_program(mut self, how: &Migrate, console: &mut Console<'_>) -> Result<Exit, Failure> {
        if how.yes && !self.plan.is_done() && self.plan.refusals.is_empty() {
            self.apply(how, None).await?;
        }
        let (status, exit) = if !self.plan.refusals.is_empty() {
            (Status::Refused, Exit::Failed)
        } else if self.plan.is_done() {
            (Status::Done, Exit::Done)
        } else if how.yes {
            (Status::Applied, Exit::Done)
        } else {
            (Status::Pending, if how.check { Exit::Pending } else { Exit::Done })
        };
        console.text(&PlanJson::of(&self.source.name, &self.plan, status, how.verbose).text()?)?;
        Ok(exit)
    }

    /// Does what is missing by now, which other instances may have changed since the plan was made,
    /// and tells a person what takes so long. The plan then says what was done, or what stands against it.
    async fn apply(&mut self, how: &Migrate, console: Option<&mut Console<'_>>) -> Result<(), Failure> {
        let db = self.source.connect().await?;
        let progress = Progress::default();
        let consent = if how.yes { Consent::Everything } else { Consent::These(self.plan.consents()) };
        let terms = Terms { consent, watch: &progress, ..terms(how) };
        let done = watched(apply_on(&db, &self.schema, &terms), console, || progress.told()).await;
        if done.is_ok() {
            // An SQLite file is whole without its log from here on.
            self.source.leave(db.clone()).await;
        }
        match done {
            Ok(Applied { steps, warnings }) => {
                self.plan.steps = steps;
                self.plan.warnings = warnings;
            }
            Err(ApplyError::Refused(refusals)) => self.plan.refusals = refusals,
            Err(cause) => {
                // Only there does a step that is done stay when a later one fails.
                let stay = if self.plan.backend == DbBackend::MySql { progress.done() } else { 0 };
                return Err(Failure::Apply { url: self.source.name.clone(), stay, cause });
            }
        }
        Ok(())
    }
}

/// The terms a command line names. Agrees to nothing, and nobody watches.
fn terms(how: &Migrate) -> Terms<'static> {
    Terms {
        lock_timeout: Duration::from_secs(how.lock_timeout),
        statement_timeout: how.statement_timeout.map(Duration::from_secs),
        ..Terms::default()
    }
}

/// A step as `migrate` does it: inside of its transaction, where no index is made while others write.
fn as_it_runs(step: &Step) -> Step {
    let mut step = step.clone();
    if let Step::CreateIndex { rows, .. } = &mut step {
        *rows = None;
    }
    step
}

/// Says what a person agrees to with these steps.
pub(crate) fn mind(steps: &[Step], console: &mut Console<'_>) {
    for consent in steps.iter().filter_map(Step::consent) {
        let label = console.paint(Paint::Care, "mind:");
        console.message(&format!("{label} {consent}"));
    }
}

/// Lists what nobody touches.
fn tell_unknown(plan: &Plan, console: &mut Console<'_>) {
    for unknown in &plan.unknown {
        let label = console.paint(Paint::Quiet, "left alone:");
        console.message(&format!("{label} {unknown}"));
    }
}

/// Shows how large indexes can be made while others write.
fn tell_large(plan: &Plan, console: &mut Console<'_>) {
    for (step, sql) in plan.steps.iter().filter_map(|step| step.concurrent_sql(plan.backend).map(|sql| (step, sql))) {
        if let Step::CreateIndex { table, rows: Some(rows), .. } = step {
            console.message(&format!(
                "{table} has about {rows} rows, and nobody can write to it while the index is made."
            ));
            console.message(&format!("  to let them, run this first, outside of a transaction: {sql};"));
        }
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
    for warning in &plan.warnings {
        let label = console.paint(Paint::Care, "warning:");
        console.message(&format!("{label} {warning}"));
        if let Some(remedy) = warning.remedy(plan.backend) {
            console.message(&format!("  you may run: {remedy};"));
        }
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

pub(crate) fn counted(steps: usize) -> String {
    match steps {
        1 => "1 step".to_owned(),
        _ => format!("{steps} steps"),
    }
}

#[cfg(test)]
mod tests {
    use auth_core::schema::apply;
    use auth_core::{Auth, DatabaseSource};
    use sea_orm::{ConnectionTrait as _, DatabaseConnection};
    use serde_json::{Value, json};

    use super::*;

    const YES: Migrate = Migrate {
        yes: true,
        dry_run: false,
        check: false,
        json: true,
        verbose: false,
        lock_timeout: 60,
        statement_timeout: None,
    };

    async fn app() -> (DatabaseConnection, AuthBuilder) {
        let db = auth_core::database::connect("sqlite::memory:").await.unwrap();
        let builder = Auth::builder("http://localhost:3000").database(DatabaseSource::Connection(db.clone()));
        (db, builder)
    }

    async fn told(job: Job) -> (Exit, Value) {
        let mut out = Vec::new();
        let exit = job.for_a_program(&YES, &mut Console::new(&mut out, Vec::new())).await.unwrap();
        (exit, serde_json::from_slice(&out).unwrap())
    }

    #[tokio::test]
    async fn what_another_instance_did_meanwhile_is_not_told_as_done_here() {
        let (db, builder) = app().await;
        let job = Job::of(builder, &YES, None).await.unwrap();
        assert!(!job.plan.is_done());

        apply(&db, &job.schema).await.unwrap();
        let (exit, told) = told(job).await;

        assert_eq!((exit, &told["status"], &told["steps"]), (Exit::Done, &json!("done"), &json!([])));
    }

    #[tokio::test]
    async fn only_what_was_left_to_do_is_told_as_applied() {
        let (db, builder) = app().await;
        let job = Job::of(builder, &YES, None).await.unwrap();
        let all = job.plan.steps.len();

        // What another instance has done in part: no command stops there.
        let [table, index, ..] = job.plan.steps.as_slice() else { panic!("{:?}", job.plan) };
        for sql in [table, index].iter().flat_map(|step| step.sql(job.plan.backend)) {
            db.execute_unprepared(&sql).await.unwrap();
        }
        let (exit, told) = told(job).await;

        assert_eq!((exit, &told["status"]), (Exit::Done, &json!("applied")));
        assert_eq!(told["steps"].as_array().unwrap().len(), all - 2, "{told}");
    }

    #[tokio::test]
    async fn what_has_come_to_stand_against_it_is_a_refusal() {
        let (db, builder) = app().await;
        let job = Job::of(builder, &YES, None).await.unwrap();

        // No command makes such a table.
        db.execute_unprepared("CREATE VIEW verification AS SELECT 1").await.unwrap();
        let (exit, told) = told(job).await;

        assert_eq!((exit, &told["status"]), (Exit::Failed, &json!("refused")));
        assert!(told["refusals"][0]["message"].as_str().unwrap().contains("verification"), "{told}");
    }
}
