//! `cargo xtask interop`: third-party clients, unmodified, against the example.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::counts::Counts;
use crate::documents::Documents;
use crate::example::Example;
use crate::tool::{self, Failure, Outcome};

/// How a client is installed and run.
#[derive(Debug, Clone, Copy)]
enum Runtime {
    Node,
    /// Node without any packages.
    Bare,
    /// A virtual environment of this name, filled from `requirements-<name>.txt`.
    Python(&'static str),
}

/// A program that runs against a server, with what other people have written.
#[derive(Debug)]
pub(crate) struct Client {
    name: &'static str,
    folder: &'static str,
    runtime: Runtime,
}

const CLIENTS: &[Client] = &[
    Client { name: "typescript", folder: "typescript-mcp-sdk", runtime: Runtime::Node },
    Client { name: "typescript-v2", folder: "typescript-mcp-sdk-v2", runtime: Runtime::Node },
    Client { name: "openid-client", folder: "openid-client", runtime: Runtime::Node },
    Client { name: "oauth4webapi", folder: "oauth4webapi", runtime: Runtime::Node },
    Client { name: "python-v1", folder: "python-mcp-sdk", runtime: Runtime::Python("v1") },
    Client { name: "python-v2", folder: "python-mcp-sdk", runtime: Runtime::Python("v2") },
    Client { name: "mcp-remote", folder: "mcp-remote", runtime: Runtime::Node },
    Client { name: "inspector", folder: "inspector", runtime: Runtime::Node },
    Client { name: "conformance", folder: "conformance", runtime: Runtime::Node },
    Client { name: "idpyoidc", folder: "idpyoidc", runtime: Runtime::Python("v5") },
];

/// Asks the same of the example and of another provider; not a client that anybody uses.
pub(crate) const DIFFERENTIAL: Client = Client { name: "differential", folder: "differential", runtime: Runtime::Node };

/// Asks what the API description allows; not a client either.
pub(crate) const SCHEMATHESIS: Client =
    Client { name: "schemathesis", folder: "schemathesis", runtime: Runtime::Python("v4") };

/// Asks a proxy whether all of a server can be reached through it; it needs no packages.
const RECIPES: Client = Client { name: "recipes", folder: "recipes", runtime: Runtime::Bare };

#[derive(Debug, Default, PartialEq, Eq)]
struct Arguments {
    names: Vec<String>,
    base_url: Option<String>,
}

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let Arguments { names, base_url } = parse(arguments)?;
    let clients = chosen(&names)?;
    let (outcome, counts) = run_clients(&clients, base_url);
    println!("{counts}");
    outcome
}

/// Every client, against an example of its own.
pub(crate) fn all() -> (Outcome, Counts) {
    run_clients(&CLIENTS.iter().collect::<Vec<_>>(), None)
}

/// The client of the first guide, against what the guide makes; its packages are those of `typescript`.
pub(crate) fn guide(base_url: &str, counts: &mut Counts) -> Outcome {
    install(&chosen(&["typescript".to_owned()])?)?;
    let client = Client { name: "guide", folder: "guide", runtime: Runtime::Node };
    run_against(&[&client], base_url, None, counts)
}

fn parse(arguments: &[String]) -> Result<Arguments, Failure> {
    let mut parsed = Arguments::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--base-url" {
            let url = words.next().ok_or_else(|| Failure::Usage("--base-url needs a URL".to_owned()))?;
            parsed.base_url = Some(url.clone());
        } else if word.starts_with('-') {
            return Err(Failure::Usage(format!("interop knows no flag `{word}`")));
        } else {
            parsed.names.push(word.clone());
        }
    }
    Ok(parsed)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Client>, Failure> {
    if names.is_empty() {
        return Ok(CLIENTS.iter().collect());
    }
    let known = || CLIENTS.iter().map(|client| client.name).collect::<Vec<_>>().join(", ");
    names
        .iter()
        .map(|name| {
            let client = CLIENTS.iter().find(|client| client.name == name);
            client.ok_or_else(|| Failure::Usage(format!("no client is called `{name}`; there are {}", known())))
        })
        .collect()
}

/// Runs one program at a host that only it takes for this machine, believing a root certificate, and shows each line
/// it prints to somebody who looks for more.
pub(crate) fn at_name(
    name: &str,
    (host, root): (&str, &Path),
    prepare: impl FnOnce(&mut Command),
    also: impl FnMut(&str) + Send,
) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = named(name).and_then(|client| {
        client.install()?;
        let mut program = client.program();
        let hosts = tool::root().join("interop/machine.mjs");
        program.env("NAME", host).env("NODE_OPTIONS", format!("--import={}", hosts.display()));
        program.env("NODE_EXTRA_CA_CERTS", root);
        prepare(&mut program);
        let (status, found) = tool::count_and(&mut program, also)?;
        counts += found;
        let all_passed = status.success() && found.passed > 0;
        if all_passed { Ok(()) } else { Err(Failure::Failed(format!("{name} ended with {status}"))) }
    });
    (outcome, counts)
}

fn named(name: &str) -> Result<&'static Client, Failure> {
    let known = CLIENTS.iter().chain([&RECIPES]);
    let missing = || Failure::Failed(format!("no client is called `{name}`"));
    known.into_iter().find(|client| client.name == name).ok_or_else(missing)
}

/// Runs one program against an example of its own, and shows each line it prints to somebody who looks for more.
pub(crate) fn alone(
    client: &Client,
    prepare: impl FnOnce(&mut Command),
    also: impl FnMut(&str) + Send,
) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = client.install().and_then(|()| {
        let example = Example::start()?;
        let mut program = client.program();
        prepare(program.env("BASE_URL", &example.base_url));
        let (status, found) = tool::count_and(&mut program, also)?;
        counts += found;
        if status.success() && found.passed > 0 {
            return Ok(());
        }
        println!("-- the example's last lines:\n{}", example.log());
        Err(Failure::Failed(format!("{} ended with {status}", client.name)))
    });
    (outcome, counts)
}

fn run_clients(clients: &[&Client], base_url: Option<String>) -> (Outcome, Counts) {
    let mut counts = Counts::default();
    let outcome = install(clients).and_then(|()| match base_url {
        Some(url) => run_against(clients, &url, None, &mut counts),
        None => run_against_example(clients, &mut counts),
    });
    (outcome, counts)
}

fn run_against_example(clients: &[&Client], counts: &mut Counts) -> Outcome {
    let example = Example::start()?;
    let outcome = run_against(clients, &example.base_url, example.documents.as_ref(), counts);
    if outcome.is_err() {
        println!("-- the example's last lines:\n{}", example.log());
    }
    outcome
}

fn install(clients: &[&Client]) -> Outcome {
    clients.iter().try_for_each(|client| client.install())
}

/// Runs all of them, also after a failure: each says something of its own.
fn run_against(clients: &[&Client], base_url: &str, documents: Option<&Documents>, counts: &mut Counts) -> Outcome {
    let mut failed = Vec::new();
    for client in clients {
        println!("-- {} against {base_url}", client.name);
        let mut program = client.program();
        if let Some(documents) = documents {
            documents.tell_client(&mut program);
        }
        let (status, found) = tool::count(program.env("BASE_URL", base_url))?;
        *counts += found;
        if !status.success() || found.passed == 0 {
            failed.push(client.name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::Failed(format!("clients that failed: {}", failed.join(", "))))
}

impl Client {
    fn folder(&self) -> PathBuf {
        tool::root().join("interop").join(self.folder)
    }

    /// Installs the pinned packages, unless exactly these are there already.
    fn install(&self) -> Outcome {
        let folder = self.folder();
        match self.runtime {
            Runtime::Bare => needs("node", "Node.js 20"),
            Runtime::Node => {
                needs("node", "Node.js 20")?;
                needs("npm", "npm")?;
                unless_stamped(&folder.join("package-lock.json"), &folder.join("node_modules/.installed"), || {
                    tool::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder))
                })
            }
            Runtime::Python(name) => {
                needs("python3", "Python 3.11")?;
                let environment = folder.join(".venv").join(name);
                let requirements = folder.join(format!("requirements-{name}.txt"));
                unless_stamped(&requirements, &environment.join(".installed"), || {
                    tool::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
                    let mut pip = Command::new(environment.join("bin/python"));
                    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
                    tool::run(pip.arg(&requirements))
                })
            }
        }
    }

    fn program(&self) -> Command {
        let folder = self.folder();
        let mut command = match self.runtime {
            Runtime::Node | Runtime::Bare => {
                let mut node = Command::new("node");
                node.arg("main.js");
                node
            }
            Runtime::Python(name) => {
                let mut python = Command::new(folder.join(".venv").join(name).join("bin/python"));
                python.arg("main.py");
                python
            }
        };
        command.current_dir(folder);
        command
    }
}

pub(crate) fn needs(program: &str, what: &str) -> Outcome {
    let mut command = Command::new(program);
    command.arg("--version");
    if tool::answers(command) {
        return Ok(());
    }
    Err(Failure::Failed(format!("`{program}` is not here: the third-party clients need {what}")))
}

/// Runs `install` unless `stamp` holds what `pinned` holds, and writes it down afterwards.
pub(crate) fn unless_stamped(pinned: &Path, stamp: &Path, install: impl FnOnce() -> Outcome) -> Outcome {
    let wanted = fs::read(pinned)?;
    if fs::read(stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    install()?;
    Ok(fs::write(stamp, wanted)?)
}

#[cfg(test)]
mod test {
    use super::{Arguments, CLIENTS, Failure, chosen, parse};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn clients_and_a_running_server_can_be_named() {
        let found = parse(&words("typescript --base-url http://localhost:3000")).expect("well formed");

        let expected = Arguments { names: words("typescript"), base_url: Some("http://localhost:3000".to_owned()) };
        assert_eq!(found, expected);
    }

    #[test]
    fn an_unknown_flag_is_a_usage_error() {
        assert!(matches!(parse(&words("--fast")), Err(Failure::Usage(_))));
    }

    #[test]
    fn an_unknown_client_is_a_usage_error_that_lists_the_known_ones() {
        let outcome = chosen(&words("ruby"));

        assert!(matches!(outcome, Err(Failure::Usage(message)) if message.contains("openid-client")));
    }

    #[test]
    fn without_names_every_client_runs() {
        assert_eq!(chosen(&[]).expect("no name is fine").len(), CLIENTS.len());
    }
}
