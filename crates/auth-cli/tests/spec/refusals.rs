//! The examples of `docs/reference/migrations.md`: each comes about here, and nothing ran when it is told.
//!
//! The page has a block for each, under a comment with its name and the database it is from. With
//! `AUTH_UPDATE_PAGE=1` the blocks of the database that the tests run on are written.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a database is made and a page is read outside test functions, and are tests all the same"
)]

mod cases;
mod page;

use auth_cli::{Console, Exit};
use auth_core::schema::{Plan, pending};
use auth_core::{Auth, AuthBuilder, AuthContext, Contributions, Mount, Plugin, PluginId, SchemaMode};
use auth_testkit::{TestDatabase, backend, definition, dump_tables};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use tokio::runtime::Runtime;

use crate::app::{Place, SECRET};

/// A database as it is, and what a plugin wants of it.
struct Case {
    /// The variant that is told.
    name: &'static str,
    /// Where it can come about; the page shows the first.
    on: &'static [DbBackend],
    /// How the database was made, beside what the core needs.
    there: &'static [&'static str],
    /// What is wanted.
    wants: fn(&mut Contributions),
}

const ANYWHERE: &[DbBackend] = &[DbBackend::Sqlite, DbBackend::Postgres, DbBackend::MySql];

/// A plugin that wants something.
struct Notes(fn(&mut Contributions));

impl Plugin for Notes {
    fn id(&self) -> PluginId {
        "notes"
    }

    fn contribute(&self, to: &mut Contributions) {
        (self.0)(to);
    }

    fn mount(&self, _: &AuthContext) -> Mount {
        Mount::of("notes")
    }
}

/// A database with what the core needs, and the tables of a case.
struct There {
    database: TestDatabase,
    runtime: Runtime,
    db: DatabaseConnection,
}

impl There {
    fn with(statements: &[&str]) -> Self {
        let runtime = Runtime::new().unwrap();
        let (database, db) = runtime.block_on(async {
            let database = TestDatabase::with_schema(&app(|_| ()).schema().unwrap()).await;
            let db = database.connect().await;
            for sql in statements {
                db.execute_unprepared(&spoken(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
            (database, db)
        });
        Self { database, runtime, db }
    }

    fn plan(&self, wants: fn(&mut Contributions)) -> Plan {
        self.runtime.block_on(pending(&self.db, &app(wants).schema().unwrap())).unwrap()
    }

    /// Everything that is there.
    fn contents(&self) -> (Vec<String>, String) {
        self.runtime.block_on(async { (definition(&self.db).await, dump_tables(&self.db).await) })
    }

    /// Runs a command, and returns what it says to people; the database is called as a reader's would be.
    fn runs(&self, line: &str, wants: fn(&mut Contributions)) -> (Exit, String) {
        let mut err = Vec::new();
        let mut console = Console::new(std::io::sink(), &mut err);
        let words = format!("app {line} --database-url {}", self.database.url());
        let build = |_: &NoSettings| app(wants).secret(SECRET).schema_mode(SchemaMode::Apply);
        let serve = async |_: Auth, _| Ok::<_, std::io::Error>(());
        let exit = auth_cli::run(words.split_whitespace(), &mut console, build, serve);
        drop(console);
        let said = String::from_utf8(err).unwrap();
        let called = Place::one_of("sqlite:app.sqlite", "postgres://app@localhost/app", "mysql://app@localhost/app");
        (exit, said.replace(&auth_core::database::masked(self.database.url()), called))
    }
}

/// No settings of its own.
#[derive(clap::Args)]
struct NoSettings {}

fn app(wants: fn(&mut Contributions)) -> AuthBuilder {
    Auth::builder("http://localhost:3000").plugin(Notes(wants))
}

/// A statement in the words of the database.
fn spoken(sql: &str) -> String {
    let types = [
        ("<id>", ["text", "text", "varchar(64) CHARACTER SET ascii COLLATE ascii_bin"]),
        ("<str>", ["text", "text", "varchar(255) COLLATE utf8mb4_bin"]),
        ("<text>", ["text", "text", "text COLLATE utf8mb4_bin"]),
        ("<int>", ["integer", "integer", "int"]),
    ];
    let quoted = sql.replace('"', Place::one_of("\"", "\"", "`"));
    types.iter().fold(quoted, |sql, (name, [sqlite, postgres, mysql])| {
        sql.replace(name, Place::one_of(sqlite, postgres, mysql))
    })
}

/// The name of a variant, out of what `Debug` writes.
fn variant(debug: &impl std::fmt::Debug) -> String {
    let debug = format!("{debug:?}");
    debug.split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_owned()
}

/// The variants of an enum, out of its source.
fn variants(source: &str, name: &str) -> Vec<String> {
    let (_, body) = source.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    names.map(|line| line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap().to_owned()).collect()
}

#[test]
fn each_refusal_is_told_as_the_page_says_and_nothing_ran() {
    for case in cases::REFUSALS.iter().filter(|case| case.on.contains(&backend())) {
        let there = There::with(case.there);
        let before = there.contents();

        let (exit, said) = there.runs("migrate --yes", case.wants);

        let plan = there.plan(case.wants);
        let found: Vec<String> = plan.refusals.iter().map(variant).collect();
        assert_eq!(found, [case.name], "{said}");
        assert_eq!(exit, Exit::Failed, "{}: {said}", case.name);
        assert!(said.contains("\n  to go on: ") && said.ends_with("Nothing was changed.\n"), "{said}");
        assert_eq!(there.contents(), before, "{}", case.name);
        page::holds("refusal", case, &said);
        for remedy in plan.refusals.iter().filter_map(|refusal| refusal.remedy(plan.backend)) {
            there.runtime.block_on(there.db.execute_unprepared(&remedy)).unwrap();
            assert_eq!(there.plan(case.wants).refusals, [], "{remedy}");
        }
    }
}

#[test]
fn each_warning_is_told_as_the_page_says_and_keeps_nobody() {
    for case in cases::WARNINGS.iter().filter(|case| case.on.contains(&backend())) {
        let there = There::with(case.there);

        let plan = there.plan(case.wants);
        let (exit, said) = there.runs("migrate --yes", case.wants);

        let found: Vec<String> = plan.warnings.iter().map(cases::name_of).collect();
        assert_eq!(found, [case.name], "{said}");
        assert_eq!((plan.refusals.len(), exit), (0, Exit::Done), "{said}");
        let warned: Vec<&str> =
            said.lines().filter(|line| line.starts_with("warning: ") || line.starts_with("  you may")).collect();
        page::holds("warning", case, &format!("{}\n", warned.join("\n")));
        for remedy in plan.warnings.iter().filter_map(|warning| warning.remedy(plan.backend)) {
            there.runtime.block_on(there.db.execute_unprepared(&remedy)).unwrap();
            assert_eq!(there.plan(case.wants).warnings, [], "{remedy}");
        }
    }
}

#[test]
fn each_failure_is_told_as_the_page_says_and_nothing_ran() {
    for failure in cases::FAILURES.iter().filter(|failure| failure.case.on.contains(&backend())) {
        let there = There::with(failure.case.there);
        let before = there.contents();
        let held = failure.meanwhile.map(|sql| cases::hold(&there, sql));

        let (exit, said) = there.runs(failure.line, failure.case.wants);

        cases::let_go(&there, held);
        assert_eq!(exit, Exit::Failed, "{}: {said}", failure.case.name);
        assert_eq!(there.contents(), before, "{}", failure.case.name);
        let error = said.find("error: ").unwrap_or_else(|| panic!("{}: {said}", failure.case.name));
        page::holds("failure", &failure.case, said.get(error..).unwrap());
    }
}

#[test]
fn no_refusal_warning_or_failure_is_left_out() {
    let refusal = include_str!("../../../auth-core/src/schema/refusal.rs");
    let warning = include_str!("../../../auth-core/src/schema/warning.rs");
    let apply = include_str!("../../../auth-core/src/schema/apply.rs");
    let shown = |cases: &[Case]| cases.iter().map(|case| case.name).collect::<Vec<_>>();

    assert_eq!(shown(cases::REFUSALS), variants(refusal, "Refusal"));
    // The warning of a column says what is otherwise.
    let others = variants(warning, "Warning").into_iter().filter(|name| name != "Column");
    assert_eq!(shown(cases::WARNINGS), [variants(warning, "Drift"), others.collect()].concat());
    // Refusals are told above, and what else the database says is its own.
    let failures: Vec<&str> = cases::FAILURES.iter().map(|failure| failure.case.name).collect();
    let told =
        variants(apply, "ApplyError").into_iter().filter(|name| !["Refused", "Database"].contains(&name.as_str()));
    assert_eq!(failures, told.collect::<Vec<_>>());
}
