//! Connecting, and transactions that write.

mod reach;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod rested;
mod retry;
mod trouble;

use std::error::Error as _;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use url::Url;

pub use retry::{Transient, retrying};
pub(crate) use retry::{asks_again, code_of, until_free};
pub use trouble::Trouble;
pub(crate) use trouble::is_away;

/// Connects to a database by URL, with the settings the framework relies on.
///
/// SQLite: created if missing, WAL, `synchronous = NORMAL` (a power cut can lose the last
/// transactions and never damages the file), 5 s busy time-out, foreign keys enforced.
///
/// # Errors
/// [`DbErr`] when the URL is not understood or the database does not answer.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let db = Box::pin(connect_lazily(url)).await?;
    Box::pin(answers_at(url, &db)).await?;
    Ok(db)
}

/// Connects to a database that is only looked at: an `SQLite` file must be there, and stays as it is,
/// also one that nobody may write to.
///
/// # Errors
/// As [`connect`].
pub async fn connect_to_read(url: &str) -> Result<DatabaseConnection, DbErr> {
    let db = Box::pin(connect_for(url, Purpose::Look)).await?;
    Box::pin(answers_at(url, &db)).await?;
    Ok(db)
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Work,
    Look,
}

/// Says whether the URL itself is what is wrong, and not the database behind it.
pub(crate) fn is_about_url(error: &DbErr) -> bool {
    match error {
        DbErr::Custom(_) | DbErr::Conn(RuntimeErr::Internal(_)) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error)) => matches!(**error, sqlx::Error::Configuration(_)),
        _ => false,
    }
}

/// Makes the pool of [`connect`]. Asks nothing of the database where the driver lets it be; that of
/// `SQLite` asks for the version.
pub(crate) async fn connect_lazily(url: &str) -> Result<DatabaseConnection, DbErr> {
    connect_for(url, Purpose::Work).await
}

#[cfg_attr(
    not(feature = "sqlite"),
    expect(unused_variables, reason = "only an SQLite file is changed by who opens it")
)]
async fn connect_for(url: &str, purpose: Purpose) -> Result<DatabaseConnection, DbErr> {
    is_legible(url)?;
    // The driver knows both databases by one name.
    let spoken = url.strip_prefix("mariadb:").map(|rest| format!("mysql:{rest}"));
    let mut options = ConnectOptions::new(spoken.as_deref().unwrap_or(url));
    options
        .connect_lazy(true)
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(false);
    #[cfg(feature = "postgres")]
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.before_acquire(|connection, known| Box::pin(rested::is_there(connection, known.idle_for)))
    });
    #[cfg(feature = "mysql")]
    options.map_sqlx_mysql_pool_opts(|pool| {
        pool.before_acquire(|connection, known| Box::pin(rested::is_there(connection, known.idle_for)))
    });
    #[cfg(feature = "sqlite")]
    if url.starts_with("sqlite:") {
        use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        if in_memory {
            // Every connection would be a database of its own.
            // One that is closed, for age or rest, takes the database with it.
            options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        }
        options.map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite.busy_timeout(Duration::from_secs(5)).foreign_keys(true).statement_cache_capacity(256);
            match purpose {
                Purpose::Look if !in_memory => sqlite.create_if_missing(false).read_only(true),
                Purpose::Look | Purpose::Work => sqlite
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal),
            }
        });
    }
    let connected = until_free(|| Database::connect(options.clone())).await;
    connected.map_err(|error| without_password(error, url))
}

/// Asks the database of a URL whether it answers.
pub(crate) async fn answers_at(url: &str, db: &DatabaseConnection) -> Result<(), DbErr> {
    let answered = match reach::reach(url).await {
        Ok(()) => answers(db).await,
        Err(error) => Err(error),
    };
    answered.map_err(|error| without_password(error, url))
}

/// Asks the database whether it answers.
pub(crate) async fn answers(db: &DatabaseConnection) -> Result<(), DbErr> {
    until_free(|| db.ping()).await
}

/// Keeps what is secret in the URL out of the driver's words, and names the feature a kind needs.
fn without_password(error: DbErr, url: &str) -> DbErr {
    let text = error.to_string();
    let kind = KINDS.iter().find(|(scheme, _)| url.starts_with(scheme));
    if let Some((_, feature)) = kind.filter(|_| text.contains("no supporting driver")) {
        return DbErr::Custom(format!("this program was built without the feature `{feature}` of auth-core"));
    }
    let shown = masked(url);
    if shown == url || url.is_empty() {
        return error;
    }
    let secrets = secrets(url);
    let is_told = |text: &str| secrets.iter().any(|secret| text.contains(secret.as_str()));
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    if !text.contains(url) && !is_told(&text) && !causes.map(ToString::to_string).any(|cause| is_told(&cause)) {
        return error;
    }
    let mut told = text.replace(url, &shown);
    if is_told(&told) {
        told = Trouble::told(&error, "what the driver said repeats a part of the URL and is not shown");
    }
    // It stays an error of the URL, or none, for those who ask.
    if is_about_url(&error) { DbErr::Custom(told) } else { DbErr::Exec(RuntimeErr::Internal(told)) }
}

/// Begins a transaction that will write.
///
/// SQLite takes the write lock at once: a transaction that reads first and writes later fails
/// with "database is locked" as soon as two of them meet.
///
/// # Errors
/// [`DbErr`] when the database does not answer or stays busy.
pub async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    db.begin_with_options(options).await
}

/// The schemes of the databases there are drivers for, each with the feature that brings it.
const KINDS: [(&str, &str); 5] = [
    ("postgres", "postgres"),
    ("postgresql", "postgres"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
    ("sqlite", "sqlite"),
];

/// What takes the place of a secret.
const MASK: &str = "***";

/// Hides the password of a database URL, for messages.
///
/// Shown as they are: an `sqlite:` URL and one with a host, if neither holds user, password or a
/// secret parameter. Of a URL whose parts are not where they should be, only the scheme is shown.
pub fn masked(url: &str) -> String {
    if is_file(url) {
        return url.to_owned();
    }
    let masked = well_formed(url).and_then(|mut parsed| {
        if !has_userinfo(&parsed) && !has_secret_pair(&parsed) {
            return Some(url.to_owned());
        }
        if parsed.password().is_some() {
            parsed.set_password(Some(MASK)).ok()?;
        } else if has_userinfo(&parsed) {
            parsed.set_username(MASK).ok()?;
        }
        if has_secret_pair(&parsed) {
            let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
            let shown = pairs.iter().map(|(name, value)| (name, if is_secret(name, value) { MASK } else { value }));
            parsed.query_pairs_mut().clear().extend_pairs(shown);
        }
        Some(parsed.to_string())
    });
    masked.unwrap_or_else(|| match scheme(url) {
        Some(scheme) => format!("{scheme}:{MASK}"),
        None => MASK.to_owned(),
    })
}

/// The scheme of a URL, if it is one a driver knows. Any other may be a name or a password.
fn scheme(url: &str) -> Option<&'static str> {
    let (given, _) = url.split_once(':')?;
    KINDS.iter().map(|(scheme, _)| *scheme).find(|scheme| *scheme == given)
}

/// A URL whose user and password stand where they belong, so that it is known what to hide.
fn well_formed(url: &str) -> Option<Url> {
    let parsed = Url::parse(url).ok()?;
    let behind = [Some(parsed.path()), parsed.query(), parsed.fragment()];
    let misplaced = behind.into_iter().flatten().any(|part| part.contains('@'));
    (parsed.host_str().is_some_and(|host| !host.is_empty()) && !misplaced).then_some(parsed)
}

/// Says whether a URL names an `SQLite` file and nothing secret.
fn is_file(url: &str) -> bool {
    url.starts_with("sqlite:")
        && match Url::parse(url) {
            Ok(parsed) => !has_userinfo(&parsed) && !has_secret_pair(&parsed),
            Err(_) => !url.contains(['@', '?']),
        }
}

fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn has_secret_pair(url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| is_secret(&name, &value))
}

/// Says whether a parameter is secret. A value may hold parameters of its own, as after a second `?`.
fn is_secret(name: &str, value: &str) -> bool {
    let names_secret = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["pass", "pwd", "secret", "token", "key", "credential"].iter().any(|word| text.contains(word))
    };
    names_secret(name) || (value.contains('=') && names_secret(value))
}

/// Every text of a URL that nobody may read.
fn secrets(url: &str) -> Vec<String> {
    let Some(parsed) = well_formed(url) else {
        // Which piece is the password, nobody knows; the shortest are no word of anybody's.
        let pieces = url.split(['/', ':', '@', '?', '&', '=', '#']).filter(|piece| piece.len() > 2);
        return pieces.filter(|piece| scheme(url) != Some(piece)).map(str::to_owned).collect();
    };
    let userinfo = parsed.password().unwrap_or_else(|| parsed.username());
    // The user is shown beside a password, and said by drivers.
    let known = if parsed.password().is_some() { parsed.username() } else { "" };
    let raw = parsed.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let raw = raw.filter(|(name, value)| is_secret(name, value)).map(|(_, value)| value.to_owned());
    let pairs = parsed.query_pairs().filter(|(name, value)| is_secret(name, value));
    let pairs = pairs.map(|(_, value)| value.into_owned());
    let decoded = percent_decode_str(userinfo).decode_utf8_lossy().into_owned();
    let found = [userinfo.to_owned(), decoded].into_iter().chain(raw).chain(pairs);
    found.filter(|secret| !secret.is_empty() && secret != known).collect()
}

/// Refuses the URL of a server whose parts are not where they should be, before a driver takes a
/// password for the name of a database and repeats it.
fn is_legible(url: &str) -> Result<(), DbErr> {
    if scheme(url).is_none() {
        let what =
            if url.is_empty() { "the URL is empty" } else { "the URL begins with no kind of database known here" };
        return Err(DbErr::Custom(format!("{what}; write sqlite:FILE, postgres://.. or mysql://..")));
    }
    if scheme(url) == Some("sqlite") {
        return Ok(());
    }
    let why = match Url::parse(url) {
        Err(error) => error.to_string(),
        Ok(parsed) if !parsed.has_authority() => "`//` is missing after the scheme".to_owned(),
        Ok(parsed) if is_misplaced(&parsed) => "an `@` stands behind the host".to_owned(),
        Ok(_) => return Ok(()),
    };
    let right = "write special characters of user and password in percent-encoding, `@` as %40 and `/` as %2F";
    Err(DbErr::Custom(format!("{why}; {right}")))
}

/// Says whether an `@` stands where none belongs. In the value of a parameter it may.
fn is_misplaced(url: &Url) -> bool {
    url.path().contains('@')
        || url.fragment().is_some_and(|fragment| fragment.contains('@'))
        || url.query_pairs().any(|(name, _)| name.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        assert_eq!(masked("postgres://u:p@h/d"), "postgres://u:***@h/d");
        assert_eq!(masked("postgres://h/d?user=u&password=p"), "postgres://h/d?user=u&password=***");
        assert_eq!(masked("mysql://h/d?ssl-key=k&charset=c"), "mysql://h/d?ssl-key=***&charset=c");
        assert_eq!(masked("postgres://h/d?user=u?pwd=s3cr3t"), "postgres://h/d?user=***");
        assert_eq!(masked("postgres://s3cr3t@h/d"), "postgres://***@h/d");
        assert_eq!(masked("sqlite://u:s3cr3t@h/d"), "sqlite://u:***@h/d");
        for name in ["password", "Passwd", "pwd", "client_secret", "token", "sslkey", "sslpassword", "p%61ssword"] {
            assert!(masked(&format!("postgres://h/d?{name}=s3cr3t")).ends_with("=***"), "{name}");
        }
    }

    #[test]
    fn a_url_whose_password_may_be_anywhere_shows_its_scheme_only() {
        for (url, shown) in [
            ("u:s3cr3t@h/d", "***"),
            ("s3cr3t", "***"),
            ("u:s3cr3t", "***"),
            ("postgres:/u:s3cr3t@h/d", "postgres:***"),
            ("postgres:u:s3cr3t@h/d", "postgres:***"),
            ("postgres:s3cr3t", "postgres:***"),
            ("postgres:///u:s3cr3t@h/d", "postgres:***"),
            ("postgresql://u:s3/cr3t@h/d", "postgresql:***"),
            ("mysql://u:12/s3cr3t@h/d", "mysql:***"),
            ("mysql://u:12?s3cr3t@h/d", "mysql:***"),
            ("mysql://u:12#s3cr3t@h/d", "mysql:***"),
            ("mariadb://u:s3cr3t@h:port/d", "mariadb:***"),
            ("sqlite://u:s3cr3t@h:port/d", "sqlite:***"),
        ] {
            assert_eq!(masked(url), shown, "{url}");
        }
    }

    #[test]
    fn a_url_without_a_secret_is_shown_as_it_is() {
        for url in [
            "sqlite:app.sqlite",
            "sqlite::memory:",
            "sqlite:/home/me@work/app.sqlite?mode=rwc",
            "sqlite://my app.sqlite",
            "postgres://h:5432/d?sslmode=require",
        ] {
            assert_eq!(masked(url), url);
        }
    }

    #[test]
    fn a_driver_that_repeats_a_part_of_the_url_is_not_quoted() {
        let says = |text: &str| DbErr::Conn(RuntimeErr::SqlxError(sqlx::Error::Protocol(text.to_owned()).into()));
        for (url, text) in [
            ("postgres:/u:s3cr3t@h/d", "database \"u:s3cr3t@h/d\" does not exist"),
            ("postgres://u:s3%20cr3t@h/d", "the password `s3 cr3t` is wrong"),
            ("postgres://u:s3%20cr3t@h/d", "the password `s3%20cr3t` is wrong"),
            ("postgres://h/d?password=s3+cr3t", "password=s3 cr3t"),
            ("postgres://s3cr3t@h/d", "role \"s3cr3t\" does not exist"),
        ] {
            let error = without_password(says(text), url);

            assert!(
                !error.to_string().contains("cr3t")
                    && error.source().is_none_or(|cause| !cause.to_string().contains("cr3t")),
                "{error}"
            );
            assert!(!is_about_url(&error), "{error}");
        }
        let same = without_password(says("password authentication failed for user \"me\""), "postgres://me:me@h/d");
        assert!(same.to_string().contains("for user \"me\""), "the user is no secret beside a password: {same}");
    }

    #[tokio::test]
    async fn a_url_that_hides_where_its_password_is_reaches_no_driver() {
        for url in ["postgres:/u:s3cr3t@h/d", "postgres://u:12/s3cr3t@h/d", "mysql://u:s3/cr3t@h/d", "u:s3cr3t@h/d"] {
            let error = connect(url).await.unwrap_err();

            assert!(is_about_url(&error), "{error}");
            assert!(!format!("{error} {error:?}").contains("cr3t"), "{error:?}");
        }
    }

    #[cfg(not(feature = "mysql"))]
    #[tokio::test]
    async fn a_database_this_build_does_not_know_is_told_with_its_feature() {
        for url in ["mysql://u:hunter2@h/d", "mariadb://u:hunter2@h/d"] {
            let error = connect(url).await.unwrap_err().to_string();

            assert!(error.contains("without the feature `mysql` of auth-core"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[cfg(feature = "sqlite")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn all_who_start_at_once_on_a_new_file_get_in() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let url = format!("sqlite:{}", folder.path().join(format!("{round}.sqlite")).display());
            let starters: Vec<_> = (0..8)
                .map(|_| {
                    let url = url.clone();
                    tokio::spawn(async move { connect(&url).await.map(drop) })
                })
                .collect();

            for starter in starters {
                starter.await.unwrap().unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_driver_that_repeats_the_url_does_not_show_its_password() {
        let error = connect("unknown://u:hunter2@h/d").await.unwrap_err();

        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
