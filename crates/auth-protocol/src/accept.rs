//! Which of two forms of an answer a caller prefers. RFC 9110 §12.4.2 and §12.5.1.

/// Whether a caller asks for `special` instead of `usual`, two media types, by its `Accept` headers.
///
/// No header, and a wildcard that fits both, ask for nothing special. Of two that are named with the same
/// weight it is the special one: who wants the usual one need not name the other. A range that cannot be read
/// counts for nothing, and parameters other than `q` make no difference, since neither type has any.
pub fn prefers<'a>(accept: impl IntoIterator<Item = &'a str>, special: &str, usual: &str) -> bool {
    let fields = accept.into_iter().flat_map(|field| outside_quotes(field, ','));
    let ranges: Vec<Range<'_>> = fields.filter_map(Range::parse).collect();
    let (special, usual) = (Fit::best(special, &ranges), Fit::best(usual, &ranges));

    special.weight > usual.weight || (special.is_named && special.weight == usual.weight && special.weight > 0)
}

/// A media range, with its weight in thousandths.
#[derive(Clone, Copy)]
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    weight: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = outside_quotes(text, ';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let parameters = parts.filter_map(|part| part.split_once('='));
        let given = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("q")).map(|(_, value)| value).next();

        Some(Self { kind, subtype, weight: given.map_or(Some(1000), weight)? })
    }

    /// How closely the range fits a media type, if it does: 2 names it.
    fn closeness(self, media_type: &str) -> Option<u8> {
        let (kind, subtype) = media_type.split_once('/')?;
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (own, "*") if own.eq_ignore_ascii_case(kind) => Some(1),
            (own, of) if own.eq_ignore_ascii_case(kind) && of.eq_ignore_ascii_case(subtype) => Some(2),
            _ => None,
        }
    }
}

/// What the range says of a media type that fits it most closely.
struct Fit {
    is_named: bool,
    weight: u16,
}

impl Fit {
    fn best(media_type: &str, ranges: &[Range<'_>]) -> Self {
        let fitting = ranges.iter().filter_map(|range| Some((range.closeness(media_type)?, range.weight)));
        let (closeness, weight) = fitting.max().unwrap_or_default();
        Self { is_named: closeness == 2, weight }
    }
}

/// A weight in thousandths: 0 to 1, with three decimals at most.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| is_short)?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// The parts between separators that do not stand in a quoted string (RFC 9110 §5.6.4).
fn outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |letter: char| {
        let was_escaped = is_escaped;
        is_escaped = is_quoted && !was_escaped && letter == '\\';
        if letter == '"' && !was_escaped {
            is_quoted = !is_quoted;
        }
        letter == separator && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const JWT: &str = "application/token-introspection+jwt";

    fn asks(accept: &str) -> bool {
        prefers([accept], JWT, "application/json")
    }

    #[test]
    fn who_names_the_special_form_asks_for_it() {
        for accept in [
            JWT,
            "Application/Token-Introspection+JWT",
            "application/token-introspection+jwt;q=0.001",
            "application/token-introspection+jwt ; Q=1.000",
            "application/token-introspection+jwt;charset=utf-8;q=0.5, application/json;q=0.499",
            "application/token-introspection+jwt, application/json",
            "application/json, application/token-introspection+jwt",
            "application/token-introspection+jwt, */*",
            "text/html, application/token-introspection+jwt, */*;q=0.8",
            "*/*;q=0.1, ,application/token-introspection+jwt;q=0.2,",
        ] {
            assert!(asks(accept), "{accept}");
        }
    }

    #[test]
    fn nothing_and_wildcards_ask_for_the_usual_form() {
        assert!(!prefers([], JWT, "application/json"));
        for accept in ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1", "application/*, */*"] {
            assert!(!asks(accept), "{accept}");
        }
    }

    #[test]
    fn the_greater_weight_wins_and_the_closer_range_has_the_say() {
        for accept in [
            "application/token-introspection+jwt;q=0.9, application/json",
            "application/token-introspection+jwt;q=0.9, */*",
            "application/token-introspection+jwt;q=0, */*",
            "application/token-introspection+jwt;q=0.000",
            "application/token-introspection+jwt;q=0, application/json;q=0",
        ] {
            assert!(!asks(accept), "{accept}");
        }
        for accept in ["application/json;q=0, */*", "application/json;q=0.5, application/*;q=0.6, */*;q=0.1"] {
            assert!(asks(accept), "{accept}");
        }
    }

    #[test]
    fn another_type_is_not_taken_for_it() {
        for accept in
            ["application/jwt", "text/token-introspection+jwt", "application/token-introspection", "*", "*/jwt"]
        {
            assert!(!asks(accept), "{accept}");
        }
    }

    #[test]
    fn a_weight_that_cannot_be_read_makes_the_range_count_for_nothing() {
        for wrong in ["2", "1.001", "0.1234", "-1", "+0.5", "0.+1", ".5", "", "x", "0,5", "1e0", " 1"] {
            assert!(!asks(&format!("application/token-introspection+jwt;q={wrong}")), "{wrong}");
        }
        assert!(asks("application/json;q=7, application/token-introspection+jwt;q=0.1"));
    }

    #[test]
    fn what_is_quoted_separates_nothing() {
        assert!(!asks(r#"text/plain;a="x, application/token-introspection+jwt, y""#));
        assert!(!asks(r#"text/plain;a="\", application/token-introspection+jwt, y""#));
        assert!(!asks(r#"application/token-introspection+jwt;a=";q=1;";q=0"#));
        assert!(asks(r#"text/plain;a="\\", application/token-introspection+jwt"#));
    }

    #[test]
    fn several_headers_are_one_list() {
        assert!(prefers(["application/json;q=0.5", JWT], JWT, "application/json"));
        assert!(!prefers(["application/token-introspection+jwt;q=0.5", "application/json"], JWT, "application/json"));
    }
}
