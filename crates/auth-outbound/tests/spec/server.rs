//! A loopback server that counts who comes by.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use auth_outbound::{Lookup, Outbound, OutboundOptions};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use url::Url;

/// A server on a free loopback port.
pub(crate) struct Server {
    address: SocketAddr,
    hits: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) async fn of(router: Router) -> Self {
        let hits = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&hits);
        let router = router.layer(from_fn(move |request: Request, next: Next| {
            counter.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, hits }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The same server under another name.
    pub(crate) fn url_at(&self, host: &str, path: &str) -> Url {
        Url::parse(&format!("http://{host}:{}{path}", self.address.port())).unwrap()
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::Relaxed)
    }
}

/// Answers one question after the other, whatever the name; the last answer stays. Counts the questions.
#[derive(Clone)]
pub(crate) struct Answers {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
}

impl Answers {
    pub(crate) fn with(addresses: &[&str]) -> Self {
        Self::in_turn(&[addresses])
    }

    pub(crate) fn in_turn(answers: &[&[&str]]) -> Self {
        let parsed = |addresses: &&[&str]| addresses.iter().map(|address| address.parse().unwrap()).collect();
        Self { answers: answers.iter().map(parsed).collect(), asked: Arc::default() }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Lookup for Answers {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone())
    }
}

/// A port that answers every request with the same bytes again and again, until nobody listens.
pub(crate) async fn babbling(head: &'static [u8], again: &'static [u8]) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/jwks", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let asked = socket.read(&mut [0; 1024]).await;
            assert!(asked.is_ok_and(|bytes| bytes > 0), "nobody asked");
            socket.write_all(head).await.ok();
            while socket.write_all(again).await.is_ok() {}
        }
    });
    url
}

/// A client for development, which may reach the server above.
pub(crate) fn outbound() -> Outbound {
    Outbound::new(OutboundOptions::new().allow_loopback()).unwrap()
}
