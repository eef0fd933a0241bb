//! `generate`: writes the schema down as a file an app keeps.

use auth_core::schema::{render_sea_orm_migration, render_sql, render_steps};
use auth_core::{AuthBuilder, DatabaseSource};
use sea_orm::DbBackend;

use crate::arguments::{Backend, Format, Generate};
use crate::console::Console;
use crate::describe::write;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::migrate::{Standing, warn};
use crate::schema_page;
use crate::source::Source;

/// Writes the schema of an app. Connects to nothing unless a database is named to compare with.
pub(crate) async fn run(builder: AuthBuilder, how: &Generate, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let schema = builder.schema()?;
    let text = match (&how.against, how.format) {
        (Some(url), _) => {
            let source = Source::of(Some(&DatabaseSource::from(url.as_str())))?;
            let plan = source.plan(&schema).await?;
            if warn(&plan, console) == Standing::Refused {
                return Ok(Exit::Failed);
            }
            render_steps(&plan.steps, plan.backend)
        }
        (None, Format::Sql) => render_sql(&schema, how.backend.into()),
        (None, Format::SeaOrm) => render_sea_orm_migration(&schema),
        (None, Format::Docs) => schema_page::write(&schema),
    };
    write(&text, &how.output, console)
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
