//! The databases the tests run on: which, and where their servers are.

mod account;
mod mysql;
mod place;
mod postgres;
mod server;

use std::process::Command;

use crate::tool::{self, Failure};
pub(crate) use place::program;
pub(crate) use server::Server;

/// What the tests read: the server on which every test makes its database. Unset: SQLite files.
const TESTS_READ: &str = "AUTH_TEST_DATABASE_URL";

/// The test that says what it runs on, and with what version.
const PROBE: &str = "database::the_database_is_one_that_is_supported";

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    Mysql,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Sqlite, Self::Postgres, Self::Mysql];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    /// The variable that names a server which is there already.
    fn variable(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("AUTH_TEST_POSTGRES_URL"),
            Self::Mysql => Some("AUTH_TEST_MYSQL_URL"),
        }
    }

    /// Makes the database ready to be tested on: a server that is there, or one of our own.
    pub(crate) fn ready(self) -> Result<Ready, Failure> {
        let given = self.variable().and_then(|name| std::env::var(name).ok()).filter(|url| !url.is_empty());
        let server = match (self, &given) {
            (Self::Sqlite, _) | (_, Some(_)) => None,
            (Self::Postgres, None) => Some(postgres::start()?),
            (Self::Mysql, None) => Some(mysql::start()?),
        };
        let url = given.or_else(|| server.as_ref().map(|server| server.url.clone()));
        let mut ready = Ready { url, version: String::new(), _server: server };
        ready.version = ready.probe()?;
        Ok(ready)
    }
}

/// A database that answers. A server of our own ends with it.
pub(crate) struct Ready {
    url: Option<String>,
    /// Name and version, as the database tells them.
    pub(crate) version: String,
    _server: Option<Server>,
}

impl Ready {
    /// Lets a command that runs tests run them on this database.
    pub(crate) fn give_to(&self, command: &mut Command) {
        match &self.url {
            Some(url) => command.env(TESTS_READ, url),
            None => command.env_remove(TESTS_READ),
        };
    }

    /// Runs the one test that tells the version: who cannot reach the database, learns it here.
    fn probe(&self) -> Result<String, Failure> {
        let mut command = tool::cargo_at_root();
        command.args(["test", "--quiet", "--workspace", "--test", "spec", PROBE, "--", "--exact", "--nocapture"]);
        self.give_to(&mut command);
        let said = tool::output(&mut command)?;
        let told = said.lines().find_map(|line| line.split_once("database: "));
        told.map(|(_, version)| version.to_owned())
            .ok_or_else(|| Failure::Failed(format!("{PROBE} does not tell the version of the database")))
    }
}

/// A private PostgreSQL server for whoever runs the example on one.
pub(crate) fn postgres() -> Result<Server, Failure> {
    postgres::start()
}

/// Takes `--databases a,b` off the arguments of a task. Without it: those a task has by itself.
pub(crate) fn chosen(arguments: &[String], otherwise: &[Kind]) -> Result<(Vec<Kind>, Vec<String>), Failure> {
    let (mut kinds, mut rest) = (otherwise.to_vec(), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let list = match argument.strip_prefix("--databases") {
            Some("") => arguments.next().map(String::as_str),
            Some(list) => list.strip_prefix('='),
            None => {
                rest.push(argument.clone());
                continue;
            }
        };
        kinds = list.unwrap_or_default().split(',').map(kind).collect::<Result<_, _>>()?;
    }
    Ok((kinds, rest))
}

fn kind(name: &str) -> Result<Kind, Failure> {
    let known = Kind::ALL.map(Kind::name).join(", ");
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| Failure::Usage(format!("no database is called `{name}`; they are {known}")))
}

#[cfg(test)]
mod test {
    use super::{Failure, Kind, chosen};

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn without_the_flag_sqlite_is_chosen_and_all_arguments_stay() {
        let (kinds, rest) = chosen(&words("-p auth-core --no-capture"), &[Kind::Sqlite]).expect("no flag is fine");

        assert_eq!((kinds, rest), (vec![Kind::Sqlite], words("-p auth-core --no-capture")));
    }

    #[test]
    fn the_flag_is_taken_off_in_both_spellings() {
        for line in ["--databases postgres,mysql -p x", "-p --databases=postgres,mysql x"] {
            let (kinds, rest) = chosen(&words(line), &[Kind::Sqlite]).expect("both exist");

            assert_eq!((kinds, rest), (vec![Kind::Postgres, Kind::Mysql], words("-p x")));
        }
    }

    #[test]
    fn an_unknown_database_is_a_usage_error_that_names_those_there_are() {
        for line in ["--databases oracle", "--databases", "--databases="] {
            let error = chosen(&words(line), &[Kind::Sqlite]);

            assert!(matches!(error, Err(Failure::Usage(message)) if message.contains("sqlite, postgres, mysql")));
        }
    }
}
