//! The page, and its blocks.

use std::path::Path;

use auth_testkit::backend;
use sea_orm::DbBackend;

use super::Case;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/migrations.md");

/// Demands that the page shows this, if the page's example is from the database the tests run on.
pub(super) fn holds(kind: &str, case: &Case, said: &str) {
    let name = case.name;
    let Some(from) = case.on.first().filter(|from| **from == backend()) else { return };
    let database = match from {
        DbBackend::Postgres => "PostgreSQL",
        DbBackend::MySql => "MariaDB",
        _ => "SQLite",
    };
    let mark = format!("<!-- {kind} {name}, {database} -->\n\n```text\n");
    let page = std::fs::read_to_string(Path::new(PAGE)).unwrap();
    let (before, rest) = page.split_once(&mark).unwrap_or_else(|| panic!("the page has no {mark}{said}"));
    let (shown, after) = rest.split_once("```\n").unwrap();
    if shown != said && updates() {
        std::fs::write(PAGE, format!("{before}{mark}{said}```\n{after}")).unwrap();
        return;
    }
    assert_eq!(shown, said, "{name}: docs/reference/migrations.md is stale; write it with AUTH_UPDATE_PAGE=1");
}

#[expect(clippy::disallowed_methods, reason = "a test has no `main.rs` that could hand the setting on")]
fn updates() -> bool {
    std::env::var("AUTH_UPDATE_PAGE").is_ok_and(|value| value == "1")
}
