//! `errors` and `cli`: references of an app, as Markdown, made from the app itself.

use std::fmt::Write as _;

use auth_core::{AuthBuilder, DeclaredError, ErrorCode};
use clap::{Arg, Command};

use crate::arguments::Reference;
use crate::console::Console;
use crate::describe::write;
use crate::exit::Exit;
use crate::failure::Failure;

/// Writes every error code of an app down, plugin by plugin.
pub(crate) fn errors(builder: AuthBuilder, how: &Reference, console: &mut Console<'_>) -> Result<Exit, Failure> {
    let auth = builder.assemble()?;
    write(&errors_text(auth.errors()), &how.output, console)
}

/// Writes the command line down, command by command.
pub(crate) fn cli(command: &Command, how: &Reference, console: &mut Console<'_>) -> Result<Exit, Failure> {
    write(&cli_text(command), &how.output, console)
}

// Writing to a String cannot fail, so the results of `write!` are let go of.

fn errors_text(errors: &[DeclaredError]) -> String {
    let mut text = String::from(ERRORS);
    let mut plugin = "";
    for error in errors {
        if error.plugin != plugin {
            plugin = error.plugin;
            let _ =
                write!(text, "\n## {plugin}\n\n| code | status | what it means | where |\n| --- | --- | --- | --- |\n");
        }
        let ErrorCode { code, status, message } = error.code;
        let paths: Vec<String> = error.paths.iter().map(|path| format!("`{path}`")).collect();
        let _ = writeln!(text, "| `{code}` | {status} | {} | {} |", cell(message), paths.join(", "));
    }
    text
}

const ERRORS: &str = "\
# Errors

Every code an endpoint of the app can answer, under the plugin that declares it.

Endpoints of OAuth answer `{error, error_description}` with the codes in lower case (RFC 6749 §5.2); the others answer `{code, message}`.
A message says more exactly what is wrong where that helps; the code and the status stay.
Where the core names no path, the code can come from every route it applies to; the API description names it there.
An unexpected failure carries a `reference`: the id under which the log tells its cause.
";

fn cli_text(command: &Command) -> String {
    let mut text = String::from(CLI);
    let own: Vec<&Arg> = command.get_arguments().filter(|argument| shown(argument)).collect();
    text.push_str("\n## Settings\n\nThey stand before the command; those marked with a star may also follow it.\n");
    table(&mut text, &own);
    for task in command.get_subcommands().filter(|task| task.get_name() != "help") {
        let about = task.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = write!(text, "\n## {}\n\n{}.\n", task.get_name(), about.trim_end_matches('.'));
        let arguments: Vec<&Arg> =
            task.get_arguments().filter(|argument| shown(argument) && !argument.is_global_set()).collect();
        table(&mut text, &arguments);
    }
    text
}

const CLI: &str = "\
# Command line

The commands of an app's own binary; without one it serves.
In a workspace with the tasks of this one, `cargo xtask migrate`, `generate` and `openapi` start that binary.

Exit codes: 0 done or nothing to do, 1 refused or failed, 2 usage, 3 pending under `--check`.
Text goes to the standard output, messages to the standard error stream; passwords in URLs are masked, and nothing is coloured without a terminal or under `NO_COLOR`.
";

fn shown(argument: &Arg) -> bool {
    !matches!(argument.get_id().as_str(), "help" | "version") && !argument.is_hide_set()
}

fn table(text: &mut String, arguments: &[&Arg]) {
    if arguments.is_empty() {
        return;
    }
    text.push_str("\n| flag | variable | default | what it is |\n| --- | --- | --- | --- |\n");
    for argument in arguments {
        let star = if argument.is_global_set() { "\\*" } else { "" };
        let value =
            if argument.get_action().takes_values() { format!(" {}", placeholder(argument)) } else { String::new() };
        let flag = argument.get_long().map(|long| format!("`--{long}{value}`")).unwrap_or_default();
        let variable = argument.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default();
        let default: Vec<String> =
            argument.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        let default = if argument.get_action().takes_values() { default.join(", ") } else { String::new() };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "| {flag}{star} | {variable} | {default} | {} |", cell(&help));
    }
}

/// What stands for the value: the values there are, or a name.
fn placeholder(argument: &Arg) -> String {
    let values: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        return values.join("\\|");
    }
    let names = argument.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| argument.get_id().as_str().to_uppercase(), ToString::to_string)
}

/// A text as a cell of a table takes it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
