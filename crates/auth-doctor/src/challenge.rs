//! The challenge of a resource, read as clients read it. RFC 9110 §11.6.1, RFC 6750 §3.

use std::collections::BTreeMap;

/// The parameters of a `Bearer` challenge, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Challenge(BTreeMap<String, String>);

impl Challenge {
    /// Reads a header value that begins with a challenge of the scheme `Bearer`.
    pub(crate) fn parse(value: &str) -> Option<Self> {
        let (scheme, mut rest) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut parameters = BTreeMap::new();
        while let Some((name, value)) = rest.split_once('=') {
            let (value, after) = match value.strip_prefix('"') {
                Some(quoted) => quoted_text(quoted)?,
                None => value
                    .split_once(',')
                    .map_or((value.trim().to_owned(), ""), |(value, after)| (value.trim().to_owned(), after)),
            };
            parameters.insert(name.trim_matches([' ', ',']).to_ascii_lowercase(), value);
            rest = after;
        }
        Some(Self(parameters))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn scope(&self) -> Vec<String> {
        self.get("scope").into_iter().flat_map(str::split_whitespace).map(str::to_owned).collect()
    }
}

/// The text up to the closing quote, and what follows it.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let (mut read, mut escaped) = (String::new(), false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => {
                read.push(character);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((read, text.get(at + 1..).unwrap_or_default())),
            _ => read.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read_with_and_without_quotes() {
        let read =
            Challenge::parse(r#"Bearer error="in\"valid, token", scope="a b",resource_metadata=https://a.example/x"#);

        let read = read.unwrap();
        assert_eq!(read.get("error"), Some("in\"valid, token"));
        assert_eq!(read.scope(), ["a", "b"]);
        assert_eq!(read.get("resource_metadata"), Some("https://a.example/x"));
    }

    #[test]
    fn what_is_no_bearer_challenge_is_none() {
        for value in ["Basic realm=\"a\"", "Bearer", "Bearer scope=\"a"] {
            assert_eq!(Challenge::parse(value), None, "{value}");
        }
    }
}
