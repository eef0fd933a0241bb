//! Sessions: a random token in a signed cookie, its digest in the database.

mod access;
mod cookie;
mod extract;
mod issue;

pub use access::{AccessEnd, AccessEnded};
pub use cookie::{CookieKind, SESSION_COOKIE, cookie_value, expired_cookie, set_cookie};
pub use extract::{CurrentSession, OptionalSession};
pub(crate) use issue::Found;
pub use issue::{IssuedSession, NewSession, SessionIssued, SessionRevoked, SignedIn};
