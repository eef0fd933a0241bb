//! Names of tables, columns, indexes and constraints.

use sha2::{Digest as _, Sha256};

/// The longest name all databases take: `PostgreSQL` cuts at 63 bytes, `MySQL` refuses above 64.
pub(super) const LONGEST: usize = 63;

/// Where a made-up name is cut, so that a hash still fits behind it.
const CUT: usize = 60;

/// Whether every database takes the name, and quoting it is never a question.
pub(super) fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= LONGEST
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of an index: `uq_account_providerId_accountId`.
pub(super) fn of_index(table: &str, columns: &[String], unique: bool) -> String {
    made_up(if unique { "uq" } else { "ix" }, table, columns)
}

/// The name of a foreign key: `fk_session_userId`.
pub(super) fn of_foreign_key(table: &str, column: &str) -> String {
    made_up("fk", table, &[column.to_owned()])
}

fn made_up(kind: &str, table: &str, columns: &[String]) -> String {
    let name = format!("{kind}_{table}_{}", columns.join("_"));
    if name.len() <= CUT {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let hash = digest.iter().take(4).fold(0_u32, |hash, byte| hash << 8 | u32::from(*byte));
    let kept: String = name.chars().take(CUT - 9).collect();
    format!("{kept}_{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_says_table_and_columns() {
        let columns = ["providerId".to_owned(), "accountId".to_owned()];

        assert_eq!(of_index("account", &columns, true), "uq_account_providerId_accountId");
        assert_eq!(of_index("account", &columns, false), "ix_account_providerId_accountId");
        assert_eq!(of_foreign_key("session", "userId"), "fk_session_userId");
    }

    #[test]
    fn a_long_name_is_cut_and_stays_its_own() {
        let long = |last: &str| ["a".repeat(40), "b".repeat(40), last.to_owned()];

        let one = of_index("table", &long("c"), false);
        let other = of_index("table", &long("d"), false);

        assert_eq!(one.len(), CUT);
        assert_ne!(one, other);
        assert!(is_plain(&one));
    }

    #[test]
    fn only_plain_names_pass() {
        for name in ["user", "oauthAccessToken", "_private", "a1"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "1a", "oauth-consent", "a b", "a\"b", "größe", &"a".repeat(64)] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
