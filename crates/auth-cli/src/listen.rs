//! Listening, serving and stopping.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::watch;
use tower::ServiceExt as _;

/// How long a connection and a stop may take.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// How long the head of a request may take to arrive, and a connection may rest.
    header: Duration,
    /// How long requests may go on after the server was told to stop.
    grace: Duration,
}

/// The header bound also ends connections that rest, so it is longer than proxies keep theirs open:
/// 60 s is the common default, and the one who closes first must be the one who sends.
const BOUNDS: Bounds = Bounds { header: Duration::from_secs(75), grace: Duration::from_secs(10) };

/// How long to wait where no connection can be taken.
const BREATH: Duration = Duration::from_secs(1);

/// Binds an address: `listen("127.0.0.1:3000")`.
///
/// # Errors
/// [`io::Error`] whose one sentence names the address and what to do.
pub async fn listen(address: impl ToSocketAddrs + std::fmt::Display) -> io::Result<TcpListener> {
    let name = address.to_string();
    TcpListener::bind(address).await.map_err(|cause| {
        let sentence = match cause.kind() {
            io::ErrorKind::AddrInUse => {
                format!("{name} is in use; stop the program that listens there, or choose another port")
            }
            io::ErrorKind::PermissionDenied => {
                format!("{name} may not be listened on by this user; choose a port above 1023")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!("{name} is no address of this machine; choose one that is, such as 127.0.0.1:3000")
            }
            _ => format!("{name} cannot be listened on: {cause}"),
        };
        io::Error::new(cause.kind(), sentence)
    })
}

/// Serves until the process is told to stop, then lets open requests finish, for 10 s at most.
///
/// Handlers learn the address of their peer, which rate limits count by. A connection whose next
/// request has not begun with a whole head after 75 s is closed: longer than proxies keep theirs.
/// A second signal stops at once.
///
/// # Errors
/// None: what fails is one connection, and is logged. The type is that of `axum::serve`.
pub async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    serve_until(listener, router, shutdown_signal(), BOUNDS).await;
    Ok(())
}

/// Waits until the process is told to stop: Ctrl-C, or SIGTERM.
pub async fn shutdown_signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "interrupts.not_heard");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "termination.not_heard");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending::<()>().await;
}

async fn serve_until(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, bounds: Bounds) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.header);
    let told = watch::Sender::new(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stop => break,
        };
        tokio::spawn(converse(http.clone(), stream, answering(router.clone(), peer), told.subscribe()));
    }
    drop(listener);
    tracing::info!("server.stopping");
    told.send_replace(());
    let too_long = tokio::select! {
        () = told.closed() => false,
        () = tokio::time::sleep(bounds.grace) => true,
        () = shutdown_signal() => true,
    };
    if too_long {
        tracing::warn!("server.stopped_with_requests_open");
    }
}

/// Waits for the next connection. What goes wrong with one is no reason not to take the next.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        let error = match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => error,
        };
        if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
            // Most often too many files are open: some will be closed.
            tracing::warn!(%error, "connection.not_accepted");
            tokio::time::sleep(BREATH).await;
        }
    }
}

/// Lets handlers learn who asks.
fn answering(
    router: Router,
    peer: SocketAddr,
) -> impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> {
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    })
}

/// Answers the requests of one connection, until it ends or, once told, until the current one is
/// answered.
async fn converse(
    http: http1::Builder,
    stream: TcpStream,
    service: impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send>,
    mut told: watch::Receiver<()>,
) {
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = &mut connection => ended,
        _ = told.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection.failed");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    async fn asks(address: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    #[tokio::test]
    async fn a_busy_port_is_one_sentence_that_names_it() {
        let taken = listen("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();

        let error = listen(address).await.unwrap_err();

        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert!(error.to_string().starts_with(&format!("{address} is in use; ")));
    }

    #[tokio::test]
    async fn a_handler_learns_the_address_of_its_peer() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopping = async move { drop(stopped.await) };
        let server = tokio::spawn(serve_until(listener, router, stopping, BOUNDS));

        let mut stream = asks(address, "/").await;
        let peer = stream.local_addr().unwrap().to_string();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        drop(stop);

        assert!(answer.ends_with(&peer), "{answer}");
        server.await.unwrap();
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_keep_the_server() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (arrived, arrival) = oneshot::channel::<()>();
        let arrived = std::sync::Mutex::new(Some(arrived));
        let arrived = std::sync::Arc::new(arrived);
        let endless = get(move || {
            drop(arrived.lock().unwrap().take());
            std::future::pending::<()>()
        });
        let router = Router::new().route("/", endless);
        let stopping = async move { drop(arrival.await) };

        let server = serve_until(listener, router, stopping, Bounds { grace: SOON, ..BOUNDS });
        let ((), _stream) = tokio::join!(server, asks(address, "/"));
    }

    #[tokio::test]
    async fn a_request_that_is_being_answered_is_answered_to_its_end() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (arrived, arrival) = oneshot::channel::<()>();
        let arrived = std::sync::Arc::new(std::sync::Mutex::new(Some(arrived)));
        let slow = get(async move || {
            drop(arrived.lock().unwrap().take());
            tokio::time::sleep(SOON).await;
            "done"
        });
        let stopping = async move { drop(arrival.await) };

        let server = serve_until(listener, Router::new().route("/", slow), stopping, BOUNDS);
        let ((), mut stream) = tokio::join!(server, asks(address, "/"));

        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
    }

    #[tokio::test]
    async fn half_a_header_does_not_keep_a_connection() {
        let listener = listen("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds { header: SOON, ..BOUNDS };
        let (stop, stopped) = oneshot::channel::<()>();
        let stopping = async move { drop(stopped.await) };
        let router = Router::new().route("/", get(async || "answered"));
        let server = tokio::spawn(serve_until(listener, router, stopping, bounds));

        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: loc").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();

        assert!(!answer.contains("answered"), "{answer}");
        drop(stop);
        server.await.unwrap();
    }
}
