//! `cargo xtask migrate` and its like: tasks that only the app's own binary can do.
//!
//! The list of plugins lives in the app's `main.rs`, so the app is started with the task as its argument.

use std::fs;

use crate::tool::{self, Failure, Outcome};

/// The app to start, with which features of its own, and what to hand it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Invocation {
    app: Option<String>,
    features: Vec<String>,
    rest: Vec<String>,
}

pub(crate) fn run(task: &str, arguments: &[String]) -> Outcome {
    let invocation = parse(arguments)?;
    let app = match invocation.app.or_else(|| std::env::var("AUTH_APP").ok().filter(|name| !name.is_empty())) {
        Some(app) => app,
        None => configured_app()?,
    };
    let mut command = tool::cargo();
    command.args(["run", "--quiet", "--package", &app]);
    for features in &invocation.features {
        command.args(["--features", features]);
    }
    command.args(["--", task]).args(&invocation.rest);
    match tool::status(&mut command)?.code() {
        Some(0) => Ok(()),
        // 2 is usage and 3 is "pending" under --check: the app's codes are ours.
        code => Err(Failure::Exit(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))),
    }
}

fn parse(arguments: &[String]) -> Result<Invocation, Failure> {
    let mut found = Invocation::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            found.rest.extend(words.by_ref().cloned());
            continue;
        }
        let (flag, joined) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        let mut value = |what: &str| {
            let value = joined.map(str::to_owned).or_else(|| words.next().cloned());
            value.ok_or_else(|| Failure::Usage(format!("{flag} needs {what}")))
        };
        match flag {
            "--app" => found.app = Some(value("the name of a package")?),
            "--features" => found.features.push(value("the names of features of the app")?),
            _ => found.rest.push(word.clone()),
        }
    }
    Ok(found)
}

fn configured_app() -> Result<String, Failure> {
    let manifest = fs::read_to_string(tool::root().join("Cargo.toml"))?;
    app_in(&manifest).ok_or_else(|| {
        Failure::Usage(
            "no app named: give --app NAME, set AUTH_APP, or put `app` under [workspace.metadata.auth] in Cargo.toml"
                .to_owned(),
        )
    })
}

fn app_in(manifest: &str) -> Option<String> {
    let lines = manifest.lines().map(str::trim);
    let mut section = lines.skip_while(|line| *line != "[workspace.metadata.auth]").skip(1);
    section.by_ref().take_while(|line| !line.starts_with('[')).find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?;
        (key.trim() == "app").then(|| value.split('"').next().map(str::to_owned))?
    })
}

#[cfg(test)]
mod test {
    use super::{Failure, Invocation, app_in, parse};

    fn parsed(line: &str) -> Invocation {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words).expect("the line is well formed")
    }

    #[test]
    fn the_app_is_taken_out_and_the_rest_is_handed_on_in_order() {
        let found = parsed("--yes --app shop --database-url sqlite::memory:");

        assert_eq!(found.app.as_deref(), Some("shop"));
        assert_eq!(found.rest, ["--yes", "--database-url", "sqlite::memory:"]);
    }

    #[test]
    fn the_app_may_be_joined_with_an_equals_sign() {
        assert_eq!(parsed("--app=shop").app.as_deref(), Some("shop"));
    }

    #[test]
    fn features_are_for_the_build_and_not_handed_on() {
        let found = parsed("--features postgres --features=mysql,otel --check --database-url=a?b=c");

        assert_eq!(found.features, ["postgres", "mysql,otel"]);
        assert_eq!(found.rest, ["--check", "--database-url=a?b=c"]);
    }

    #[test]
    fn without_an_app_everything_is_handed_on() {
        let found = parsed("--check");

        assert_eq!(found, Invocation { rest: vec!["--check".to_owned()], ..Invocation::default() });
    }

    #[test]
    fn what_follows_two_dashes_is_never_read() {
        let found = parsed("--yes -- --app shop");

        assert_eq!(found.app, None);
        assert_eq!(found.rest, ["--yes", "--app", "shop"]);
    }

    #[test]
    fn an_app_flag_without_a_name_is_a_usage_error() {
        assert!(matches!(parse(&["--app".to_owned()]), Err(Failure::Usage(_))));
    }

    #[test]
    fn the_workspace_manifest_names_the_app() {
        let manifest =
            "[workspace]\napp = \"no\"\n\n[workspace.metadata.auth]\n# the flagship\napp = \"mcp-server\"\n\n[x]\n";

        assert_eq!(app_in(manifest).as_deref(), Some("mcp-server"));
        assert_eq!(app_in("[workspace]\napp = \"no\"\n"), None);
        assert_eq!(app_in("[workspace.metadata.auth]\n[other]\napp = \"no\"\n"), None);
    }
}
