//! The code blocks of a Markdown text.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line of its opening fence, counted from 1.
    pub(crate) line: usize,
    /// What follows the fence: `rust,no_run`.
    pub(crate) language: String,
    /// The nearest line above that is not blank, which says what the block is.
    pub(crate) above: String,
    pub(crate) text: String,
}

impl Block {
    /// Whether it is in this language, whatever else its fence says.
    pub(crate) fn is(&self, language: &str) -> bool {
        self.words().next() == Some(language)
    }

    /// The words of the fence: `rust` and `no_run`.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.language.split([',', ' ']).filter(|word| !word.is_empty())
    }

    /// The file that the line above names: ``Write `src/main.rs`:``.
    pub(crate) fn file(&self) -> Option<&str> {
        self.above.strip_suffix("`:")?.rsplit('`').next().filter(|name| !name.is_empty())
    }
}

/// The blocks of a text, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut above = "";
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    line: index + 1,
                    language: language.trim().to_owned(),
                    above: above.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some("")) => {
                found.extend(open.take());
                above = "";
            }
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) if !line.trim().is_empty() => above = line.trim(),
            (None, None) => {}
        }
    }
    found
}

#[cfg(test)]
mod test {
    use super::blocks;

    const TEXT: &str = "Write `src/main.rs`:\n\n```rust,no_run\nfn main() {}\n\n```\n\n```sh\ncargo run\n```\n";

    #[test]
    fn a_block_has_its_language_its_text_and_the_line_above() {
        let found = blocks(TEXT);

        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, found[0].text.as_str()), (3, "fn main() {}\n\n"));
        assert!(found[0].is("rust") && found[0].words().any(|word| word == "no_run"));
        assert_eq!(found[0].above, "Write `src/main.rs`:");
        assert_eq!((found[1].line, found[1].above.as_str()), (8, ""));
    }

    #[test]
    fn the_line_above_may_name_a_file() {
        let found = blocks(TEXT);

        assert_eq!(found[0].file(), Some("src/main.rs"));
        assert_eq!(found[1].file(), None);
        assert_eq!(blocks("See `a` and this:\n```\n```\n")[0].file(), None);
    }

    #[test]
    fn a_block_that_is_never_closed_is_none() {
        assert_eq!(blocks("```rust\nfn a() {}\n"), []);
    }
}
