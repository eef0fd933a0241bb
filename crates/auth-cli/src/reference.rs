//! `errors` and `cli`: references of an app, as Markdown, made from the app itself.

use std::fmt::Write as _;

use auth_core::{AuthBuilder, DeclaredError, ErrorCode};
use clap::{Arg, Command};

use crate::arguments::Reference;
use crate::console::Console;
use crate::describe::write;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::markdown::{cell, code};

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
    let mut told: Vec<&str> = Vec::new();
    for DeclaredError { plugin, .. } in errors {
        if told.contains(plugin) {
            continue;
        }
        told.push(plugin);
        let _ = write!(text, "\n## {plugin}\n\n| code | status | what it means | where |\n| --- | --- | --- | --- |\n");
        for error in errors.iter().filter(|error| error.plugin == *plugin) {
            let ErrorCode { code: name, status, message } = error.code;
            let paths: Vec<String> = error.paths.iter().map(|path| code(path)).collect();
            let _ = writeln!(text, "| {} | {status} | {} | {} |", code(name), cell(message), paths.join(", "));
        }
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

Under `migrate --json` all is one JSON object on the standard output, a failure too; its `status` says what became of it:

- `done`: nothing is missing, or another instance added it meanwhile.
- `pending`: something is missing, and nothing was changed; `steps` say what.
- `applied`: what was missing was added; `steps` say what.
- `refused`: something stands against it, and nothing was changed; `refusals` say what, and what can be done.
- `failed`: it could not be found out or done; `error` and `causes` say why, and `complaints` what is wrong with the configuration.
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
        let flag = argument.get_long().map(|long| code(&format!("--{long}{value}"))).unwrap_or_default();
        let variable = argument.get_env().map(|name| code(&name.to_string_lossy())).unwrap_or_default();
        let default: Vec<String> =
            argument.get_default_values().iter().map(|value| code(&value.to_string_lossy())).collect();
        let default = if argument.get_action().takes_values() { default.join(", ") } else { String::new() };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "| {flag}{star} | {variable} | {default} | {} |", cell(&help));
    }
}

/// What stands for the value: the values there are, or a name.
fn placeholder(argument: &Arg) -> String {
    let values: Vec<String> = argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if !values.is_empty() {
        return values.join("|");
    }
    let names = argument.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| argument.get_id().as_str().to_uppercase(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(plugin: &'static str, code: &'static str, message: &'static str) -> DeclaredError {
        DeclaredError { plugin, code: ErrorCode { code, status: 400, message }, paths: vec!["/a*".to_owned()] }
    }

    #[test]
    fn a_plugin_that_declares_twice_has_one_heading() {
        let errors =
            [declared("b", "B_ONE", "One"), declared("a", "A_ONE", "This | that"), declared("b", "B_TWO", "Two")];

        let text = errors_text(&errors);

        insta::assert_snapshot!(text.strip_prefix(ERRORS).unwrap(), @r"
        ## b

        | code | status | what it means | where |
        | --- | --- | --- | --- |
        | `B_ONE` | 400 | One | `/a*` |
        | `B_TWO` | 400 | Two | `/a*` |

        ## a

        | code | status | what it means | where |
        | --- | --- | --- | --- |
        | `A_ONE` | 400 | This \| that | `/a*` |
        ");
    }

    #[test]
    fn a_flag_of_any_value_and_default_is_one_row() {
        let flag = |name: &'static str| Arg::new(name).long(name);
        let command = Command::new("app")
            .arg(flag("between").default_value("a|b`c").help("Either <this> | that"))
            .arg(flag("mode").value_parser(["on", "off"]).env("MODE"));

        let text = cli_text(&command);

        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `--")).collect();
        assert_eq!(
            rows,
            [
                r"| `--between BETWEEN` |  | ``a\|b`c`` | Either \<this> \| that |",
                r"| `--mode on\|off` | `MODE` |  |  |"
            ]
        );
    }
}
