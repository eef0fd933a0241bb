//! The example, started as its README says, in a folder that is thrown away.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use url::Url;

use crate::sites::Sites;

const START_WITHIN: Duration = Duration::from_mins(1);

/// A running example. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    base: Url,
    folder: TempDir,
    // Killed when it is dropped.
    _child: Child,
}

impl Server {
    /// Starts it with every limit on, and lets it find these web sites.
    pub(crate) async fn started(program: &Path, sites: &Sites) -> anyhow::Result<Self> {
        let program = program.canonicalize().with_context(|| program.display().to_string())?;
        let folder = tempfile::tempdir()?;
        let roots = folder.path().join("roots.pem");
        fs::write(&roots, sites.roots())?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = File::create(folder.path().join("log"))?;
        let mut command = Command::new(program);
        command.env_clear().current_dir(folder.path()).kill_on_drop(true);
        command.env("LISTEN", format!("127.0.0.1:{port}"));
        command.env("CIMD_DEV_RESOLVE", sites.entries()).env("CIMD_DEV_CA", roots);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn()?;
        let server = Self { base: Url::parse(&format!("http://localhost:{port}"))?, folder, _child: child };
        timeout(START_WITHIN, server.answers()).await.with_context(|| format!("no answer:\n{}", server.log()))??;
        Ok(server)
    }

    pub(crate) fn url(&self, path: &str) -> anyhow::Result<Url> {
        Ok(self.base.join(path)?)
    }

    /// What it wrote.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    async fn answers(&self) -> anyhow::Result<()> {
        let url = self.url("/.well-known/oauth-authorization-server")?;
        while reqwest::get(url.clone()).await.is_err() {
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
}
