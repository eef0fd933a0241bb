//! A Rust file as the rules read it: its code without comments and strings, and which of it is tests.

/// A Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path, from the workspace's root, with slashes.
    pub(crate) path: String,
    /// The code: what comments and strings hold is blanks, and every line stands where it stood.
    pub(crate) code: String,
    /// For every line, whether it belongs to an item under `#[cfg(test)]`.
    tests: Vec<bool>,
}

/// A line of code, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) number: usize,
    pub(crate) code: &'a str,
    pub(crate) is_test: bool,
}

impl Source {
    pub(crate) fn of(path: &str, text: &str) -> Self {
        let code = code_of(text);
        let tests = tests_in(&code);
        Self { path: path.to_owned(), code, tests }
    }

    /// Whether the whole file is tests: it lies in a `tests` folder.
    pub(crate) fn is_test_file(&self) -> bool {
        self.path.split('/').any(|folder| folder == "tests")
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let whole = self.is_test_file();
        let tests = self.tests.iter().map(move |test| whole || *test);
        self.code.lines().zip(tests).enumerate().map(|(index, (code, is_test))| Line {
            number: index + 1,
            code,
            is_test,
        })
    }

    /// The line of a place in the code.
    pub(crate) fn line_of(&self, place: usize) -> usize {
        self.code.get(..place).map_or(1, |before| before.matches('\n').count() + 1)
    }

    /// Whether a place in the code is tests.
    pub(crate) fn is_test_at(&self, place: usize) -> bool {
        let line = self.line_of(place);
        self.is_test_file() || self.tests.get(line - 1).copied().unwrap_or(false)
    }
}

/// Where a word stands in code: not as a part of a longer word.
pub(crate) fn word_places<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(place, _)| place).filter(move |place| {
        let before = code.get(..*place).and_then(|before| before.chars().next_back());
        let after = code.get(place + word.len()..).and_then(|after| after.chars().next());
        let opens = word.chars().next().is_some_and(is_of_word) && before.is_some_and(is_of_word);
        let goes_on = word.chars().next_back().is_some_and(is_of_word) && after.is_some_and(is_of_word);
        !opens && !goes_on
    })
}

pub(crate) fn has_word(code: &str, word: &str) -> bool {
    word_places(code, word).next().is_some()
}

pub(crate) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The place behind the bracket that closes the first opening one.
pub(crate) fn end_of_brackets(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(place + c.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

fn tests_in(code: &str) -> Vec<bool> {
    let mut tests = vec![false; code.lines().count()];
    for attribute in ["#[cfg(test)]", "#[cfg(all(test"] {
        for (place, _) in code.match_indices(attribute) {
            let Some(rest) = code.get(place..) else { continue };
            let first = code.get(..place).map_or(0, |before| before.matches('\n').count());
            let count = rest.get(..end_of_item(rest)).map_or(1, |item| item.lines().count());
            tests.iter_mut().skip(first).take(count).for_each(|test| *test = true);
        }
    }
    tests
}

/// The place behind an item that begins with attributes: its closing brace or its semicolon.
fn end_of_item(code: &str) -> usize {
    let mut place = 0;
    while let Some(rest) = code.get(place..) {
        match rest.chars().next() {
            None => break,
            Some(';') => return place + 1,
            Some('{') => return place + end_of_brackets(rest).unwrap_or(rest.len()),
            Some('(' | '[') => place += end_of_brackets(rest).unwrap_or(rest.len()),
            Some(c) => place += c.len_utf8(),
        }
    }
    code.len()
}

fn code_of(text: &str) -> String {
    let mut blanker = Blanker { rest: text, code: String::with_capacity(text.len()) };
    while let Some(next) = blanker.rest.chars().next() {
        blanker.step(next);
    }
    blanker.code
}

/// Copies code, and writes a blank for every character of a comment or a string.
struct Blanker<'a> {
    rest: &'a str,
    code: String,
}

impl Blanker<'_> {
    fn step(&mut self, next: char) {
        if self.rest.starts_with("//") {
            self.blank(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.blank(end_of_comment(self.rest));
        } else if next == '"' {
            self.string(end_of_string(self.rest));
        } else if next == '\'' {
            self.quote();
        } else if is_of_word(next) {
            self.word();
        } else {
            self.copy(next.len_utf8());
        }
    }

    /// A word, and the raw string that it may be the prefix of.
    fn word(&mut self) {
        let end = self.rest.find(|c| !is_of_word(c)).unwrap_or(self.rest.len());
        let is_prefix = matches!(self.rest.get(..end), Some("r" | "br" | "cr"));
        self.copy(end);
        let hashes = self.rest.len() - self.rest.trim_start_matches('#').len();
        if !is_prefix || !self.rest.get(hashes..).is_some_and(|rest| rest.starts_with('"')) {
            return;
        }
        self.copy(hashes);
        let close = format!("\"{}", "#".repeat(hashes));
        let end = self.rest.get(1..).and_then(|inside| inside.find(&close)).map_or(self.rest.len(), |at| at + 2);
        self.string(end);
    }

    /// A character, or the quote of a lifetime.
    fn quote(&mut self) {
        let mut inside = self.rest.chars().skip(1);
        let first = inside.next().unwrap_or_default();
        let end = if first == '\\' {
            self.rest.get(3..).and_then(|rest| rest.find('\'')).map_or(self.rest.len(), |at| at + 4)
        } else if inside.next() == Some('\'') {
            2 + first.len_utf8()
        } else {
            return self.copy(1);
        };
        self.string(end);
    }

    /// Keeps the quotes of a string that ends at `end`.
    fn string(&mut self, end: usize) {
        self.copy(1);
        self.blank(end.saturating_sub(2));
        self.copy(usize::from(!self.rest.is_empty()));
    }

    fn copy(&mut self, count: usize) {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        self.code.push_str(taken);
        self.rest = rest;
    }

    fn blank(&mut self, count: usize) {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        self.code.extend(taken.chars().map(|c| if c == '\n' { c } else { ' ' }));
        self.rest = rest;
    }
}

fn end_of_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut place = 0;
    while let Some(rest) = text.get(place..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            place += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            place += 2;
            if depth == 0 {
                return place;
            }
        } else {
            place += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod test {
    use super::{Source, code_of, has_word};

    fn tests_of(text: &str) -> Vec<usize> {
        Source::of("src/a.rs", text).lines().filter(|line| line.is_test).map(|line| line.number).collect()
    }

    #[test]
    fn comments_and_strings_are_blank_and_lines_stay() {
        let text = "a(); // b\n/* c\n/* d */ e */ f(\"g \\\" h\n i\");\nr#\"j \" k\"#; b\"l\";\n";

        let code = code_of(text);

        let words: Vec<&str> = code.split_whitespace().collect();
        assert_eq!(words, ["a();", "f(\"", "\");", "r#\"", "\"#;", "b\"", "\";"]);
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn a_quote_may_be_a_character_or_a_lifetime() {
        let code = code_of("fn a<'b>(c: &'b str) { d('\"', '\\'', 'é', b'\\\\'); /* e */ }");

        assert!(code.starts_with("fn a<'b>(c: &'b str) { d('"));
        assert!(code.contains(");") && !code.contains('e'), "{code}");
    }

    #[test]
    fn an_item_under_cfg_test_is_tests_to_its_end() {
        assert_eq!(tests_of("fn a() {}\n\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\nfn c() {}\n"), [3, 4, 5, 6]);
        assert_eq!(tests_of("#[cfg(test)]\n#[path = \"x\"]\nmod tests;\nfn c() {}\n"), [1, 2, 3]);
        assert_eq!(tests_of("// #[cfg(test)]\nfn c() {}\n"), [0_usize; 0]);
    }

    #[test]
    fn a_file_in_a_tests_folder_is_tests_throughout() {
        let source = Source::of("crates/a/tests/spec/main.rs", "fn a() {}\n");

        assert!(source.is_test_file() && source.is_test_at(0));
    }

    #[test]
    fn a_word_is_found_whole_only() {
        assert!(has_word("a.begin()", "begin"));
        assert!(!has_word("a.beginning()", "begin") && !has_word("_begin", "begin"));
        assert!(has_word("x.one(tx)", ".one("));
    }
}
