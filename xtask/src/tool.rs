//! Starting other programs: cargo, the clients, the app.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use crate::counts::Counts;

/// Why a task did not finish.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense; answered with the usage and exit code 2.
    Usage(String),
    /// Something ran and failed; answered with the message and exit code 1.
    Failed(String),
    /// A program that we only stand in for ended with this code.
    Exit(u8),
}

pub(crate) type Outcome = Result<(), Failure>;

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that started us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The cargo that started us, at the workspace's root.
pub(crate) fn cargo_at_root() -> Command {
    let mut command = cargo();
    command.current_dir(root());
    command
}

/// Whether a program starts and answers well when asked for its version.
pub(crate) fn answers(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Whether cargo-nextest is installed.
pub(crate) fn has_nextest() -> bool {
    let mut command = cargo();
    command.args(["nextest", "--version"]);
    answers(command)
}

/// The packages a command of cargo is about: all of them, unless the arguments name some.
pub(crate) fn scope(arguments: &[String]) -> &'static [&'static str] {
    let names = |argument: &String| argument == "-p" || argument == "--package" || argument.starts_with("--package=");
    if arguments.iter().any(names) { &[] } else { &["--workspace"] }
}

/// Runs a program with our terminal and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = status(command)?;
    succeeded(command, status)
}

/// Runs a program with our terminal.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    command.status().map_err(|error| cannot_start(command, &error))
}

/// Runs a program for what it prints, and fails unless it succeeds; its complaints go to our terminal.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_start(command, &error))?;
    succeeded(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program, passes its output through line by line, and counts the tests it reports.
pub(crate) fn count(command: &mut Command) -> Result<(ExitStatus, Counts), Failure> {
    count_and(command, |_| ())
}

/// As [`count`], and shows each line of the output to somebody who looks for more.
pub(crate) fn count_and(
    command: &mut Command,
    mut also: impl FnMut(&str) + Send,
) -> Result<(ExitStatus, Counts), Failure> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(command, &error))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // nextest writes to one of them what cargo writes to the other.
    let also = std::sync::Mutex::new(&mut also as &mut (dyn FnMut(&str) + Send));
    let also = |line: &str| also.lock().unwrap_or_else(std::sync::PoisonError::into_inner)(line);
    let counts = thread::scope(|scope| {
        let beside =
            scope.spawn(|| stderr.map_or_else(Counts::default, |from| pass_through(from, std::io::stderr(), also)));
        let mut counts = stdout.map_or_else(Counts::default, |from| pass_through(from, std::io::stdout(), also));
        if let Ok(found) = beside.join() {
            counts += found;
        }
        counts
    });
    Ok((child.wait()?, counts))
}

/// Turns an exit status into an outcome that names the program.
pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Outcome {
    if status.success() { Ok(()) } else { Err(Failure::Failed(format!("{} ended with {status}", shown(command)))) }
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("cannot start {}: {error}", shown(command)))
}

fn pass_through(from: impl Read, mut to: impl Write, also: impl Fn(&str)) -> Counts {
    let mut counts = Counts::default();
    for line in BufReader::new(from).split(b'\n') {
        let Ok(line) = line else { break };
        // A closed terminal must not stop the count.
        let _ = to.write_all(&line).and_then(|()| to.write_all(b"\n"));
        let line = String::from_utf8_lossy(&line);
        if let Some(found) = Counts::read(&line) {
            counts += found;
        }
        also(&line);
    }
    counts
}
