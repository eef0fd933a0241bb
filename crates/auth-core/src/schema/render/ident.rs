//! Names of tables and columns as names of Rust.

use std::collections::BTreeSet;

/// Words that name nothing in Rust, in any edition.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Words that stay key words even where they are written raw.
const NEVER_RAW: &[&str] = &["crate", "self", "super"];

/// The names given in one place, no two of which are the same, also in camel case.
#[derive(Debug)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// Begins with the one name that cannot be written in camel case.
    pub(super) fn new() -> Self {
        Self { taken: BTreeSet::from(["Self".to_owned()]) }
    }

    /// Gives the first of these names that is free, or the first with a number.
    pub(super) fn give(&mut self, wanted: &[&str]) -> String {
        let numbered = (2_u32..).filter_map(|number| wanted.first().map(|first| format!("{first}_{number}")));
        let mut candidates = wanted.iter().map(|&name| name.to_owned()).chain(numbered);
        candidates.find(|name| self.taken.insert(upper_camel(name))).unwrap_or_default()
    }
}

/// Writes a name in snake case: lower-case words and digits with one underscore between them.
///
/// It begins with a letter.
pub(super) fn snake(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    let mut rest = name.chars().peekable();
    while let Some(here) = rest.next() {
        let after_small = before.is_ascii_lowercase() || before.is_ascii_digit();
        let ends_acronym = before.is_ascii_uppercase() && rest.peek().is_some_and(char::is_ascii_lowercase);
        if here.is_ascii_uppercase() && (after_small || ends_acronym) {
            words.push('_');
        }
        words.push(here.to_ascii_lowercase());
        before = here;
    }
    let words: Vec<&str> = words.split('_').filter(|word| !word.is_empty()).collect();
    match words.join("_") {
        name if name.starts_with(|first: char| first.is_ascii_alphabetic()) => name,
        name => format!("n{name}"),
    }
}

/// Writes a name in snake case as a type is written.
pub(super) fn upper_camel(snake: &str) -> String {
    snake.split('_').map(capital).collect()
}

/// Writes a name in snake case as `rename_all = "camelCase"` does.
pub(super) fn lower_camel(snake: &str) -> String {
    let camel = upper_camel(snake);
    let mut letters = camel.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// Keeps a name from being a key word, as a raw identifier.
pub(super) fn raw(snake: &str) -> String {
    if KEYWORDS.contains(&snake) && !NEVER_RAW.contains(&snake) { format!("r#{snake}") } else { plain(snake) }
}

/// Keeps a name from being a key word, where no raw identifier will do.
pub(super) fn plain(snake: &str) -> String {
    if KEYWORDS.contains(&snake) { format!("{snake}_") } else { snake.to_owned() }
}

/// Names several of what one thing is called.
pub(super) fn plural(snake: &str) -> String {
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| snake.ends_with(end));
    let with_vowel = ["ay", "ey", "iy", "oy", "uy"].iter().any(|end| snake.ends_with(end));
    match snake.strip_suffix('y') {
        Some(stem) if !with_vowel => format!("{stem}ies"),
        _ if hisses => format!("{snake}es"),
        _ => format!("{snake}s"),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_snake_case() {
        for (name, snaked) in [
            ("user", "user"),
            ("emailVerified", "email_verified"),
            ("oauthApplication", "oauth_application"),
            ("redirectURLs", "redirect_ur_ls"),
            ("IDToken", "id_token"),
            ("logo2x", "logo2x"),
            ("snake_case", "snake_case"),
            ("_private__name_", "private_name"),
            ("_2fa", "n2fa"),
            ("__", "n"),
        ] {
            assert_eq!(snake(name), snaked, "{name}");
        }
    }

    #[test]
    fn the_way_back_is_camel_case() {
        assert_eq!(lower_camel("email_verified"), "emailVerified");
        assert_eq!(lower_camel("logo_2x"), "logo2x");
        assert_eq!(upper_camel("oauth_application"), "OauthApplication");
    }

    #[test]
    fn no_name_is_given_twice_in_either_case() {
        let mut names = Names::new();

        assert_eq!(names.give(&["user_id"]), "user_id");
        assert_eq!(names.give(&["user_id"]), "user_id_2");
        assert_eq!(names.give(&["a1"]), "a1");
        assert_eq!(names.give(&["a_1"]), "a_1_2", "`A1` is taken");
        assert_eq!(names.give(&["user_id", "user_id_row"]), "user_id_row");
        assert_eq!(names.give(&["self"]), "self_2", "`Self` is a key word");
    }

    #[test]
    fn no_name_is_a_key_word() {
        assert_eq!((raw("type").as_str(), plain("type").as_str()), ("r#type", "type_"));
        assert_eq!((raw("super").as_str(), plain("super").as_str()), ("super_", "super_"));
        assert_eq!((raw("kind").as_str(), plain("kind").as_str()), ("kind", "kind"));
    }

    #[test]
    fn several_are_named_in_the_plural() {
        for (one, several) in
            [("session", "sessions"), ("reply", "replies"), ("key", "keys"), ("jwks", "jwkses"), ("box", "boxes")]
        {
            assert_eq!(plural(one), several);
        }
    }
}
