//! The account a server runs under: servers refuse to be root.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::tool::{self, Failure};

/// Who starts a server: ourselves, or, where we are root, the account its package has made.
#[derive(Clone, Copy)]
pub(super) struct Account(Option<(u32, u32)>);

impl Account {
    /// The account of this name if we are root.
    pub(super) fn of(name: &str) -> Result<Self, Failure> {
        if tool::output(Command::new("id").arg("-u"))?.trim() != "0" {
            return Ok(Self(None));
        }
        let known = std::fs::read_to_string("/etc/passwd")?;
        let found = known.lines().find_map(|line| ids(line, name));
        let missing = || Failure::Failed(format!("no account is called {name}, and the server refuses to run as root"));
        Ok(Self(Some(found.ok_or_else(missing)?)))
    }

    /// Makes a command run under the account.
    pub(super) fn runs(self, command: &mut Command) -> &mut Command {
        match self.0 {
            Some((user, group)) => command.uid(user).gid(group),
            None => command,
        }
    }

    /// Gives the account a folder.
    pub(super) fn owns(self, folder: &Path) -> Result<(), Failure> {
        if let Some((user, group)) = self.0 {
            std::os::unix::fs::chown(folder, Some(user), Some(group))?;
        }
        Ok(())
    }
}

/// User and group of a line of the list of accounts, if it is of this name.
fn ids(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    if fields.next()? != name {
        return None;
    }
    Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod test {
    use super::ids;

    #[test]
    fn user_and_group_are_the_third_and_fourth_field() {
        let line = "postgres:x:101:104:PostgreSQL administrator:/var/lib/postgresql:/bin/bash";

        assert_eq!(ids(line, "postgres"), Some((101, 104)));
        assert_eq!(ids(line, "post"), None);
    }
}
