//! The folder in which the page is followed, and the shells in it.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::steps::{LOCK, Step, Steps, flat};
use crate::example::SETTINGS;
use crate::tool::{self, Failure, Outcome};

/// An empty folder outside of the workspace; it goes when this is dropped. A checkout has always the same one, so that
/// what is built in it takes the place of what was.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new() -> Result<Self, Failure> {
        let mut hasher = DefaultHasher::new();
        tool::root().hash(&mut hasher);
        let folder = Self { path: std::env::temp_dir().join(format!("auth-guide-{:016x}", hasher.finish())) };
        folder.remove()?;
        fs::create_dir_all(folder.path.join("page-files"))?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn remove(&self) -> Outcome {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Puts the page's files where the script finds them, and beside them what makes a build reuse the workspace's:
    /// the versions it locks, and its profile.
    pub(super) fn prepare(&self, steps: &Steps) -> Outcome {
        for step in &steps.first {
            if let Step::File { name, text } = step {
                fs::write(self.path.join("page-files").join(flat(name)), text)?;
            }
        }
        fs::copy(tool::root().join(LOCK), self.path.join("page-files").join(LOCK))?;
        let manifest = fs::read_to_string(tool::root().join("Cargo.toml"))?;
        fs::create_dir_all(self.path.join(".cargo"))?;
        fs::write(self.path.join(".cargo/config.toml"), profile(&manifest))?;
        fs::write(self.path.join(".curlrc"), "silent\nshow-error\n")?;
        Ok(())
    }

    /// A shell in the folder, with nothing that the person at the terminal configured.
    pub(super) fn shell(&self, script: &str) -> Command {
        let target = tool::root().join("target");
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]).current_dir(&self.path);
        command.env("PAGE_FILES", self.path.join("page-files"));
        command.env("CARGO_TARGET_DIR", target.join("guide")).env("CARGO_BUILD_BUILD_DIR", target);
        // The workspace has fetched all of it.
        command.env("CARGO_NET_OFFLINE", "true").env("CURL_HOME", &self.path);
        for inherited in SETTINGS {
            command.env_remove(inherited);
        }
        command
    }

    /// The command that starts the server at an address, with its words in a file.
    pub(super) fn starts(&self, steps: &Steps, address: SocketAddr) -> Result<Command, Failure> {
        let log = File::create(self.path.join("log"))?;
        let mut command = self.shell(&steps.start());
        command.env("LISTEN", address.to_string()).env("BASE_URL", format!("http://localhost:{}", address.port()));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is a folder for temporary files.
        let _ = self.remove();
    }
}

/// The sections of a manifest that say how to build for development.
fn profile(manifest: &str) -> String {
    let mut inside = false;
    let kept = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            inside = line.starts_with("[profile.dev");
        }
        inside
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod test {
    use super::profile;

    #[test]
    fn the_profile_of_development_is_taken_out_of_a_manifest() {
        let manifest =
            "[a]\nb = 1\n[profile.dev]\ndebug = 1\n[profile.dev.package]\nc = 2\n[profile.release]\nlto = true\n";

        assert_eq!(profile(manifest), "[profile.dev]\ndebug = 1\n[profile.dev.package]\nc = 2\n");
    }
}
