//! nginx and Caddy, run with the file of a recipe.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::place::{self, HOST, Place};
use super::text;
use crate::databases;
use crate::tool::{self, Failure};

/// Where the servers of every recipe are, the first and the second.
const SERVERS: [&str; 2] = ["127.0.0.1:3000", "127.0.0.1:3001"];
/// Requests, each with who answered it.
const REQUESTS: &str = "requests";
const START_WITHIN: Duration = Duration::from_secs(20);

/// A file that a proxy is run with.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    pub(super) file: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nginx,
    Caddy,
}

/// A proxy that runs; it ends when this is dropped.
pub(super) struct Proxy {
    child: Child,
    folder: PathBuf,
    /// The URL of what is behind it.
    pub(super) base_url: String,
}

impl Proxy {
    /// Runs a recipe in front of servers at these addresses, and waits until it takes connections.
    pub(super) fn start(
        recipe: &Recipe,
        folder: &Path,
        place: &Place,
        servers: &[SocketAddr],
    ) -> Result<Self, Failure> {
        let address = place::address()?;
        let port = address.port();
        let mut written = text(recipe.file)?;
        for (usual, server) in SERVERS.iter().zip(servers) {
            written = put(&written, usual, &server.to_string(), recipe.file)?;
        }
        let mut command = match recipe.kind {
            Kind::Nginx => nginx(&written, (folder, place), port, recipe.file)?,
            Kind::Caddy => caddy(&written, (folder, place), port)?,
        };
        let log = fs::File::create(folder.join("log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().map_err(|error| {
            let program = tool::shown(&command);
            Failure::Failed(format!("cannot start {program}: {error}; install the packages `nginx` and `caddy`"))
        })?;
        let mut proxy = Self { child, folder: folder.to_owned(), base_url: format!("https://{HOST}:{port}") };
        proxy.wait(address)?;
        Ok(proxy)
    }

    /// What it complained of.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// How many requests a server has answered, of those that nginx passed on.
    pub(super) fn answered_by(&self, server: SocketAddr) -> usize {
        let requests = fs::read_to_string(self.folder.join(REQUESTS)).unwrap_or_default();
        // Where one could not be reached, the one that answered comes last.
        requests.lines().filter(|line| line.ends_with(&format!(" {server}"))).count()
    }

    fn wait(&mut self, address: SocketAddr) -> Result<(), Failure> {
        let started = Instant::now();
        while started.elapsed() < START_WITHIN {
            if let Some(status) = self.child.try_wait()? {
                return Err(Failure::Failed(format!("the proxy ended with {status}:\n{}", self.log())));
            }
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::Failed(format!("the proxy does not come up:\n{}", self.log())))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Nothing can be done about a failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// nginx, with what a distribution has around the file: one process, so that it ends with us.
fn nginx(recipe: &str, (folder, place): (&Path, &Place), port: u16, file: &str) -> Result<Command, Failure> {
    let mut site = put(recipe, "listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"), file)?;
    for (usual, name) in [("/etc/ssl/mcp.example.com.pem", "site.pem"), ("/etc/ssl/mcp.example.com.key", "site.key")] {
        site = put(&site, usual, &place.file(name), file)?;
    }
    fs::write(folder.join("site.conf"), site)?;
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String = kinds.map(|kind| format!("    {kind}_temp_path {kind};\n")).concat();
    let around = format!(
        "daemon off;\nmaster_process off;\npid pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{temporary}    \
         log_format answered '$request_method $uri $status $upstream_addr';\n    access_log {REQUESTS} answered;\n    \
         include site.conf;\n}}\n"
    );
    fs::write(folder.join("nginx.conf"), around)?;
    // Debian keeps it out of the path of those who are not root.
    let found = databases::program(&["nginx"], &[PathBuf::from("/usr/sbin")]);
    let mut command = Command::new(found.unwrap_or_else(|| PathBuf::from("nginx")));
    command.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "stderr"]);
    Ok(command)
}

/// Caddy, which makes certificates by itself, by our root here.
fn caddy(recipe: &str, (folder, place): (&Path, &Place), port: u16) -> Result<Command, Failure> {
    let (root, key) = (place.file("root.pem"), place.file("root.key"));
    let around = format!(
        "{{\n    admin off\n    https_port {port}\n    auto_https disable_redirects\n    local_certs\n    \
         skip_install_trust\n    pki {{\n        ca local {{\n            root {{\n                cert {root}\n                \
         key {key}\n            }}\n        }}\n    }}\n}}\n\n"
    );
    fs::write(folder.join("Caddyfile"), around + recipe)?;
    let mut command = Command::new("caddy");
    command.args(["run", "--config", "Caddyfile", "--adapter", "caddyfile"]).current_dir(folder);
    command.env("HOME", folder).env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder);
    Ok(command)
}

/// A recipe with what belongs to this machine in the place of what belongs to a reader's.
fn put(recipe: &str, usual: &str, here: &str, file: &str) -> Result<String, Failure> {
    if recipe.contains(usual) {
        return Ok(recipe.replace(usual, here));
    }
    Err(Failure::Failed(format!("{file} no longer says `{usual}`")))
}

#[cfg(test)]
mod test {
    use super::{Failure, put};

    #[test]
    fn what_is_put_in_place_has_to_be_there() {
        assert_eq!(put("a 1 b 1", "1", "2", "f").expect("it is there"), "a 2 b 2");
        assert!(matches!(put("a", "1", "2", "f"), Err(Failure::Failed(message)) if message == "f no longer says `1`"));
    }
}
