//! `generate`: the schema as a file.

use auth_cli::Exit;
use sea_orm::ConnectionTrait as _;

use crate::app::Place;

#[test]
fn every_database_has_its_own_sql() {
    let place = Place::new();

    for (backend, quoted) in [("sqlite", "\"note\""), ("postgres", "\"note\""), ("mysql", "`note`")] {
        let written = place.runs(&format!("generate --backend {backend}"));

        assert_eq!(written.exit, Exit::Done, "{}", written.err);
        assert!(written.out.contains(quoted), "{backend}: {}", written.out);
        assert!(written.out.contains("-- notes: note"), "{}", written.out);
        assert_eq!(written.err, "");
    }
}

#[test]
fn sea_orm_is_one_file_for_all_databases() {
    let written = Place::new().runs("generate --format sea-orm");

    assert!(written.out.contains("impl MigrationTrait for Migration"));
    assert!(written.out.contains("const POSTGRES"));
}

#[test]
fn entities_are_one_file_with_a_module_for_each_table() {
    let written = Place::new().runs("generate --format entities");

    for module in
        ["/// The table `user` of `core`.\npub mod user {", "/// The table `note` of `notes`.\npub mod note {"]
    {
        assert!(written.out.contains(module), "{}", written.out);
    }
}

#[test]
fn people_get_the_schema_as_a_page_with_a_diagram() {
    let written = Place::new().runs("generate --format docs");

    assert!(written.out.starts_with("# Schema\n"), "{}", written.out);
    assert!(written.out.contains("```mermaid\nerDiagram\n"));
    assert!(written.out.contains("    \"user\" ||--o{ \"session\" : userId\n"));
    assert!(written.out.contains("| `userId` | id |  |  | [`user.id`](#user), on delete cascade | core |\n"));
    let (_, note) = written.out.split_once("## note\n").unwrap();
    assert_eq!(
        note,
        "\nOf `notes`.\n\n\
         | column | type | null | default | points to | plugin |\n| --- | --- | --- | --- | --- | --- |\n\
         | `id` | id |  |  |  | notes |\n| `text` | text |  |  |  | notes |\n\n- key (id)\n"
    );
}

#[test]
fn it_needs_no_database_and_writes_the_same_again() {
    let place = Place::new();

    let first = place.runs("generate --database-url postgres://127.0.0.1:1/nowhere");
    let second = place.runs("generate");
    let third = place.runs("generate --from-empty");

    assert_eq!(first.exit, Exit::Done);
    assert_eq!((&second.out, &third.out), (&first.out, &first.out));
}

#[test]
fn a_file_is_written_where_one_is_named() {
    let place = Place::new();
    let path = place.path("schema.sql");

    let written = place.runs(&format!("generate --output {path}"));

    assert_eq!((written.exit, written.out.as_str()), (Exit::Done, ""));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), place.runs("generate").out);
    let failed = place.runs(&format!("generate --output {path}/below"));
    assert_eq!(failed.exit, Exit::Failed);
    assert!(failed.err.starts_with(&format!("error: cannot write {path}/below\n  because: ")));
}

#[test]
fn against_a_database_only_what_it_lacks_is_written() {
    let place = Place::new();
    let against = format!("generate --against {}", place.url());

    assert_eq!(place.runs(&against).out, place.runs(&format!("generate --backend {}", Place::backend())).out);
    place.runs("migrate --yes");

    let nothing = place.runs(&against);
    assert_eq!((nothing.exit, nothing.out.as_str()), (Exit::Done, ""));
    let name = auth_core::database::masked(&place.url());
    assert_eq!(nothing.err, format!("Nothing is to be added to the database {name}.\n"));
}

#[test]
fn against_a_database_a_migration_is_for_such_databases_alone() {
    let place = Place::new();
    let against = format!("generate --format sea-orm --against {}", place.url());

    let whole = place.runs(&against).out;
    place.runs("migrate --yes");
    let nothing = place.runs(&against).out;

    let (kind, others) = Place::one_of(
        ("SQLite", ["POSTGRES", "MYSQL"]),
        ("PostgreSQL", ["SQLITE", "MYSQL"]),
        ("MySQL", ["SQLITE", "POSTGRES"]),
    );
    let constant = Place::one_of("SQLITE", "POSTGRES", "MYSQL");
    assert!(whole.contains("CREATE TABLE") && whole.contains(&format!("made for {kind}, not for")), "{whole}");
    assert!(!others.iter().any(|other| whole.contains(other)), "{whole}");
    assert!(nothing.ends_with(&format!("\nconst {constant}: &[&str] = &[];\n")), "{nothing}");
}

#[test]
fn what_tells_the_whole_schema_is_not_written_against_a_database() {
    let place = Place::new();
    let url = "postgres://u:hunter2@127.0.0.1:1/d";

    for (flags, told) in [
        ("--format docs", "tell the whole schema"),
        ("--format entities", "tell the whole schema"),
        ("--from-empty", "cannot be used with"),
        ("--backend mysql", "cannot be used with"),
    ] {
        let refused = place.runs(&format!("generate --against {url} {flags}"));

        assert_eq!((refused.exit, refused.out.as_str()), (Exit::Usage, ""), "{flags}");
        assert!(refused.err.contains(told) && refused.err.contains("--against"), "{flags}: {}", refused.err);
        assert!(!refused.err.contains("hunter2"), "{}", refused.err);
    }
    let failed = place.runs(&format!("generate --format sea-orm --against {url}"));
    assert_eq!(failed.exit, Exit::Failed);
    assert!(failed.err.contains("postgres://u:***@127.0.0.1:1/d") && !failed.err.contains("hunter2"), "{}", failed.err);
}

#[test]
fn what_a_refused_database_would_need_is_not_written() {
    let place = Place::new();
    place.runs("migrate --yes");
    let path = place.path("next.rs");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = auth_core::database::connect(&place.url()).await.unwrap();
        // No command makes a table that nobody can fill.
        for statement in
            ["DROP TABLE note", "CREATE TABLE note (id VARCHAR(64) PRIMARY KEY NOT NULL, due TEXT NOT NULL)"]
        {
            db.execute_unprepared(statement).await.unwrap();
        }
    });

    let refused = place.runs(&format!("generate --format sea-orm --against {} --output {path}", place.url()));

    assert_eq!(refused.exit, Exit::Failed);
    assert!(refused.err.contains("note.due is NOT NULL without a default"), "{}", refused.err);
    assert!(!std::path::Path::new(&path).exists());
}
