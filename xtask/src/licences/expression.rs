//! SPDX licence expressions (SPDX 2.3, annex D), and cargo's older `/` for `OR`.

/// Whether an expression is satisfied by the allowed licences; `None` for what is no expression.
///
/// A licence with an exception is asked for as a whole: `Apache-2.0 WITH LLVM-exception`.
pub(crate) fn satisfied(expression: &str, allows: &dyn Fn(&str) -> bool) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut reader = Reader { words: spaced.split_whitespace().collect(), next: 0, allows };
    let value = reader.either()?;
    reader.peek().is_none().then_some(value)
}

struct Reader<'a> {
    words: Vec<&'a str>,
    next: usize,
    allows: &'a dyn Fn(&str) -> bool,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).copied()
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Some(word);
        self.next += usize::from(is_next);
        is_next
    }

    /// `AND` binds closer than `OR`.
    fn either(&mut self) -> Option<bool> {
        let mut value = self.both()?;
        while self.takes("OR") {
            value |= self.both()?;
        }
        Some(value)
    }

    fn both(&mut self) -> Option<bool> {
        let mut value = self.one()?;
        while self.takes("AND") {
            value &= self.one()?;
        }
        Some(value)
    }

    fn one(&mut self) -> Option<bool> {
        if self.takes("(") {
            let value = self.either()?;
            return self.takes(")").then_some(value);
        }
        let licence = self.name()?;
        if self.takes("WITH") {
            let exception = self.name()?;
            return Some((self.allows)(&format!("{licence} WITH {exception}")));
        }
        Some((self.allows)(licence))
    }

    fn name(&mut self) -> Option<&'a str> {
        let word = self.peek().filter(|word| !matches!(*word, "OR" | "AND" | "WITH" | "(" | ")"))?;
        self.next += 1;
        Some(word)
    }
}

#[cfg(test)]
mod test {
    use super::satisfied;

    fn with_mit_and_isc(expression: &str) -> Option<bool> {
        satisfied(expression, &|licence| matches!(licence, "MIT" | "ISC" | "Apache-2.0 WITH LLVM-exception"))
    }

    #[test]
    fn one_side_of_an_or_is_enough() {
        assert_eq!(with_mit_and_isc("MIT OR GPL-3.0"), Some(true));
        assert_eq!(with_mit_and_isc("GPL-3.0/MIT"), Some(true));
        assert_eq!(with_mit_and_isc("GPL-3.0 / BSL-1.0"), Some(false));
    }

    #[test]
    fn both_sides_of_an_and_are_needed() {
        assert_eq!(with_mit_and_isc("MIT AND ISC"), Some(true));
        assert_eq!(with_mit_and_isc("MIT AND GPL-3.0"), Some(false));
    }

    #[test]
    fn and_binds_closer_than_or_and_brackets_closest() {
        assert_eq!(with_mit_and_isc("MIT OR ISC AND GPL-3.0"), Some(true));
        assert_eq!(with_mit_and_isc("(MIT OR ISC) AND GPL-3.0"), Some(false));
        assert_eq!(with_mit_and_isc("(GPL-3.0 OR MIT) AND (ISC)"), Some(true));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(with_mit_and_isc("Apache-2.0 WITH LLVM-exception"), Some(true));
        assert_eq!(with_mit_and_isc("Apache-2.0"), Some(false));
        assert_eq!(with_mit_and_isc("MIT WITH LLVM-exception"), Some(false));
    }

    #[test]
    fn what_is_no_expression_is_nothing() {
        for broken in ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT ISC", "MIT WITH", "()"] {
            assert_eq!(with_mit_and_isc(broken), None, "{broken}");
        }
    }
}
