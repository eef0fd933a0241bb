//! What `deny.toml` allows and forbids: the lines of it that our check reads.

/// The licences that are allowed, and the crates that are not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    allowed: Vec<String>,
    /// A crate and a licence that is allowed for it alone.
    exceptions: Vec<(String, String)>,
    banned: Vec<String>,
}

impl Policy {
    /// Reads the arrays of strings that rustfmt-like TOML holds: one table header a line, strings in double quotes.
    pub(crate) fn read(text: &str) -> Self {
        let mut policy = Self::default();
        let (mut table, mut key, mut excepted) = ("", "", "");
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') {
                (table, key) = (line, "");
                continue;
            }
            let value = match line.split_once(" = ") {
                Some((name, value)) if !name.starts_with('{') => {
                    key = name;
                    value
                }
                _ => line,
            };
            let mut strings = value.split('"').skip(1).step_by(2);
            match (table, key) {
                ("[licenses]", "allow") => policy.allowed.extend(strings.map(str::to_owned)),
                ("[[licenses.exceptions]]", "crate") => excepted = strings.next().unwrap_or_default(),
                ("[[licenses.exceptions]]", "allow") => {
                    policy.exceptions.extend(strings.map(|licence| (excepted.to_owned(), licence.to_owned())));
                }
                ("[bans]", "deny") => policy.banned.extend(strings.next().map(str::to_owned)),
                _ => {}
            }
        }
        policy
    }

    pub(crate) fn allows(&self, package: &str, licence: &str) -> bool {
        let is_exception = |(name, allowed): &(String, String)| name == package && allowed == licence;
        self.allowed.iter().any(|allowed| allowed == licence) || self.exceptions.iter().any(is_exception)
    }

    /// The banned crates in what `cargo tree --prefix none --format {p}` prints.
    pub(crate) fn banned_in(&self, tree: &str) -> Vec<String> {
        let is_there = |name: &str| tree.lines().any(|line| line.split_whitespace().next() == Some(name));
        let banned = self.banned.iter().filter(|name| is_there(name));
        banned.map(|name| format!("{name}: it is banned; `cargo tree --invert {name}` says who wants it")).collect()
    }
}

#[cfg(test)]
mod test {
    use super::Policy;

    const DENY: &str = r#"
[licenses]
version = 2
allow = [
    "MIT",
    # "GPL-3.0",
    "ISC",
]

[[licenses.exceptions]]
crate = "a"
allow = ["Apache-2.0 WITH LLVM-exception"]

[licenses.private]
ignore = true

[bans]
wildcards = "deny"
deny = [
    { crate = "ring", reason = "one backend: aws-lc" },
    { crate = "openssl", reason = "one backend: rustls" },
]

[sources]
unknown-git = "deny"
"#;

    #[test]
    fn what_is_listed_is_allowed_and_nothing_else() {
        let policy = Policy::read(DENY);

        assert!(policy.allows("b", "MIT") && policy.allows("b", "ISC"));
        assert!(!policy.allows("b", "GPL-3.0"));
    }

    #[test]
    fn an_exception_holds_for_its_crate_only() {
        let policy = Policy::read(DENY);

        assert!(policy.allows("a", "Apache-2.0 WITH LLVM-exception"));
        assert!(!policy.allows("b", "Apache-2.0 WITH LLVM-exception"));
    }

    #[test]
    fn a_banned_crate_is_found_by_its_whole_name_only() {
        let tree = "string v1.0.0\nopenssl-probe v0.2.1\nring v0.17.0 (*)\n";

        let found = Policy::read(DENY).banned_in(tree);

        assert_eq!(found, ["ring: it is banned; `cargo tree --invert ring` says who wants it"]);
    }

    #[test]
    fn our_own_policy_is_read() {
        let policy = Policy::read(include_str!("../../../deny.toml"));

        assert!(policy.allows("a", "MIT"));
        assert!(!policy.exceptions.is_empty());
        assert!(
            ["ring", "openssl", "openssl-sys", "native-tls"]
                .iter()
                .all(|name| policy.banned.iter().any(|one| one == name))
        );
    }
}
