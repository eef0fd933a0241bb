//! Ten processes at once on an empty database.

use std::fs::{File, read_to_string};
use std::process::Stdio;

use futures::future::join_all;

use crate::{Server, folder};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_processes_that_start_at_once_one_applies_the_schema() {
    let folder = folder().await;
    let log = |number: usize| folder.path().join(format!("log-{number}"));

    let starts = (0..10).map(|number| {
        let file = File::create(log(number)).unwrap();
        Server::start_as(&folder, |command| command.env("RUST_LOG", "auth_core=info").stderr(Stdio::from(file)))
    });
    let servers = join_all(starts).await;

    let mut steps: Vec<usize> = (0..10).map(|number| steps_in(&read_to_string(log(number)).unwrap())).collect();
    steps.sort_unstable();
    assert!(steps.pop() > Some(0), "one did it all");
    assert_eq!(steps, [0; 9], "the others found nothing to do");
    for server in &servers {
        let keys = reqwest::get(server.url("/api/auth/jwks")).await.unwrap();
        assert_eq!(keys.status(), 200);
    }
}

/// How many steps a server says that it has applied.
fn steps_in(log: &str) -> usize {
    assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
    let line = log.lines().find(|line| line.contains("schema.applied")).unwrap();
    let (_, rest) = line.split_once("steps=").unwrap();
    rest.split(|byte: char| !byte.is_ascii_digit()).next().unwrap().parse().unwrap()
}
