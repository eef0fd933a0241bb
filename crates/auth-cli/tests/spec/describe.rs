//! `openapi` and `routes`: what the app answers to.

use auth_cli::Exit;

use crate::app::Place;

#[test]
fn the_description_covers_plugins_and_needs_neither_database_nor_secret() {
    let place = Place::new();

    let written = place.runs("openapi");

    assert_eq!(written.exit, Exit::Done, "{}", written.err);
    let openapi: serde_json::Value = serde_json::from_str(&written.out).unwrap();
    assert!(openapi["paths"]["/api/auth/notes"]["get"].is_object());
    assert!(openapi["paths"]["/api/auth/get-session"]["get"].is_object());
    let path = place.path("openapi.json");
    place.runs(&format!("openapi --output {path}"));
    assert_eq!(std::fs::read_to_string(path).unwrap(), written.out);
}

#[test]
fn routes_are_listed_one_a_line() {
    let listed = Place::new().runs("routes --hooks");

    assert_eq!(listed.exit, Exit::Done);
    let line = listed.out.lines().find(|line| line.contains("/api/auth/notes"));
    let words: Vec<&str> = line.unwrap().split_whitespace().collect();
    assert_eq!(words, ["GET", "/api/auth/notes", "Lists", "notes."]);
}
