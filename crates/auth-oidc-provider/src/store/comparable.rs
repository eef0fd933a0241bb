//! What strangers name, judged before it is compared with a column: a database may refuse to compare what can
//! stand in none, and that is no failure of ours.

/// Whether a text can be compared with a text of ours: PostgreSQL keeps no NUL.
pub(crate) fn is_text(text: &str) -> bool {
    !text.contains('\0')
}

/// Whether a text can be compared with the id of a row or a person: MySQL keeps those as ASCII.
pub(crate) fn is_id(text: &str) -> bool {
    is_text(text) && text.is_ascii()
}
