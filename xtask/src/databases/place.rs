//! Where a server of our own keeps its data, and where programs are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use crate::tool::{self, Failure};

/// Memory as a folder. A server waits for the disk at every table that is made or dropped, however it
/// is told not to.
const MEMORY: &str = "/dev/shm";

/// What two servers take at most, in KiB.
const ENOUGH: u64 = 2 << 20;

/// Makes an empty folder that belongs to an account: in memory where there is room, else in the
/// folder of temporary files.
pub(super) fn folder(name: &str, account: Account) -> Result<PathBuf, Failure> {
    let base = if free(MEMORY) >= ENOUGH { PathBuf::from(MEMORY) } else { std::env::temp_dir() };
    let folder = base.join(format!("auth-test-{}-{name}", std::process::id()));
    std::fs::create_dir(&folder)?;
    account.owns(&folder)?;
    Ok(folder)
}

/// Lets a program fill a folder, and removes the folder where it fails.
pub(super) fn fill(folder: &Path, account: Account, make: &mut Command) -> Result<(), Failure> {
    let outcome = tool::run(account.runs(make.current_dir(folder).stdout(Stdio::null())));
    if outcome.is_err() {
        std::fs::remove_dir_all(folder)?;
    }
    outcome
}

/// How much is free in a folder, in KiB. Nothing where there is no such folder.
fn free(folder: &str) -> u64 {
    let asked = Command::new("df").args(["-Pk", folder]).stderr(Stdio::null()).output();
    let told = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let line = told.lines().last().unwrap_or_default();
    line.split_whitespace().nth(3).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A port nobody listens on.
pub(super) fn port() -> Result<u16, Failure> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The first of these programs there is, in the path of the shell or in further folders.
pub(crate) fn program(names: &[&str], further: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(further.iter().cloned()).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// The folders in a folder, those with the highest number first.
pub(super) fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    found.sort_by_key(|path| std::cmp::Reverse(number(path)));
    found
}
