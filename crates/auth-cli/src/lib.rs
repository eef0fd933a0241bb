#![doc = include_str!("../README.md")]

mod arguments;
mod console;
mod describe;
mod doctor;
mod exit;
mod failure;
mod failure_json;
mod generate;
mod listen;
mod log;
mod markdown;
mod migrate;
mod order;
mod plan_json;
mod plan_table;
mod progress;
mod reference;
mod schema_page;
mod source;

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use auth_core::{Auth, AuthBuilder};

use crate::arguments::{Arguments, Task};
pub use crate::console::Console;
pub use crate::exit::Exit;
use crate::failure::Failure;
pub use crate::listen::{listen, serve, shutdown_signal};

/// How long work that blocks a thread may go on after the task is done.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Runs an app's command line: the whole of its `main`.
///
/// `build` puts the app together from its settings and `serve` runs it. The settings are the
/// app's own `clap::Args`; their flags stand before the sub-command.
pub fn main<C, B, S, E>(build: B, serve: S) -> ExitCode
where
    C: clap::Args,
    B: FnOnce(&C) -> AuthBuilder,
    S: AsyncFnOnce(Auth, C) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    run(std::env::args_os(), &mut Console::standard(), build, serve).into()
}

/// Runs a command line on a given console: [`main`] for tests. The program's name comes first.
pub fn run<C, B, S, E>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    console: &mut Console<'_>,
    build: B,
    serve: S,
) -> Exit
where
    C: clap::Args,
    B: FnOnce(&C) -> AuthBuilder,
    S: AsyncFnOnce(Auth, C) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let arguments = match arguments::parse::<C>(arguments) {
        Ok(arguments) => arguments,
        Err(usage) => return console.usage(&usage),
    };
    let reader = arguments.task.reader();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(cause) => return console.failure(&Failure::Runtime(cause), reader),
    };
    let done = runtime.block_on(perform(arguments, console, build, serve));
    runtime.shutdown_timeout(LAST_WORDS);
    done.unwrap_or_else(|failure| console.failure(&failure, reader))
}

async fn perform<C, B, S, E>(
    arguments: Arguments<C>,
    console: &mut Console<'_>,
    build: B,
    serve: S,
) -> Result<Exit, Failure>
where
    C: clap::Args,
    B: FnOnce(&C) -> AuthBuilder,
    S: AsyncFnOnce(Auth, C) -> Result<(), E>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let Arguments { config, task, database_url } = arguments;
    if matches!(task, Task::Serve) {
        log::start();
    }
    let mut builder = build(&config);
    if let Some(url) = database_url {
        builder = builder.database(url);
    }
    match task {
        Task::Serve => {
            let auth = builder.build().await?;
            let served = serve(auth, config).await;
            served.map(|()| Exit::Done).map_err(|error| Failure::App(error.into()))
        }
        Task::Migrate(how) => migrate::run(builder, &how, console).await,
        Task::Generate(how) => generate::run(builder, &how, console).await,
        Task::Openapi(how) => describe::openapi(builder, &how, console),
        Task::Errors(how) => reference::errors(builder, &how, console),
        Task::Cli(how) => reference::cli(&arguments::command::<C>(), &how, console),
        Task::Routes(how) => describe::routes(builder, how, console),
        Task::Doctor(how) => doctor::run(&how, console).await,
        Task::Run(how) => order::run(builder, &how, console).await,
    }
}
