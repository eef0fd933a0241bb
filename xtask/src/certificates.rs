//! Certificates that are thrown away: a root of its own, and what it has signed.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::tool::{self, Failure};

/// Makes a root certificate in a folder: `root.pem` and `root.key`.
pub(crate) fn root(folder: &Path) -> Result<(), Failure> {
    let root = ["-x509", "-days", "2", "-subj", "/CN=a root of its own", "-keyout", "root.key", "-out", "root.pem"];
    let authority = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"];
    openssl(folder, ["req"].iter().chain(&KEY).chain(&root).chain(&authority))
}

/// Makes a certificate for a host that the root in the folder has signed: `site.pem` and `site.key`.
pub(crate) fn site(folder: &Path, host: &str) -> Result<(), Failure> {
    let (subject, name) = (format!("/CN={host}"), format!("subjectAltName=DNS:{host}"));
    let site = ["-subj", &subject, "-addext", &name, "-keyout", "site.key", "-out", "site.csr"];
    openssl(folder, ["req"].iter().chain(&KEY).chain(&site))?;
    let signs = ["x509", "-req", "-in", "site.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"];
    openssl(folder, signs.iter().chain(&["-days", "2", "-copy_extensions", "copy", "-out", "site.pem"]))
}

const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

fn openssl<'a>(folder: &Path, words: impl Iterator<Item = &'a &'a str>) -> Result<(), Failure> {
    let mut command = Command::new("openssl");
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    tool::run(&mut command)
}
