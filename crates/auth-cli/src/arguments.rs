//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, CommandFactory as _, FromArgMatches as _};
use url::Url;

const DATABASE_URL: &str = "database_url";

const NO_DIFFERENCE: &str = "'--against <URL>' writes a difference, and '--format entities' and '--format docs' tell the \
     whole schema; leave one of them out";

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Arguments<C> {
    pub(crate) config: C,
    pub(crate) task: Task,
    /// The database, unless the app declares `--database-url` itself and sets it on its builder.
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, clap::Parser)]
struct CommandLine<C: clap::Args> {
    #[command(flatten)]
    config: C,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub(crate) enum Task {
    /// Starts the server; what happens without a command
    Serve,
    /// Brings the database up to the schema, after asking
    Migrate(Migrate),
    /// Writes the schema down as a file, from empty and without a database
    Generate(Generate),
    /// Writes the description of all routes as JSON
    Openapi(Reference),
    /// Writes the reference of all error codes as Markdown
    Errors(Reference),
    /// Writes the reference of this command line as Markdown
    Cli(Reference),
    /// Lists all routes
    Routes(Routes),
    /// Walks through a server that is up as MCP clients do, and says what keeps which out
    Doctor(Doctor),
    /// Carries out what a plugin offers to do on order; without a name lists what there is
    Run(Run),
}

/// Who reads what a command says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Person,
    Program,
}

impl Task {
    /// Who reads what becomes of it, failures included.
    pub(crate) fn reader(&self) -> Reader {
        match self {
            Self::Migrate(Migrate { json: true, .. }) => Reader::Program,
            Self::Serve
            | Self::Migrate(_)
            | Self::Generate(_)
            | Self::Openapi(_)
            | Self::Errors(_)
            | Self::Cli(_)
            | Self::Routes(_)
            | Self::Doctor(_)
            | Self::Run(_) => Reader::Person,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
#[command(group = clap::ArgGroup::new("without_asking").args(["yes", "dry_run", "check"]))]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct Migrate {
    /// Applies without asking
    #[arg(long, conflicts_with_all = ["dry_run", "check"])]
    pub(crate) yes: bool,
    /// Shows what would be done with its SQL, and does nothing
    #[arg(long, conflicts_with = "check")]
    pub(crate) dry_run: bool,
    /// Does nothing, and exits with 3 if something is pending
    #[arg(long)]
    pub(crate) check: bool,
    /// Writes the plan, or why it failed, as JSON; with --yes, --dry-run or --check
    #[arg(long, requires = "without_asking")]
    pub(crate) json: bool,
    /// Lists too what the schema does not know, and nobody touches
    #[arg(long)]
    pub(crate) verbose: bool,
    /// How long to wait for another instance that migrates, and for whoever uses a table
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=2_000_000))]
    pub(crate) lock_timeout: u64,
    /// How long one statement may take; without it as long as it needs
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=2_000_000))]
    pub(crate) statement_timeout: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub(crate) struct Generate {
    /// SQL, one file for sea-orm-migration, entities of SeaORM in Rust, or Markdown
    #[arg(long, value_enum, default_value = "sql")]
    pub(crate) format: Format,
    /// The database the SQL is for
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) backend: Backend,
    /// The file to write; `-` is the console
    #[arg(long, value_name = "PATH", default_value = "-")]
    pub(crate) output: PathBuf,
    /// Writes the whole schema and connects to nothing, as happens without `--against`
    #[arg(long)]
    pub(crate) from_empty: bool,
    /// Writes only what this database lacks, in its own SQL or for sea-orm-migration; it is read, not changed
    #[arg(long, value_name = "URL", conflicts_with_all = ["from_empty", "backend"])]
    pub(crate) against: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Sql,
    SeaOrm,
    Entities,
    Docs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
    Mysql,
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub(crate) struct Reference {
    /// The file to write; `-` is the console
    #[arg(long, value_name = "PATH", default_value = "-")]
    pub(crate) output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub(crate) struct Routes {
    /// Lists too what runs before and after requests, and who listens to which event
    #[arg(long)]
    pub(crate) hooks: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub(crate) struct Doctor {
    /// The URL of the MCP server, as it is typed into clients
    #[arg(value_name = "URL")]
    pub(crate) url: Url,
    /// Looks in the way of those clients alone that have this in their name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub(crate) struct Run {
    /// The name of the order
    pub(crate) name: Option<String>,
}

/// The whole command line of an app, for its reference.
pub(crate) fn command<C: clap::Args>() -> clap::Command {
    let (mut command, _) = with_database_url(CommandLine::<C>::command());
    command.build();
    command
}

/// Adds `--database-url`, unless the app declares it; says whether it was there, and required.
fn with_database_url(command: clap::Command) -> (clap::Command, Option<bool>) {
    let required = command.get_arguments().find(|argument| argument.get_id() == DATABASE_URL).map(Arg::is_required_set);
    let command = match required {
        None => command.arg(database_url()),
        Some(required) => command.mut_arg(DATABASE_URL, |argument| argument.hide_env_values(true).global(!required)),
    };
    (command, required)
}

/// Reads a command line.
///
/// The app's own arguments come first. If `database_url` is among them it is the app's to use;
/// otherwise `--database-url` is added. Either stands before or after the sub-command.
pub(crate) fn parse<C: clap::Args>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<Arguments<C>, clap::Error> {
    let (mut command, required) = with_database_url(CommandLine::<C>::command());
    let matches = command.try_get_matches_from_mut(arguments)?;
    let line = CommandLine::<C>::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    if let Some(Task::Generate(how)) = &line.task
        && how.against.is_some()
        && how.format.of_steps().is_none()
    {
        return Err(command.error(ErrorKind::ArgumentConflict, NO_DIFFERENCE));
    }
    let database_url = match required {
        None => matches.get_one::<String>(DATABASE_URL).cloned(),
        Some(_) => None,
    };
    Ok(Arguments {
        config: line.config,
        task: line.task.unwrap_or(Task::Serve),
        database_url: database_url.filter(|url| !url.is_empty()),
    })
}

fn database_url() -> Arg {
    Arg::new(DATABASE_URL)
        .long("database-url")
        .value_name("URL")
        .env("DATABASE_URL")
        .hide_env_values(true)
        .global(true)
        .help("The database: sqlite:app.sqlite or postgres://user@host/name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, clap::Args)]
    struct Config {
        #[arg(long, default_value = "http://localhost:3000")]
        base_url: String,
    }

    #[derive(Debug, clap::Args)]
    struct OwnUrl {
        #[arg(long, default_value = "sqlite:own.sqlite")]
        database_url: String,
    }

    #[derive(Debug, clap::Args)]
    struct RequiredUrl {
        #[arg(long)]
        database_url: String,
    }

    fn parsed<C: clap::Args>(line: &str) -> Result<Arguments<C>, clap::Error> {
        parse(std::iter::once("app").chain(line.split_whitespace()))
    }

    #[test]
    fn no_command_means_serve() {
        assert_eq!(parsed::<Config>("").unwrap().task, Task::Serve);
        assert_eq!(parsed::<Config>("serve").unwrap().task, Task::Serve);
    }

    #[test]
    fn the_apps_own_settings_stand_before_the_command() {
        let found = parsed::<Config>("--base-url https://a.example migrate --yes").unwrap();

        assert_eq!(found.config.base_url, "https://a.example");
        let Task::Migrate(how) = found.task else { panic!("{:?}", found.task) };
        assert!(how.yes && !how.check && how.lock_timeout == 60 && how.statement_timeout.is_none(), "{how:?}");
    }

    #[test]
    fn the_database_url_stands_before_or_after_the_command() {
        for line in ["--database-url sqlite:a migrate", "migrate --database-url sqlite:a"] {
            let found = parsed::<Config>(line).unwrap();

            assert_eq!(found.database_url.as_deref(), Some("sqlite:a"), "{line}");
        }
    }

    #[test]
    fn an_app_that_declares_the_database_url_keeps_it_with_its_default() {
        let found = parsed::<OwnUrl>("migrate --database-url sqlite:a").unwrap();
        assert_eq!(found.config.database_url, "sqlite:a");
        assert_eq!(found.database_url, None);

        let found = parsed::<OwnUrl>("migrate").unwrap();
        assert_eq!(found.config.database_url, "sqlite:own.sqlite");

        let found = parsed::<RequiredUrl>("--database-url sqlite:a migrate").unwrap();
        assert_eq!(found.config.database_url, "sqlite:a");
    }

    #[test]
    fn flags_that_contradict_each_other_are_refused() {
        for line in [
            "migrate --yes --check",
            "migrate --yes --dry-run",
            "migrate --check --dry-run",
            "migrate --json",
            "migrate --lock-timeout 0",
            "migrate --lock-timeout 2000001",
            "migrate --statement-timeout 18446744073709551615",
            "migrate --statement-timeout soon",
            "generate --against sqlite:a --backend mysql",
            "generate --against sqlite:a --from-empty",
            "generate --against sqlite:a --format docs",
            "generate --format entities --against sqlite:a",
            "generate --format xml",
            "frobnicate",
        ] {
            assert!(parsed::<Config>(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_names_the_variable_and_never_its_value() {
        let argument = database_url();

        assert!(argument.is_hide_env_values_set());
        assert_eq!(argument.get_env().unwrap(), "DATABASE_URL");
        CommandLine::<Config>::command().debug_assert();
    }
}
