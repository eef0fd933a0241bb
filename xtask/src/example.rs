//! The example server, started as its README says, in a folder that is thrown away afterwards.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::documents::Documents;
use crate::tool::{self, Failure, Outcome};

/// The settings of the example and of its log: whoever starts us may have some.
pub(crate) const SETTINGS: [&str; 11] = [
    "LISTEN",
    "BASE_URL",
    "DATABASE_URL",
    "AUTH_SECRET",
    "AUTH_PREVIOUS_SECRETS",
    "TRUSTED_PROXIES",
    "SCHEMA",
    "RATE_LIMIT",
    "RUST_LOG",
    "CIMD_DEV_RESOLVE",
    "CIMD_DEV_CA",
];

pub(crate) const PACKAGE: &str = "mcp-server";
const START_WITHIN: Duration = Duration::from_mins(1);

/// A running example; it ends, and its folder goes, when this is dropped.
#[derive(Debug)]
pub(crate) struct Example {
    child: Child,
    folder: PathBuf,
    pub(crate) base_url: String,
    /// Where a client may serve the document that describes it.
    pub(crate) documents: Option<Documents>,
}

impl Example {
    /// Builds the example, starts it on a free port and waits until it answers.
    pub(crate) fn start() -> Result<Self, Failure> {
        tool::run(tool::cargo_at_root().args(["build", "--package", PACKAGE]))?;
        let folder = std::env::temp_dir().join(format!("auth-example-{}", std::process::id()));
        // What a run that was killed has left, under the same number, is somebody else's database.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let documents = Documents::made_in(&folder)?;
        let mut command = command(&folder, address)?;
        documents.tell_server(&mut command);
        let mut example = Self::of(command, &folder, address)?;
        example.documents = Some(documents);
        Ok(example)
    }

    /// Starts a program that is built already at an address, behind a URL of its own, with further settings.
    pub(crate) fn behind(
        base_url: &str,
        (program, folder): (&Path, &Path),
        address: SocketAddr,
        settings: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        fs::create_dir_all(folder)?;
        let mut command = without_settings(Command::new(program), folder);
        logged(&mut command, folder, address)?;
        command.env("BASE_URL", base_url).envs(settings.iter().copied());
        let mut example = Self::of(command, folder, address)?;
        base_url.clone_into(&mut example.base_url);
        Ok(example)
    }

    /// Ends it at once, as a machine does that fails.
    pub(crate) fn kill(&mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts a server with a command that writes to `log` in its folder, and waits until it answers.
    pub(crate) fn of(mut command: Command, folder: &Path, address: SocketAddr) -> Result<Self, Failure> {
        let mut example = Self {
            child: command.spawn()?,
            base_url: format!("http://localhost:{}", address.port()),
            folder: folder.to_owned(),
            documents: None,
        };
        example.wait_until_it_answers(address)?;
        Ok(example)
    }

    /// The last lines that the server wrote.
    pub(crate) fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(60);
        lines.into_iter().skip(from).collect::<Vec<_>>().join("\n")
    }

    fn wait_until_it_answers(&mut self, address: SocketAddr) -> Result<(), Failure> {
        let started = Instant::now();
        while started.elapsed() < START_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                return Err(Failure::Failed(format!("the server ended with {status}:\n{}", self.log())));
            }
            if discovery_answers(address) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(Failure::Failed(format!(
            "the server did not answer within {} seconds:\n{}",
            START_WITHIN.as_secs(),
            self.log()
        )))
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and what is left is a folder for temporary files.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// `cargo run -p mcp-server`, from the folder: the database and the secret that it makes land there.
fn command(folder: &Path, address: SocketAddr) -> Result<Command, Failure> {
    let mut command = in_folder(folder);
    logged(&mut command, folder, address)?;
    Ok(command)
}

fn logged(command: &mut Command, folder: &Path, address: SocketAddr) -> Outcome {
    let log = File::create(folder.join("log"))?;
    command.env("LISTEN", address.to_string()).env("RATE_LIMIT", "off");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(())
}

/// Builds the example with these features; where its program is.
pub(crate) fn built(features: &str) -> Result<PathBuf, Failure> {
    tool::run(tool::cargo_at_root().args(["build", "--package", PACKAGE, "--features", features]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tool::root().join("target"), PathBuf::from);
    Ok(target.join("debug").join(PACKAGE))
}

/// `cargo run -p mcp-server`, from a folder, and with nothing that the person at the terminal configured.
pub(crate) fn in_folder(folder: &Path) -> Command {
    let root = tool::root();
    let mut command = tool::cargo();
    command.arg("run").arg("--quiet").arg("--manifest-path").arg(root.join("Cargo.toml"));
    // Cargo reads its configuration from the working directory upwards, and that is elsewhere now.
    command.arg("--config").arg(root.join(".cargo/config.toml"));
    command.args(["--package", PACKAGE]);
    without_settings(command, folder)
}

fn without_settings(mut command: Command, folder: &Path) -> Command {
    command.current_dir(folder);
    for inherited in SETTINGS {
        command.env_remove(inherited);
    }
    command
}

fn discovery_answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let request = format!(
            "GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
            address.port()
        );
        stream.write_all(request.as_bytes())?;
        let mut status = [0_u8; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
