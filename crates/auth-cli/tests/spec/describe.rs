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

#[test]
fn the_references_of_errors_and_commands_are_pages() {
    let place = Place::new();

    let errors = place.runs("errors");
    let cli = place.runs("cli");

    assert_eq!((errors.exit, cli.exit), (Exit::Done, Exit::Done));
    assert!(errors.out.starts_with("# Errors\n") && errors.out.contains("\n## notes\n"), "{}", errors.out);
    assert!(
        errors.out.contains("| `NOTES_ARE_GONE` | 410 | The notes are gone | `/api/auth/notes` |\n"),
        "{}",
        errors.out
    );
    assert!(cli.out.starts_with("# Command line\n") && cli.out.contains("\n## migrate\n"), "{}", cli.out);
    assert!(cli.out.contains("| `--yes` |  |  | Applies without asking |\n"), "{}", cli.out);
    assert!(cli.out.contains("| `--database-url URL`\\* | `DATABASE_URL` |  |"), "{}", cli.out);
    assert!(!cli.out.contains(&place.url()), "no value of the environment");
}

#[test]
fn hooks_are_listed_with_when_where_and_whose() {
    let listed = Place::new().runs("routes --hooks");

    let (_, hooks) = listed.out.split_once("\n\n").unwrap();
    let words: Vec<Vec<&str>> = hooks.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        words,
        [
            vec!["after", "/notes", "notes"],
            vec!["in", "transaction", "user.created", "notes"],
            vec!["after", "commit", "session.issued", "notes"],
        ]
    );
}
