//! HTML as a row of tags and text, read as tolerantly as a browser reads it.

/// A part of a page.
pub(crate) enum Piece {
    Text(String),
    Open(Tag),
    Close(String),
}

/// An opening tag.
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// Returns an attribute if it is there.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns an attribute, empty if it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }
}

/// Splits a page into tags and text; comments, scripts and styles are left out.
pub(crate) fn pieces(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        pieces.push(Piece::Text(unescape(text)));
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        if !after.starts_with(|first: char| first.is_ascii_alphabetic() || "/!?".contains(first)) {
            pieces.push(Piece::Text("<".to_owned()));
            rest = after;
            continue;
        }
        let (inside, next) = split_tag(after);
        rest = next;
        if let Some(name) = inside.strip_prefix('/') {
            pieces.push(Piece::Close(name.trim().to_ascii_lowercase()));
        } else {
            let tag = tag(inside);
            if matches!(tag.name.as_str(), "script" | "style") {
                let end = rest.to_ascii_lowercase().find(&format!("</{}", tag.name));
                rest = rest.split_at(end.unwrap_or(rest.len())).1;
            }
            pieces.push(Piece::Open(tag));
        }
    }
    pieces.push(Piece::Text(unescape(rest)));
    pieces
}

/// Splits behind the `>` that ends a tag; one in quotes does not.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => {
                let (inside, rest) = text.split_at(at);
                return (inside, rest.strip_prefix('>').unwrap_or(rest));
            }
            Some(_) | None => {}
        }
    }
    (text, "")
}

fn tag(inside: &str) -> Tag {
    let ends_name = |c: char| c.is_whitespace() || c == '/';
    let (name, mut rest) = inside.split_at(inside.find(ends_name).unwrap_or(inside.len()));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(ends_name);
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/');
        let (key, after) = rest.split_at(end.unwrap_or(rest.len()));
        let (value, next) = match after.trim_start().strip_prefix('=') {
            Some(value) => attribute_value(value.trim_start()),
            None => ("", after),
        };
        attributes.push((key.to_ascii_lowercase(), unescape(value)));
        rest = next;
    }
    Tag { name: name.to_ascii_lowercase(), attributes }
}

fn attribute_value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Replaces character references: numeric ones, and those a template engine writes.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').and_then(|(name, next)| Some((character(name)?, next)));
        if let Some((c, next)) = reference {
            plain.push(c);
            rest = next;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
