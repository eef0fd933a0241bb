//! A place for a web site that serves metadata documents of clients: a certificate, and a port that is free.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::tool::{self, Failure};

/// The name of the site.
const HOST: &str = "client.example";

/// The place. A client serves there while it runs; the example believes the certificate for this name.
#[derive(Debug)]
pub(crate) struct Documents {
    folder: PathBuf,
    port: u16,
}

impl Documents {
    /// Makes a root certificate and one for the site that it has signed.
    pub(crate) fn made_in(folder: &Path) -> Result<Self, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        let root = ["-x509", "-days", "2", "-subj", "/CN=a root of its own", "-keyout", "root.key", "-out", "root.pem"];
        let authority = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"];
        openssl(folder, ["req"].iter().chain(&key).chain(&root).chain(&authority))?;
        let (subject, name) = (format!("/CN={HOST}"), format!("subjectAltName=DNS:{HOST}"));
        let site = ["-subj", &subject, "-addext", &name, "-keyout", "site.key", "-out", "site.csr"];
        openssl(folder, ["req"].iter().chain(&key).chain(&site))?;
        let signs = ["x509", "-req", "-in", "site.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"];
        openssl(folder, signs.iter().chain(&["-days", "2", "-copy_extensions", "copy", "-out", "site.pem"]))?;
        Ok(Self { folder: folder.to_owned(), port })
    }

    /// Tells a server where the site is, and which root it has.
    pub(crate) fn tell_server(&self, command: &mut Command) {
        command.env("CIMD_DEV_RESOLVE", format!("{HOST}=127.0.0.1:{}", self.port));
        command.env("CIMD_DEV_CA", self.folder.join("root.pem"));
    }

    /// Tells a client where it can serve.
    pub(crate) fn tell_client(&self, command: &mut Command) {
        command.env("DOCUMENTS_FOLDER", &self.folder).env("DOCUMENTS_PORT", self.port.to_string());
    }
}

fn openssl<'a>(folder: &Path, words: impl Iterator<Item = &'a &'a str>) -> Result<(), Failure> {
    let mut command = Command::new("openssl");
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    tool::run(&mut command)
}
