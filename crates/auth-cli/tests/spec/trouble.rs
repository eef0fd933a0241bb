//! A database that cannot be reached or written: one sentence that says what to do, and exit code 1.
#![expect(clippy::unwrap_used, clippy::panic, reason = "steps of tests stand outside test functions")]

use auth_cli::Exit;
use auth_core::database::masked;
use auth_testkit::runs_on;
use sea_orm::DbBackend;
use url::Url;

use crate::app::{Outcome, Place};

/// Databases with users and names.
const SERVERS: &[DbBackend] = &[DbBackend::Postgres, DbBackend::MySql];

/// What `migrate --yes` says of a database, without what the driver adds. Asserts that it failed, and
/// told no password and no trace.
fn told(place: &Place, url: &str) -> String {
    let Outcome { exit, out, err } = place.runs(&format!("migrate --yes --database-url {url}"));
    assert_eq!(exit, Exit::Failed, "{out}{err}");
    assert!(!err.contains("hunter2") && !err.contains("panicked") && !err.contains("backtrace"), "{err}");
    let last = err.lines().rfind(|line| line.starts_with("error: ")).unwrap_or_else(|| panic!("{err}"));
    last.strip_prefix(&format!("error: the database {} ", masked(url))).unwrap_or_else(|| panic!("{last}")).to_owned()
}

/// The database of a place, asked for by somebody else.
fn as_user(place: &Place, user: &str) -> String {
    let mut url = Url::parse(&place.url()).unwrap();
    url.set_username(user).unwrap();
    url.set_password(Some("hunter2")).unwrap();
    url.into()
}

/// A name of a user nobody else has: databases of tests have names of their own, users do not.
fn user(place: &Place, name: &str) -> String {
    let url = Url::parse(&place.url()).unwrap();
    format!("{name}_{}", url.path().rsplit('_').next().unwrap())
}

#[test]
fn a_server_that_is_down() {
    let place = Place::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    for scheme in ["postgres", "mysql"] {
        assert_eq!(
            told(&place, &format!("{scheme}://me:hunter2@{free}/app")),
            "does not answer: nothing listens there; start the server, or correct host and port"
        );
    }
}

#[test]
fn a_url_that_names_no_database_we_know() {
    let place = Place::new();

    for url in ["oracle://me:hunter2@h/app", "app.sqlite", "me:hunter2@h/app", "https://h/app"] {
        let Outcome { exit, err, .. } = place.runs(&format!("migrate --check --database-url {url}"));

        let why = "cannot be used: the URL begins with no kind of database known here; \
            write sqlite:FILE, postgres://.. or mysql://..";
        assert_eq!((exit, err), (Exit::Failed, format!("error: the database {} {why}\n", masked(url))));
    }
}

#[test]
fn a_url_that_names_a_server_and_no_database() {
    if !runs_on(&[DbBackend::MySql], "PostgreSQL takes the name of the user for it, and a file is one") {
        return;
    }
    let place = Place::new();
    let mut url = Url::parse(&place.url()).unwrap();
    url.set_path("");

    for how in ["--check", "--yes"] {
        let Outcome { exit, err, .. } = place.runs(&format!("migrate {how} --database-url {url}"));

        assert_eq!(exit, Exit::Failed, "{err}");
        let why = "cannot be used: the URL names no database; write it behind the host, as /app";
        let sentence = format!("error: the database {} {why}", masked(url.as_str()));
        assert_eq!(err.lines().next(), Some(sentence.as_str()), "{err}");
    }
}

#[test]
fn a_search_path_that_leads_nowhere() {
    if !runs_on(&[DbBackend::Postgres], "the others have no schemas within a database") {
        return;
    }
    let place = Place::new();
    let mut url = Url::parse(&place.url()).unwrap();
    url.query_pairs_mut().append_pair("options", "-c search_path=gone");

    let Outcome { exit, err, .. } = place.runs(&format!("migrate --check --database-url {url}"));

    assert_eq!(exit, Exit::Failed, "{err}");
    assert!(
        err.contains(" cannot be used: no schema of the search path is there; create it, or correct search_path"),
        "{err}"
    );
}

#[test]
fn a_url_that_says_mariadb_is_one_of_mysql() {
    if !runs_on(&[DbBackend::MySql], "only a server of MySQL speaks so") {
        return;
    }
    let place = Place::new();
    let url = place.url().replacen("mysql:", "mariadb:", 1);

    assert_eq!(place.runs(&format!("migrate --yes --database-url {url}")).exit, Exit::Done);
    assert_eq!(place.runs(&format!("migrate --check --database-url {url}")).exit, Exit::Done);
}

#[test]
fn a_file_nobody_may_write_to_can_be_compared_and_stays_as_it_is() {
    if !runs_on(&[DbBackend::Sqlite], "a server has no file of ours") {
        return;
    }
    let place = Place::new();
    let file = place.path("theirs.sqlite");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        // As another program makes it: without a log of writes.
        let db = sea_orm::Database::connect(format!("sqlite:{file}?mode=rwc")).await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&db, "CREATE TABLE theirs (id TEXT)").await.unwrap();
        db.close().await.unwrap();
    });
    let before = std::fs::read(&file).unwrap();
    let mut rights = std::fs::metadata(&file).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&file, rights).unwrap();

    for (how, exit) in [("migrate --check", Exit::Pending), ("migrate --dry-run", Exit::Done)] {
        assert_eq!(place.runs(&format!("{how} --database-url sqlite:{file}")).exit, exit, "{how}");
    }
    assert_eq!(place.runs(&format!("generate --against sqlite:{file}")).exit, Exit::Done);

    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_host_nobody_knows() {
    let place = Place::new();

    assert_eq!(
        told(&place, "postgres://me:hunter2@no-such-host.invalid/app"),
        "does not answer: nobody knows its host; correct the host in the URL"
    );
}

#[test]
fn a_file_that_cannot_be_made_or_is_something_else() {
    let place = Place::new();
    let text = place.path("notes.txt");
    std::fs::write(&text, "no database, whatever its length".repeat(40)).unwrap();

    assert_eq!(
        told(&place, "sqlite:/nowhere/at/all/app.sqlite"),
        "cannot be opened; see whether its folder exists and may be written to"
    );
    assert_eq!(told(&place, &format!("sqlite:{text}")), "is a file, but no SQLite database; correct the path");
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("no database"), "and nothing was written to it");
}

#[test]
fn a_database_that_can_only_be_read() {
    if !runs_on(&[DbBackend::Sqlite, DbBackend::Postgres], "MySQL is read only as a whole, for all other tests too") {
        return;
    }
    let place = Place::new();
    let url = if Place::backend() == "sqlite" {
        let file = place.path("read-only.sqlite");
        place.runs(&format!("migrate --yes --database-url sqlite:{file}"));
        format!("sqlite:{}?mode=ro", without_note(&file))
    } else {
        let mut url = Url::parse(&place.url()).unwrap();
        url.query_pairs_mut().append_pair("options", "-c default_transaction_read_only=on");
        url.into()
    };

    assert_eq!(
        told(&place, &url),
        "can only be read; use the primary server, or make the file and its folder writable"
    );
}

/// Takes a table away, so that there is something to write.
fn without_note(file: &str) -> &str {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = auth_core::database::connect(&format!("sqlite:{file}")).await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&db, "DROP TABLE note").await.unwrap();
        db.close().await.unwrap();
    });
    file
}

#[test]
fn a_wrong_password() {
    if !runs_on(SERVERS, "a file has no password") {
        return;
    }
    let place = Place::new();

    assert_eq!(told(&place, &as_user(&place, "postgres")), "refuses the user or the password; correct them in the URL");
}

#[test]
fn a_database_that_is_not_there() {
    if !runs_on(SERVERS, "a file is made where there is none") {
        return;
    }
    let place = Place::new();
    let mut url = Url::parse(&place.url()).unwrap();
    url.set_path("/no_such_database");

    assert_eq!(
        told(&place, url.as_str()),
        "is not there, though its server is; create it, or correct the name in the URL"
    );
}

#[test]
fn a_user_who_may_not_make_tables() {
    if !runs_on(SERVERS, "a file has no users") {
        return;
    }
    let place = Place::new();
    let guest = user(&place, "guest");
    let database = Url::parse(&place.url()).unwrap().path().trim_start_matches('/').to_owned();
    place.alters(
        &Place::one_of(
            [String::new(), String::new(), String::new()],
            [
                format!("DROP ROLE IF EXISTS {guest}"),
                format!("CREATE ROLE {guest} LOGIN PASSWORD 'hunter2'"),
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC".to_owned(),
            ],
            [
                format!("DROP USER IF EXISTS {guest}@'%', {guest}@localhost"),
                format!("CREATE USER {guest}@'%' IDENTIFIED BY 'hunter2', {guest}@localhost IDENTIFIED BY 'hunter2'"),
                format!("GRANT SELECT ON \"{database}\".* TO {guest}@'%', {guest}@localhost"),
            ],
        )
        .each_ref()
        .map(String::as_str),
    );

    let said = told(&place, &as_user(&place, &guest));

    place.alters(&[&Place::one_of(
        String::new(),
        format!("DROP ROLE {guest}"),
        format!("DROP USER {guest}@'%', {guest}@localhost"),
    )]);
    assert_eq!(
        said,
        "does not let this user do that; run this as the user who owns the tables, or grant CREATE and ALTER"
    );
    assert!(place.is_untouched());
}
