//! `generate`: writes the schema down as a file an app keeps.

use auth_core::schema::{
    Rewrite, Schema, Step, Terms, render_entities, render_sea_orm_migration, render_sea_orm_steps, render_sql,
    render_steps,
};
use auth_core::{AuthBuilder, DatabaseSource};
use sea_orm::DbBackend;

use crate::arguments::{Backend, Format, Generate};
use crate::console::Console;
use crate::describe::write;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::migrate::{Standing, mind, warn};
use crate::schema_page;
use crate::source::Source;

/// Writes the schema of an app. Connects to nothing unless a database is named to compare with.
pub(crate) async fn run(builder: AuthBuilder, how: &Generate, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let schema = builder.schema()?;
    // The command line takes no URL with a format that cannot tell a difference.
    let (Some(url), Some(render)) = (&how.against, how.format.of_steps()) else {
        return write(&whole(&schema, how), &how.output, console);
    };
    let source = Source::of(Some(&DatabaseSource::from(url.as_str())))?;
    let plan = source.plan(&schema, &Terms::default()).await?;
    if warn(&plan, console) == Standing::Refused {
        return Ok(Exit::Failed);
    }
    if plan.is_done() {
        console.message(&format!("Nothing is to be added to the database {}.", source.name));
    }
    let (file, program) = plan.steps.split_at(by_program(&plan.steps));
    mind(file, console);
    let mut text = render(file, plan.backend);
    for step in program {
        let left = format!("Left to `migrate`, after this file: {step}");
        console.message(&left);
        text.push_str(&how.format.comment(&left));
    }
    write(&text, &how.output, console)
}

/// Where a file has to stop: rows that only the program can rewrite, and what builds on them.
fn by_program(steps: &[Step]) -> usize {
    let is_code = |step: &Step| matches!(step, Step::Rewrite(Rewrite { statement: None, .. }));
    steps.iter().position(is_code).unwrap_or(steps.len())
}

fn whole(schema: &Schema, how: &Generate) -> String {
    match how.format {
        Format::Sql => render_sql(schema, how.backend.into()),
        Format::SeaOrm => render_sea_orm_migration(schema),
        Format::Entities => render_entities(schema),
        Format::Docs => schema_page::write(schema),
    }
}

impl Format {
    /// How what a database lacks is written, where the format can tell it.
    pub(crate) fn of_steps(self) -> Option<fn(&[Step], DbBackend) -> String> {
        match self {
            Self::Sql => Some(render_steps),
            Self::SeaOrm => Some(render_sea_orm_steps),
            Self::Entities | Self::Docs => None,
        }
    }
}

impl Format {
    /// A line that only a person reads.
    fn comment(self, text: &str) -> String {
        let mark = match self {
            Self::Sql => "--",
            Self::SeaOrm | Self::Entities | Self::Docs => "//",
        };
        format!("{mark} {}\n", text.replace(['\r', '\n'], " "))
    }
}

impl From<Backend> for DbBackend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite,
            Backend::Postgres => Self::Postgres,
            Backend::Mysql => Self::MySql,
        }
    }
}
