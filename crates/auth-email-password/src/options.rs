//! What an app can choose.

use crate::password::MOST_BYTES;

/// Sign-up and sign-in with e-mail and password: the plugin `email-password`.
///
/// ```
/// use auth_email_password::EmailPassword;
///
/// let plugin = EmailPassword::new().min_password(12).sign_in_path("/login");
/// ```
#[derive(Clone, Debug)]
pub struct EmailPassword {
    pub(crate) sign_up: bool,
    pub(crate) min_password: usize,
    pub(crate) max_password: usize,
    pub(crate) sign_in_path: String,
    pub(crate) sign_up_path: String,
    pub(crate) pages: bool,
    pub(crate) delete_user: bool,
}

impl Default for EmailPassword {
    fn default() -> Self {
        Self::new()
    }
}

impl EmailPassword {
    /// The plugin with its defaults: sign-up on, 8 to 128 characters, pages at `/sign-in` and
    /// `/sign-up`.
    pub fn new() -> Self {
        Self {
            sign_up: true,
            min_password: 8,
            max_password: 128,
            sign_in_path: "/sign-in".to_owned(),
            sign_up_path: "/sign-up".to_owned(),
            pages: true,
            delete_user: false,
        }
    }

    /// Whether people can make accounts themselves. Default true.
    #[must_use]
    pub fn sign_up(mut self, on: bool) -> Self {
        self.sign_up = on;
        self
    }

    /// The fewest characters of a new password, in UTF-16 units. Default 8.
    #[must_use]
    pub fn min_password(mut self, units: usize) -> Self {
        self.min_password = units;
        self
    }

    /// The most characters of a new password, in UTF-16 units. Default 128; at most 1024, and no
    /// password may be longer than 1024 bytes.
    #[must_use]
    pub fn max_password(mut self, units: usize) -> Self {
        self.max_password = units;
        self
    }

    /// Where the sign-in page is, at the origin. Default `/sign-in`.
    #[must_use]
    pub fn sign_in_path(mut self, path: impl Into<String>) -> Self {
        self.sign_in_path = path.into();
        self
    }

    /// Where the sign-up page is, at the origin. Default `/sign-up`.
    #[must_use]
    pub fn sign_up_path(mut self, path: impl Into<String>) -> Self {
        self.sign_up_path = path.into();
        self
    }

    /// Leaves out the pages, for an app that has its own and posts JSON.
    #[must_use]
    pub fn without_pages(mut self) -> Self {
        self.pages = false;
        self
    }

    /// Whether people can delete their accounts themselves, with their password. Default false.
    #[must_use]
    pub fn delete_user(mut self, on: bool) -> Self {
        self.delete_user = on;
        self
    }

    /// What is wrong with the options; empty if nothing is.
    pub(crate) fn complaints(&self) -> Vec<WrongOption> {
        let mut complaints = Vec::new();
        let number = |option, value: usize, right| WrongOption { option, value: value.to_string(), right };
        if self.min_password == 0 {
            complaints.push(number("min_password", 0, "use at least 1, better 8 or more".to_owned()));
        }
        if self.max_password > MOST_BYTES {
            complaints.push(number("max_password", self.max_password, format!("use at most {MOST_BYTES}")));
        }
        if self.min_password > self.max_password {
            let right = format!("use at most max_password, which is {}", self.max_password);
            complaints.push(number("min_password", self.min_password, right));
        }
        let path = |option, path: &str, right: &str| WrongOption {
            option,
            value: format!("{path:?}"),
            right: right.to_owned(),
        };
        for (option, given) in [("sign_in_path", &self.sign_in_path), ("sign_up_path", &self.sign_up_path)] {
            if !is_plain_path(given) {
                complaints.push(path(option, given, "use a path such as /sign-in"));
            }
        }
        if self.sign_in_path == self.sign_up_path {
            complaints.push(path("sign_up_path", &self.sign_up_path, "use another path than sign_in_path"));
        }
        complaints
    }
}

/// An option whose value is wrong, and what would be right.
#[derive(Debug)]
pub(crate) struct WrongOption {
    pub(crate) option: &'static str,
    pub(crate) value: String,
    pub(crate) right: String,
}

/// Says whether a path starts with a slash, does not end with one and has plain segments.
fn is_plain_path(path: &str) -> bool {
    let plain = |segment: &str| {
        !segment.is_empty()
            && !segment.chars().all(|c| c == '.')
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c))
    };
    path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_option_is_named_at_once() {
        let plugin = EmailPassword::new().min_password(0).max_password(2000).sign_in_path("x").sign_up_path("/{x}");

        let complaints = plugin.complaints();

        assert_eq!(complaints.len(), 4, "{complaints:?}");
        assert!(EmailPassword::new().complaints().is_empty());
        assert_eq!(EmailPassword::new().min_password(9).max_password(8).complaints().len(), 1);
        assert_eq!(EmailPassword::new().sign_up_path("/sign-in").complaints().len(), 1);
    }
}
