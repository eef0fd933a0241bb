//! A server that is as it should be.

use auth_doctor::Step;

use crate::deployment::{behind, clients, examined};

#[tokio::test]
async fn every_client_finds_its_way_through_a_sound_server() {
    let server = behind(|request, next| next.run(request)).await;

    let found = examined(&server.url, &[]).await;

    assert!(found.is_sound(), "{found}");
    for client in clients() {
        let reports: Vec<_> = found.reports.iter().filter(|report| report.client.starts_with(&client.name)).collect();
        assert!(!reports.is_empty(), "{}", client.name);
        assert!(reports.iter().all(|report| report.outcome(Step::Call).is_some()), "{found}");
    }
}

#[tokio::test]
async fn whoever_looks_leaves_no_client_behind() {
    let server = behind(|request, next| next.run(request)).await;
    let before = server.count_of_clients().await;

    examined(&server.url, &["cursor", "specification"]).await;

    assert_eq!(server.count_of_clients().await, before);
}
