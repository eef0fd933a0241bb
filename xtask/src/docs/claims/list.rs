//! Lists of claims, as they are written down: a line for each claim, and below it what stands behind it.

/// A part of a list, with the line it begins at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) line: usize,
    pub(super) what: What<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What<'a> {
    Section(&'a str),
    Text(&'a str),
    Claim(Claim<'a>),
    Unread,
}

/// A claim: `id | source | requirement`, or `id | attempt | outcome | advisories`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim<'a> {
    /// What it is called by, as long as the list lives.
    pub(super) id: &'a str,
    pub(super) cells: [&'a str; 2],
    /// Failures of other products that the tests would have found.
    pub(super) advisories: Vec<&'a str>,
    pub(super) shown: Shown<'a>,
}

/// What stands behind a claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown<'a> {
    /// These tests, each with its line.
    By(Vec<(usize, &'a str)>),
    /// Nothing yet, and why.
    Planned(&'a str),
    /// Nothing ever, and why.
    NotBuilt(&'a str),
    /// Neither a test nor a reason.
    Nothing,
}

/// Reads a list. What cannot be read is part of it, so that it can be told.
pub(super) fn read(text: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for (line, written) in text.lines().enumerate().map(|(index, written)| (index + 1, written)) {
        let Some(below) = written.strip_prefix("  ") else {
            if !written.trim().is_empty() {
                parts.push(Part { line, what: begun(written) });
            }
            continue;
        };
        let taken = match parts.last_mut() {
            Some(Part { what: What::Claim(claim), .. }) => claim.shown.takes(line, below.trim()),
            _ => false,
        };
        if !taken {
            parts.push(Part { line, what: What::Unread });
        }
    }
    parts
}

fn begun(line: &str) -> What<'_> {
    if let Some(title) = line.strip_prefix("@ ") {
        return What::Section(title);
    }
    if let Some(text) = line.strip_prefix("> ") {
        return What::Text(text);
    }
    let cells: Vec<&str> = line.split(" | ").map(str::trim).collect();
    let (id, cells, advisories) = match cells.as_slice() {
        [id, first, second] => (*id, [*first, *second], ""),
        [id, first, second, advisories] => (*id, [*first, *second], *advisories),
        _ => return What::Unread,
    };
    if id.is_empty() || id.contains(' ') || cells.contains(&"") {
        return What::Unread;
    }
    What::Claim(Claim { id, cells, advisories: advisories.split_whitespace().collect(), shown: Shown::Nothing })
}

impl<'a> Shown<'a> {
    /// Takes a line below a claim; no if it says nothing, or something else than those before it.
    fn takes(&mut self, line: usize, text: &'a str) -> bool {
        let why = |said: &str| text.strip_prefix(said).map(str::trim).filter(|why| !why.is_empty());
        match self {
            Self::By(tests) if !text.contains(' ') => tests.push((line, text)),
            Self::Nothing => {
                *self = match (why("planned:"), why("not built:")) {
                    (Some(why), _) => Self::Planned(why),
                    (_, Some(why)) => Self::NotBuilt(why),
                    _ if text.contains(' ') || text.ends_with(':') => return false,
                    _ => Self::By(vec![(line, text)]),
                };
            }
            Self::By(_) | Self::Planned(_) | Self::NotBuilt(_) => return false,
        }
        true
    }
}

#[cfg(test)]
mod test {
    use super::{Claim, Part, Shown, What, read};

    fn claim(text: &str) -> Claim<'_> {
        let [Part { what: What::Claim(_), .. }] = read(text)[..] else { panic!("{text}: {:?}", read(text)) };
        let Some(Part { what: What::Claim(claim), .. }) = read(text).pop() else { panic!("{text}") };
        claim
    }

    #[test]
    fn a_claim_has_its_tests_below_it_with_their_lines() {
        let read = claim("once | RFC 1 §2 | It works once\n  a::b::c\n\n  a::b::d\n");

        assert_eq!((read.id, read.cells), ("once", ["RFC 1 §2", "It works once"]));
        assert_eq!(read.shown, Shown::By(vec![(2, "a::b::c"), (4, "a::b::d")]));
        assert_eq!(read.advisories, [""; 0]);
    }

    #[test]
    fn an_attack_may_name_advisories() {
        let read = claim("17 | Twice | refused | CVE-2020-1 GHSA-a\n  planned: no room yet\n");

        assert_eq!(read.advisories, ["CVE-2020-1", "GHSA-a"]);
        assert_eq!(read.shown, Shown::Planned("no room yet"));
    }

    #[test]
    fn what_is_not_built_says_why() {
        assert_eq!(claim("a | b | c\n  not built: nobody asks\n").shown, Shown::NotBuilt("nobody asks"));
        assert_eq!(claim("a | b | c\n").shown, Shown::Nothing);
    }

    #[test]
    fn what_cannot_be_read_stays_with_its_line() {
        for (text, line) in [
            ("words", 1),
            ("a | b", 1),
            ("a | b | c | d | e", 1),
            ("two words | b | c", 1),
            ("  a::b", 1),
            ("@ One\n  a::b", 2),
            ("a | b | c\n  planned:", 2),
            ("a | b | c\n  planned\n  words of it", 3),
            ("a | b | c\n  planned: x\n  a::b", 3),
            ("a | b | c\n  a::b\n  planned: x", 3),
        ] {
            let unread: Vec<usize> =
                read(text).iter().filter(|part| part.what == What::Unread).map(|part| part.line).collect();
            assert_eq!(unread, [line], "{text}");
        }
    }
}
