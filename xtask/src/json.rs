//! JSON, as `cargo metadata` writes it: read whole, then asked by key.

use crate::tool::Failure;

/// Deeper than any metadata, and shallow enough for the stack.
const DEEPEST: usize = 64;

/// A value of RFC 8259 §3.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text; anything behind the value is a failure.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let mut reader = Reader { rest: text, depth: 0 };
        let value = reader.value().and_then(|value| {
            reader.blanks();
            reader.rest.is_empty().then_some(value)
        });
        value.ok_or_else(|| Failure::Failed(format!("this is not JSON from byte {}", text.len() - reader.rest.len())))
    }

    /// The value under a key; `None` where this is no object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items; none where this is no list.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The text under a key.
    pub(crate) fn text_at(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The items under a key; none where there is no such list.
    pub(crate) fn items_at(&self, key: &str) -> &[Self] {
        self.get(key).map_or(&[], Self::items)
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<Json> {
        self.blanks();
        match self.rest.chars().next()? {
            '{' => self.nested(|reader| reader.sequence('{', '}', Self::member).map(Json::Object)),
            '[' => self.nested(|reader| reader.sequence('[', ']', Self::value).map(Json::List)),
            '"' => self.string().map(Json::Text),
            'n' => self.takes("null").then_some(Json::Null),
            't' => self.takes("true").then_some(Json::Boolean(true)),
            'f' => self.takes("false").then_some(Json::Boolean(false)),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Json>) -> Option<Json> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn sequence<T>(&mut self, open: char, close: char, read: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut found = Vec::new();
        self.symbol(open).then_some(())?;
        if self.symbol(close) {
            return Some(found);
        }
        loop {
            found.push(read(self)?);
            if self.symbol(close) {
                return Some(found);
            }
            self.symbol(',').then_some(())?;
        }
    }

    fn member(&mut self) -> Option<(String, Json)> {
        self.blanks();
        let name = self.string()?;
        self.symbol(':').then_some(())?;
        Some((name, self.value()?))
    }

    fn string(&mut self) -> Option<String> {
        self.takes("\"").then_some(())?;
        let mut text = String::new();
        loop {
            let plain = self.rest.find(['"', '\\'])?;
            text.push_str(self.rest.get(..plain)?);
            self.rest = self.rest.get(plain..)?;
            if self.takes("\"") {
                return Some(text);
            }
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Option<char> {
        let letter = self.rest.chars().nth(1)?;
        self.rest = self.rest.get(1 + letter.len_utf8()..)?;
        Some(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => return self.code_point(),
            _ => return None,
        })
    }

    /// One unit of four digits, or a pair of surrogates (RFC 8259 §7).
    fn code_point(&mut self) -> Option<char> {
        let first = self.unit()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        self.takes("\\u").then_some(())?;
        let second = self.unit()?.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + second)
    }

    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }

    fn number(&mut self) -> Option<Json> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c)).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at_checked(end)?;
        let number = digits.parse().ok().map(Json::Number)?;
        self.rest = rest;
        Some(number)
    }

    fn symbol(&mut self, symbol: char) -> bool {
        self.blanks();
        let found = self.rest.strip_prefix(symbol);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.rest.strip_prefix(word);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }
}

#[cfg(test)]
mod test {
    use super::{Failure, Json};

    fn read(text: &str) -> Json {
        Json::read(text).expect("the text is JSON")
    }

    fn text(text: &str) -> Json {
        Json::Text(text.to_owned())
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let found = read(" { \"a\" : [ null , true, false, -1.5e2, \"x\" ], \"b\": {} , \"c\": [] } ");

        let items = vec![Json::Null, Json::Boolean(true), Json::Boolean(false), Json::Number(-150.0), text("x")];
        assert_eq!(found.get("a"), Some(&Json::List(items)));
        assert_eq!(found.get("b"), Some(&Json::Object(vec![])));
        assert_eq!(found.get("c"), Some(&Json::List(vec![])));
        assert_eq!(found.get("d"), None);
    }

    #[test]
    fn escapes_are_read_and_surrogates_are_paired() {
        assert_eq!(read(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#), text("a\"\\/\u{8}\u{c}\n\r\té😀é"));
    }

    #[test]
    fn what_is_not_json_is_refused_with_the_place() {
        for broken in
            ["", "[1,]", "[1 2]", "{\"a\"}", "{1:2}", "\"a", r#""\x""#, r#""\ud83d""#, r#""\u+123""#, "nul", "[1] 2"]
        {
            assert!(matches!(Json::read(broken), Err(Failure::Failed(_))), "{broken}");
        }
        assert!(matches!(Json::read("[1] 2"), Err(Failure::Failed(message)) if message.ends_with("byte 4")));
    }

    #[test]
    fn a_text_that_nests_without_end_is_refused() {
        assert!(Json::read(&"[".repeat(100_000)).is_err());
        assert!(Json::read(&format!("{}{}", "[".repeat(60), "]".repeat(60))).is_ok());
    }

    #[test]
    fn asking_a_value_for_what_it_is_not_finds_nothing() {
        let value = read(r#"{"list": ["a"], "text": "b"}"#);

        assert_eq!(value.text_at("text"), Some("b"));
        assert_eq!(value.text_at("list"), None);
        assert_eq!(value.items_at("list"), [text("a")]);
        assert!(value.items_at("text").is_empty());
        assert!(value.items().is_empty());
    }
}
