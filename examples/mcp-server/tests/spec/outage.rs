//! A database server that is cut off for a while, and comes back.

use std::net::SocketAddr;

use auth_testkit::runs_on;
use reqwest::{Client, Response, StatusCode, Url};
use sea_orm::DbBackend;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::{Server, folder};

/// How many connections a server has at most.
const CONNECTIONS: usize = 8;

/// A way to a database that can be cut.
struct Way {
    own: SocketAddr,
    to: String,
    open: Option<JoinSet<()>>,
}

impl Way {
    async fn to(database: &Url) -> Self {
        let to = format!("{}:{}", database.host_str().unwrap(), database.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut way = Self { own: listener.local_addr().unwrap(), to, open: None };
        way.serves(listener);
        way
    }

    fn serves(&mut self, listener: TcpListener) {
        let (to, mut open) = (self.to.clone(), JoinSet::new());
        open.spawn(async move {
            // Those that are on their way end with this one.
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let to = to.clone();
                connections.spawn(async move {
                    let mut far = TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        self.open = Some(open);
    }

    async fn is_cut(&mut self) {
        self.open.take().unwrap().shutdown().await;
    }

    async fn is_mended(&mut self) {
        self.serves(TcpListener::bind(self.own).await.unwrap());
    }
}

async fn signs_in(server: &Server) -> Response {
    let person = json!({ "email": "alice@example.com", "password": "correct horse battery" });
    Client::new().post(server.url("/api/auth/sign-in/email")).json(&person).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_database_was_cut_off_goes_on_without_a_restart() {
    if !runs_on(&[DbBackend::Postgres, DbBackend::MySql], "nothing lies between a server and its file") {
        return;
    }
    let folder = folder().await;
    let mut database = Url::parse(&folder.database_url()).unwrap();
    let mut way = Way::to(&database).await;
    database.set_host(Some("127.0.0.1")).unwrap();
    database.set_port(Some(way.own.port())).unwrap();
    let server = Server::start_as(&folder, |command| command.env("DATABASE_URL", database.as_str())).await;
    let person = json!({ "name": "Alice", "email": "alice@example.com", "password": "correct horse battery" });
    let signed_up = Client::new().post(server.url("/api/auth/sign-up/email")).json(&person).send().await.unwrap();
    assert_eq!(signed_up.status(), StatusCode::OK);

    way.is_cut().await;
    let refused = signs_in(&server).await;
    way.is_mended().await;

    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "5");
    // A connection that is younger than a second is not asked whether it still is one.
    for _ in 0..CONNECTIONS {
        if signs_in(&server).await.status() == StatusCode::OK {
            return;
        }
    }
    panic!("the server does not find its database again");
}
