//! What is wrong with a database, in words of its own: what happened, and what to do next.

use std::error::Error;
use std::fmt;
use std::io;

use sea_orm::{DbErr, RuntimeErr};

use super::retry::{Transient as _, code_of, driver_error, sqlite_code_of};

/// What stands between a program and its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Nothing listens there.
    Down,
    /// The name of the host is not known.
    Host,
    /// It does not answer in time.
    Slow,
    /// The user or the password is wrong.
    Credentials,
    /// The server has no database of that name.
    NoDatabase,
    /// The user may not do that.
    Rights,
    /// Nothing can be written.
    ReadOnly,
    /// The file cannot be opened.
    File,
    /// The file is something else than a database.
    NotADatabase,
    /// The server speaks another protocol, or wants TLS and cannot have it.
    Protocol,
}

impl Trouble {
    /// Says what is wrong, to stand behind "the database X"; else, what came of it.
    pub fn told(error: &(dyn Error + 'static), otherwise: &str) -> String {
        let ours = || ours(error).map(|told| format!("cannot be used: {told}"));
        Self::of(error).map(|trouble| trouble.to_string()).or_else(ours).unwrap_or_else(|| otherwise.to_owned())
    }

    /// Finds out from the error of a driver, or from what wraps one. None where the driver's own words
    /// are all there is.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<DbErr>() {
                return by_code(error).or_else(|| by_driver(error)).or_else(|| by_ourselves(error));
            }
            next = error.source();
        }
        None
    }
}

impl fmt::Display for Trouble {
    /// Says what happened and what to do, to stand behind "the database X".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "does not answer: nothing listens there; start the server, or correct host and port",
            Self::Host => "does not answer: nobody knows its host; correct the host in the URL",
            Self::Slow => "does not answer in time; see whether it is reachable and has connections left",
            Self::Credentials => "refuses the user or the password; correct them in the URL",
            Self::NoDatabase => "is not there, though its server is; create it, or correct the name in the URL",
            Self::Rights => {
                "does not let this user do that; run this as the user who owns the tables, or grant CREATE and ALTER"
            }
            Self::ReadOnly => "can only be read; use the primary server, or make the file and its folder writable",
            Self::File => "cannot be opened; see whether its folder exists and may be written to",
            Self::NotADatabase => "is a file, but no SQLite database; correct the path",
            Self::Protocol => "answers, but not as expected; see whether URL and server agree about kind, port and TLS",
        })
    }
}

/// Whether a failure is that of a database which cannot be used at the moment: it is down, cut off, full, can
/// only be read, or is held by others for too long. Then another try may succeed, and nothing was done.
pub(crate) fn is_away(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<DbErr>() {
            return error.is_transient() || is_cut_off(error) || is_refused_for_now(error);
        }
        next = error.source();
    }
    false
}

fn is_cut_off(error: &DbErr) -> bool {
    match driver_error(error) {
        Some(driver) => matches!(
            driver,
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed
        ),
        None => matches!(error, DbErr::ConnectionAcquire(_)),
    }
}

fn is_refused_for_now(error: &DbErr) -> bool {
    let Some(code) = code_of(error) else { return false };
    match sqlite_code_of(error) {
        // Full, failed input or output, read-only, cannot be opened.
        Some(code) => matches!(code & 0xff, 8 | 10 | 13 | 14),
        // PostgreSQL: connection exceptions, resources, an operator's intervention, read-only.
        // MySQL: full disk, shutting down, too many connections, read-only, connection lost.
        None => {
            ["08", "53", "57P"].iter().any(|class| code.len() == 5 && code.starts_with(class))
                || matches!(
                    code.as_str(),
                    "25006"
                        | "1021"
                        | "1040"
                        | "1053"
                        | "1077"
                        | "1079"
                        | "1114"
                        | "1290"
                        | "1792"
                        | "1836"
                        | "2006"
                        | "2013"
                )
        }
    }
}

/// What is wrong with a URL in words of our own, which say what to do.
fn ours(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(DbErr::Custom(told)) = error.downcast_ref() {
            return Some(told.clone());
        }
        next = error.source();
    }
    None
}

/// What was found out already, before the words of the driver were left out for the secrets in them.
fn by_ourselves(error: &DbErr) -> Option<Trouble> {
    let DbErr::Exec(RuntimeErr::Internal(told)) = error else { return None };
    ALL.iter().copied().find(|trouble| trouble.to_string() == *told)
}

const ALL: [Trouble; 10] = [
    Trouble::Down,
    Trouble::Host,
    Trouble::Slow,
    Trouble::Credentials,
    Trouble::NoDatabase,
    Trouble::Rights,
    Trouble::ReadOnly,
    Trouble::File,
    Trouble::NotADatabase,
    Trouble::Protocol,
];

fn by_code(error: &DbErr) -> Option<Trouble> {
    Some(match code_of(error)?.as_str() {
        // PostgreSQL by SQLSTATE, MySQL by number, SQLite by the low byte of its code.
        "28P01" | "28000" | "1045" | "1698" => Trouble::Credentials,
        "3D000" | "1049" => Trouble::NoDatabase,
        "53300" | "1040" => Trouble::Slow,
        "42501" | "1044" | "1142" | "1143" | "1227" | "1370" => Trouble::Rights,
        "25006" | "1290" | "1792" | "1836" => Trouble::ReadOnly,
        _ => match sqlite_code_of(error)? & 0xff {
            8 => Trouble::ReadOnly,
            14 => Trouble::File,
            26 => Trouble::NotADatabase,
            _ => return None,
        },
    })
}

fn by_driver(error: &DbErr) -> Option<Trouble> {
    match driver_error(error)? {
        sqlx::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => Some(Trouble::Down),
            io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Some(Trouble::Slow)
            }
            // The standard library has no kind of its own for this.
            _ if error.to_string().starts_with("failed to lookup address") => Some(Trouble::Host),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => Some(Trouble::Protocol),
            _ => None,
        },
        sqlx::Error::PoolTimedOut => Some(Trouble::Slow),
        sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => Some(Trouble::Protocol),
        _ => None,
    }
}
