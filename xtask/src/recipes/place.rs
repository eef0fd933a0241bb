//! Where recipes are followed: a folder that goes, with a certificate for the host that they name.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificates;
use crate::tool::{self, Failure};

/// The host of every recipe.
pub(super) const HOST: &str = "mcp.example.com";
/// The secret of every server.
pub(super) const SECRET: &str = "a-secret-of-a-server-that-is-thrown-away";

/// A folder, and the program of the example; the folder goes when this is dropped.
pub(super) struct Place {
    path: PathBuf,
    pub(super) program: PathBuf,
}

impl Place {
    pub(super) fn new(program: PathBuf) -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("auth-recipes-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path)?;
        let place = Self { path, program };
        certificates::root(&place.path)?;
        certificates::site(&place.path, HOST)?;
        Ok(place)
    }

    /// The root certificate.
    pub(super) fn root(&self) -> PathBuf {
        self.path.join("root.pem")
    }

    /// A file of the certificates.
    pub(super) fn file(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    /// A folder in it.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.path.join(name);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Writes down which routes the example has; the file.
    pub(super) fn routes(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let file = folder.join("routes.txt");
        fs::write(&file, tool::output(Command::new(&self.program).arg("routes").current_dir(folder))?)?;
        Ok(file)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left is a folder for temporary files.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// An address nobody listens at.
pub(super) fn address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
