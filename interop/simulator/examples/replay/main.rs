//! `cargo xtask clients`: plays every client against the example, and writes down what came of it.
//!
//! `cargo run -p client-simulator --example replay -- --server target/debug/mcp-server`
#![expect(clippy::print_stdout, reason = "a command-line tool talks to the terminal")]

mod page;
mod server;
mod sites;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use auth_doctor::{Doctor, Examination, Trial};
use clap::Parser as _;
use client_simulator::{Account, Key};
use serde_json::json;

use crate::server::Server;
use crate::sites::Sites;

/// What is asked for.
#[derive(Debug, clap::Parser)]
struct Arguments {
    /// The program of the example.
    #[arg(long)]
    server: PathBuf,
    /// Writes the page of all clients here.
    #[arg(long)]
    write: Option<PathBuf>,
    /// Demands that the page here is as it would be written.
    #[arg(long)]
    check: Option<PathBuf>,
    /// Plays those clients alone that have one of these words in their name.
    clients: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Arguments { server, write, check, clients } = Arguments::parse();
    let found = Box::pin(played(&server, &clients)).await?;
    println!("{found}");
    let failed = found.reports.iter().filter(|report| report.failure().is_some()).count();
    let page = page::of(&found, &auth_doctor::profiles()?);
    if let Some(path) = write {
        fs::write(path, &page)?;
    }
    if let Some(path) = check {
        anyhow::ensure!(
            fs::read_to_string(&path)? == page,
            "{} is stale: `cargo xtask clients --write`",
            path.display()
        );
    }
    println!("{} passed, {failed} failed", found.reports.len() - failed);
    anyhow::ensure!(failed == 0, "not every client finds its way");
    Ok(())
}

async fn played(program: &std::path::Path, clients: &[String]) -> anyhow::Result<Examination> {
    let key = Key::new()?;
    let sites = Sites::serving(&auth_doctor::profiles()?, &key.set()).await?;
    let server = Server::started(program, &sites).await?;
    let alice = Account::signed_up(&server.url("/api/auth/")?, "Alice").await?;
    let trial = Trial {
        open: ("echo".to_owned(), json!({ "message": "hello" })),
        scoped: ("add_note".to_owned(), json!({ "text": "hello" })),
    };
    let doctor = Doctor::new()?.only(clients).attended(Arc::new(alice), trial, Arc::new(key));
    let found = doctor.examine(&server.url("/mcp")?).await;
    match found {
        Ok(found) if found.is_sound() => Ok(found),
        Ok(found) => {
            println!("-- the server's last lines:\n{}", server.log());
            Ok(found)
        }
        Err(failure) => Err(failure.into()),
    }
}
