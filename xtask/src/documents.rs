//! A place for a web site that serves metadata documents of clients: a certificate, and a port that is free.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificates;
use crate::tool::Failure;

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
        certificates::root(folder)?;
        certificates::site(folder, HOST)?;
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
