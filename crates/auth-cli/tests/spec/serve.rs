//! `serve`: build, then the app's own function.

use auth_cli::Exit;

use crate::app::{Place, SECRET};

#[test]
fn a_database_that_lacks_something_stops_the_start_and_says_what_to_run() {
    let refused = Place::new().runs(&format!("--secret {SECRET}"));

    assert_eq!(refused.exit, Exit::Failed);
    assert!(refused.err.contains("migrate") && refused.err.contains("\"note\""));
}

#[test]
fn a_missing_secret_is_a_complaint_of_serve_only() {
    let place = Place::new();

    let refused = place.runs("serve");

    assert_eq!(refused.exit, Exit::Failed);
    assert!(refused.err.contains("AUTH_SECRET"), "{}", refused.err);
    assert_eq!(place.runs("migrate --yes").exit, Exit::Done);
}

#[test]
fn the_app_runs_and_its_failure_is_told() {
    let place = Place::new();
    place.runs("migrate --yes");

    let ran = place.runs(&format!("--secret {SECRET} serve"));

    assert_eq!(ran.exit, Exit::Failed);
    assert_eq!(ran.err, "error: the app ran\n");
}
