//! Texts as a table of a Markdown page takes them.

/// Writes a text as a cell. What stands in backticks stays code.
pub(crate) fn cell(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        // A backtick without its partner opens nothing.
        return pieces.iter().map(|piece| prose(piece)).collect::<Vec<_>>().join("\\`");
    }
    let written = pieces.iter().enumerate().map(|(at, piece)| match at % 2 {
        0 => prose(piece),
        _ => code(piece),
    });
    written.collect()
}

/// Writes a text as code in a cell.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = text.replace(['\n', '\r'], " ");
    if text.contains("\\|") {
        // In a code span no escape is left for this: the table takes the backslash.
        return format!("<code>{}</code>", entities(&text));
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", text.replace('|', "\\|"))
}

fn prose(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "\\<");
    text.replace(['\n', '\r'], " ")
}

fn entities(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "&#124;");
    text.replace('\\', "&#92;").replace('`', "&#96;").replace('*', "&#42;").replace('_', "&#95;")
}

/// How many backticks follow each other at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_ends_no_cell_and_opens_no_element() {
        assert_eq!(cell("a | b"), r"a \| b");
        assert_eq!(cell(r"a \| b"), r"a \\\| b");
        assert_eq!(cell("a <b>\nc"), r"a \<b> c");
        assert_eq!(cell("a ` b"), r"a \` b");
        assert_eq!(cell("a|b\\|<c>\nd`"), r"a\|b\\\|\<c> d\`");
    }

    #[test]
    fn code_in_prose_stays_code() {
        assert_eq!(cell("Default `http://localhost:<port>` <"), r"Default `http://localhost:<port>` \<");
        assert_eq!(cell("`a|b` | c"), r"`a\|b` \| c");
    }

    #[test]
    fn code_holds_whatever_it_is_given() {
        assert_eq!(code("a|b<c>"), r"`a\|b<c>`");
        assert_eq!(code("'a|b' <c>"), r"`'a\|b' <c>`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("'a`b'\nc"), "``'a`b' c``");
        assert_eq!(code("`a``"), "``` `a`` ```");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(code(r"a\|b"), "<code>a&#92;&#124;b</code>");
        assert_eq!(code(""), "");
    }
}
