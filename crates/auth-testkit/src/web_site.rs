//! A web site of somebody else: https on this machine, under names of its own.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::serve::Listener;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

/// A web site of somebody else, which answers as a test says: 404 until it does.
///
/// It listens on this machine; a client that is to find it needs [`WebSite::entries`] and [`WebSite::root`].
#[derive(Clone)]
pub struct WebSite(Arc<Inner>);

struct Inner {
    hosts: Vec<String>,
    root: String,
    address: SocketAddr,
    pages: Arc<Pages>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Pages(Mutex<HashMap<String, (Answer, usize)>>);

/// Status, headers and body.
type Answer = (StatusCode, HeaderMap, Vec<u8>);

impl Drop for Inner {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for WebSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSite").field("hosts", &self.0.hosts).finish_non_exhaustive()
    }
}

impl WebSite {
    /// Starts a site under these names, with a certificate that a root of its own has signed.
    pub async fn at<const N: usize>(hosts: [&str; N]) -> Self {
        let hosts = hosts.map(str::to_owned).to_vec();
        let (root, tls) = certified(&hosts);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let pages = Arc::new(Pages::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&pages));
        let listener = TlsListener { listener, acceptor: TlsAcceptor::from(Arc::new(tls)) };
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.ok();
        });
        Self(Arc::new(Inner { hosts, root, address, pages, server }))
    }

    /// The names, each with where it leads: `host=127.0.0.1:port`, separated by commas.
    pub fn entries(&self) -> String {
        let entry = |host: &String| format!("{host}={}", self.0.address);
        self.0.hosts.iter().map(entry).collect::<Vec<_>>().join(",")
    }

    /// The root certificate, in PEM.
    pub fn root(&self) -> &str {
        &self.0.root
    }

    /// Says a JSON document at a path, which may be kept for so long: `max-age=60`.
    pub fn says(&self, path: &str, document: &Value, cache_control: &str) {
        let headers = [("content-type", "application/json"), ("cache-control", cache_control)];
        self.answers(path, StatusCode::OK, &headers, document.to_string());
    }

    /// Answers a path with anything.
    pub fn answers(&self, path: &str, status: StatusCode, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let header = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
        };
        let answer = (status, headers.iter().map(header).collect(), body.into());
        let mut pages = self.0.pages.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hits = pages.get(path).map_or(0, |(_, hits)| *hits);
        pages.insert(path.to_owned(), (answer, hits));
    }

    /// How often a path was asked for, under whatever name.
    pub fn hits(&self, path: &str) -> usize {
        let pages = self.0.pages.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.get(path).map_or(0, |(_, hits)| *hits)
    }
}

async fn answer(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    let missing = || ((StatusCode::NOT_FOUND, HeaderMap::new(), Vec::new()), 0);
    let mut pages = pages.0.lock().unwrap_or_else(PoisonError::into_inner);
    let (answer, hits) = pages.entry(request.uri().path().to_owned()).or_insert_with(missing);
    *hits += 1;
    let (status, headers, body) = answer.clone();
    (status, headers, [(header::CONNECTION, "close")], Body::from(body)).into_response()
}

/// A root certificate in PEM, and a server that has one signed by it.
fn certified(hosts: &[String]) -> (String, ServerConfig) {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root_key = KeyPair::generate().unwrap();
    let certificate = root.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root, root_key);
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(hosts).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .unwrap();
    (certificate.pem(), config)
}

struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.listener.accept().await else { continue };
            // Whoever does not trust the certificate goes away here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
