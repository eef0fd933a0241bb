//! The app secret of a server on this machine: made once, kept in a private file.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use auth_core::{Random as _, SystemRandom};

/// Where the secret is kept. Git ignores it.
pub(crate) const FILE: &str = ".auth-secret";

/// Reads the kept secret, or draws one and keeps it where only this account can read it.
pub(crate) fn kept(path: &Path) -> Result<String, String> {
    match create_new(path) {
        Ok(file) => write(file).map_err(|error| format!("the secret file {} cannot be written: {error}", path.display())),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let mut secret = String::new();
            let read = File::open(path).and_then(|mut file| file.read_to_string(&mut secret));
            read.map_err(|error| format!("the secret file {} cannot be read: {error}", path.display()))?;
            Ok(secret.trim().to_owned())
        }
        Err(error) => Err(format!("the secret file {} cannot be made: {error}; set AUTH_SECRET", path.display())),
    }
}

fn create_new(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write(mut file: File) -> std::io::Result<String> {
    let mut bytes = [0_u8; 32];
    SystemRandom.fill(&mut bytes).map_err(std::io::Error::other)?;
    let secret = bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    Ok(secret)
}
