//! The app secret of a server on this machine: made once, kept in a private file.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use auth_core::{Random as _, SystemRandom};

/// Where the secret is kept. Git ignores it.
pub(crate) const FILE: &str = ".auth-secret";

/// Reads the kept secret, or draws one and keeps it where only this account can read it.
///
/// The file appears with its content or not at all, so that of two servers that start at once both
/// use the same secret.
pub(crate) fn kept(path: &Path) -> Result<String, String> {
    match keep_new(path) {
        Ok(secret) => Ok(secret),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path)
            .map_err(|error| format!("the secret file {} cannot be read: {error}; set AUTH_SECRET", path.display())),
        Err(error) => Err(format!("the secret file {} cannot be made: {error}; set AUTH_SECRET", path.display())),
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    Ok(std::fs::read_to_string(path)?.trim().to_owned())
}

fn keep_new(path: &Path) -> std::io::Result<String> {
    if path.exists() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let secret = draw()?;
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let kept = write_private(&draft, &secret).and_then(|()| std::fs::hard_link(&draft, path));
    let tidied = std::fs::remove_file(&draft);
    kept.and(tidied).map(|()| secret)
}

fn write_private(path: &Path, secret: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}

fn draw() -> std::io::Result<String> {
    let mut bytes = [0_u8; 32];
    SystemRandom.fill(&mut bytes).map_err(std::io::Error::other)?;
    Ok(bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}
