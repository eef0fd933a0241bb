//! `generate`: the schema as a file.

use auth_cli::Exit;

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

    assert_eq!(first.exit, Exit::Done);
    assert_eq!(first.out, second.out);
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

    assert_eq!(place.runs(&against).out, "");
}
