//! Listening, serving and stopping.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::oneshot;

/// How long requests may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

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
/// Handlers learn the address of their peer, which rate limits count by. A second signal stops
/// at once.
///
/// # Errors
/// [`io::Error`] when the socket fails.
pub async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    serve_until(listener, router, shutdown_signal(), GRACE).await
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

async fn serve_until(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    let (told, stopping) = oneshot::channel();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        stop.await;
        tracing::info!("server.stopping");
        // Nobody listens only when the server is gone already.
        let _ = told.send(());
    });
    let too_long = async {
        if stopping.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::select! {
            () = tokio::time::sleep(grace) => {}
            () = shutdown_signal() => {}
        }
    };
    tokio::select! {
        end = std::future::IntoFuture::into_future(server) => end,
        () = too_long => {
            tracing::warn!("server.stopped_with_requests_open");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

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
        let server = tokio::spawn(serve_until(listener, router, stopping, GRACE));

        let mut stream = asks(address, "/").await;
        let peer = stream.local_addr().unwrap().to_string();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        drop(stop);

        assert!(answer.ends_with(&peer), "{answer}");
        server.await.unwrap().unwrap();
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

        let server = serve_until(listener, router, stopping, Duration::from_millis(20));
        let (end, _stream) = tokio::join!(server, asks(address, "/"));

        end.unwrap();
    }
}
