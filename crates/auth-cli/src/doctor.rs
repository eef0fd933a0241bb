//! `doctor`: a server that is up, seen as clients see it.

use auth_doctor::Doctor;

use crate::arguments;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// Examines a server. Nothing of this app is started, and no database is opened.
pub(crate) async fn run(how: &arguments::Doctor, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let wrong = |error: Box<dyn std::error::Error + Send + Sync>| Failure::App(error);
    let doctor = Doctor::new().map_err(|error| wrong(error.into()))?.only(&how.client);
    if doctor.profiles().is_empty() {
        console.error("no client has such a name; without --client all are tried");
        return Ok(Exit::Usage);
    }
    let found = doctor.examine(&how.url).await.map_err(|error| wrong(error.into()))?;
    console.text(&found.to_string())?;
    Ok(if found.is_sound() { Exit::Done } else { Exit::Failed })
}
