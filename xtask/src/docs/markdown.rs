//! Links and anchors of a Markdown text, as GitHub and mdBook read them.

/// A link, and the line it stands in, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) line: usize,
    pub(crate) target: String,
}

/// The links of a text, outside of code.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, prose) in prose(text) {
        let prose = without_code(prose);
        let inline = prose.split("](").skip(1).map(target);
        let reference =
            prose.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, rest)| target(rest));
        found.extend(inline.chain(reference).map(|target| Link { line, target: target.to_owned() }));
    }
    found
}

/// The anchors of a text: its headings, and what it names with `id`.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, line) in prose(text) {
        if let Some(heading) = heading(line) {
            let slug = slug(heading);
            let before = found.iter().filter(|other| **other == slug).count();
            let mut anchor = slug.clone();
            let mut number = before;
            while found.contains(&anchor) {
                number = number.max(1);
                anchor = format!("{slug}-{number}");
                number += 1;
            }
            found.push(anchor);
        }
        found.extend(line.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    found
}

/// The lines outside of fenced code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let start = line.trim_start();
        let opening = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, opening) {
            (None, None) => return Some((index + 1, line)),
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
        }
        None
    })
}

/// A line without its code spans.
fn without_code(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let closed = parts.len() % 2 == 1;
    let kept = parts.iter().enumerate().filter(|(index, _)| index % 2 == 0 || (!closed && index + 1 == parts.len()));
    kept.map(|(_, part)| *part).collect()
}

/// The code spans of a line.
pub(crate) fn code(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The target at the start of what follows `](`, without a title.
fn target(rest: &str) -> &str {
    if let Some(bracketed) = rest.strip_prefix('<') {
        return bracketed.split('>').next().unwrap_or_default();
    }
    rest.split([')', ' ']).next().unwrap_or_default()
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let depth = line.len() - text.len();
    ((1..=6).contains(&depth) && text.starts_with(' ')).then(|| text.trim().trim_end_matches('#').trim_end())
}

fn slug(heading: &str) -> String {
    let mut text = String::new();
    let mut rest = heading;
    // Of a link, the text alone is in the anchor.
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let kept = text.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        _ => c.is_alphanumeric().then_some(c),
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod test {
    use super::{anchors, links};

    fn targets(text: &str) -> Vec<String> {
        links(text).into_iter().map(|link| link.target).collect()
    }

    #[test]
    fn links_are_found_however_they_are_written() {
        let text = "see [a](a.md), ![b](b.png \"title\") and [c](<c d.md>)\n\n[e]: e.md#x\n";

        assert_eq!(targets(text), ["a.md", "b.png", "c d.md", "e.md#x"]);
        assert_eq!(links(text)[3].line, 3);
    }

    #[test]
    fn code_holds_no_links() {
        let text = "```rust\n[a](a.md)\n```\n`[b](b.md)` and [`c`](c.md)\n~~~\n```\n[d](d.md)\n~~~\n";

        assert_eq!(targets(text), ["c.md"]);
    }

    #[test]
    fn headings_are_anchors() {
        let text = "# What it *is*\n## `auth-core`: the_framework\n## A [link](b.md)\n## Again\n## Again\n#no\n```\n# code\n```\n";

        assert_eq!(anchors(text), ["what-it-is", "auth-core-the_framework", "a-link", "again", "again-1"]);
    }

    #[test]
    fn named_places_are_anchors() {
        assert_eq!(anchors("<a id=\"here\"></a>\n"), ["here"]);
    }
}
