//! A private server that is gone, with its data, when we are: however we end.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::account::Account;
use crate::tool::{self, Failure};

/// A shell between us and the server. It waits for its input to end, which happens when we do, also
/// by Ctrl-C or a kill; then it ends the server and removes the folder.
const KEEPER: &str = r#"
    folder=$1 signal=$2; shift 2
    "$@" >"$folder/log" 2>&1 </dev/null & server=$!
    trap '' INT TERM HUP
    read -r _
    kill -s "$signal" "$server"
    wait "$server"
    rm -rf "$folder"
"#;

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server that runs. It is ended when this is dropped.
pub(crate) struct Server {
    /// Where tests make their databases.
    pub(crate) url: String,
    keeper: Child,
    ends: Option<ChildStdin>,
}

/// How a server is started and ended.
pub(super) struct Plan {
    pub(super) url: String,
    pub(super) account: Account,
    pub(super) folder: PathBuf,
    pub(super) command: Command,
    /// The signal on which it ends without waiting for those who are connected.
    pub(super) signal: &'static str,
    /// What its log says when it is ready.
    pub(super) ready: &'static str,
}

impl Server {
    /// Starts a server, and waits until it is ready.
    pub(super) fn start(plan: Plan) -> Result<Self, Failure> {
        let Plan { url, account, folder, command, signal, ready } = plan;
        let mut shell = Command::new("sh");
        shell.args(["-c", KEEPER, "keeper"]).arg(&folder).arg(signal);
        shell.arg(command.get_program()).args(command.get_args());
        account.runs(shell.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::null()));
        let mut keeper = shell.spawn()?;
        let ends = keeper.stdin.take();
        let server = Self { url, keeper, ends };
        wait(&folder.join("log"), ready).map_err(|log| {
            let program = tool::shown(&command);
            Failure::Failed(format!("{program} does not come up:\n{log}"))
        })?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.ends.take());
        let _ = self.keeper.wait();
    }
}

/// Waits until a log says that the server is ready. What it said else, where it does not.
fn wait(log: &Path, ready: &str) -> Result<(), String> {
    let started = Instant::now();
    loop {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        if text.contains(ready) {
            return Ok(());
        }
        let has_failed = ["FATAL:", "Aborting", "not found"].iter().any(|word| text.contains(word));
        if has_failed || started.elapsed() > PATIENCE {
            return Err(text);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
