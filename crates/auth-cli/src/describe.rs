//! `openapi` and `routes`: what an app answers to, told without a database.

use std::fmt::Write as _;
use std::path::Path;

use auth_core::AuthBuilder;
use serde_json::Value;

use crate::arguments::{Reference, Routes};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// Writes the description of all routes as JSON.
pub(crate) fn openapi(builder: AuthBuilder, how: &Reference, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let auth = builder.assemble()?;
    let mut text = serde_json::to_string_pretty(auth.openapi())?;
    text.push('\n');
    write(&text, &how.output, console)
}

/// Lists all routes, and on demand what runs around them.
pub(crate) fn routes(builder: AuthBuilder, how: Routes, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let auth = builder.assemble()?;
    let mut text = listed(&serde_json::to_value(auth.openapi())?);
    if how.hooks {
        text.push('\n');
        for hook in auth.hooks() {
            let _ = writeln!(text, "{hook}");
        }
    }
    console.text(&text)?;
    Ok(Exit::Done)
}

/// Writes text to a file, or to the console for `-`.
pub(crate) fn write(text: &str, output: &Path, console: &mut Console<'_>) -> Result<Exit, Failure> {
    if output == Path::new("-") {
        console.text(text)?;
        return Ok(Exit::Done);
    }
    std::fs::write(output, text).map_err(|cause| Failure::Write { path: output.to_owned(), cause })?;
    console.message(&format!("Wrote {}.", output.display()));
    Ok(Exit::Done)
}

/// One line for each route: method, path, first line of what it does.
fn listed(openapi: &Value) -> String {
    let paths = openapi.get("paths").and_then(Value::as_object);
    let mut text = String::new();
    for (path, item) in paths.into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let summary = operation.get("summary").and_then(Value::as_str);
            let line = format!("{:<6} {path:<52} {}", method.to_ascii_uppercase(), summary.unwrap_or_default());
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}
