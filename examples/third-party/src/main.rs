//! An app with the plugin. Migrate it: `cargo run -- migrate --yes --database-url sqlite:badges.sqlite`

use std::process::ExitCode;

use auth_core::{Auth, AuthBuilder};
use auth_email_password::EmailPassword;
use badges::Badges;

/// No settings of its own.
#[derive(clap::Args)]
struct Settings {}

fn auth(_: &Settings) -> AuthBuilder {
    Auth::builder("http://localhost:3000").plugin(EmailPassword::new()).plugin(Badges)
}

async fn serve(_: Auth, _: Settings) -> Result<(), std::io::Error> {
    Ok(())
}

fn main() -> ExitCode {
    auth_cli::main(auth, serve)
}
