//! A file of about one subject, and functions that fit a screen.

use super::source::{Line, Source, end_of_brackets};
use super::{Finding, Tree};
use crate::docs::is_generated;

/// Above the first a warning, above the second an error.
#[derive(Debug, Clone, Copy)]
struct Limits {
    warning: usize,
    error: usize,
}

const FILE: Limits = Limits { warning: 300, error: 600 };
const FUNCTION: Limits = Limits { warning: 60, error: 150 };
/// Many claims about one subject are still one subject.
const TEST_FILE: Limits = Limits { warning: 400, error: usize::MAX };

pub(crate) fn find(tree: &Tree) -> Vec<Finding> {
    tree.sources.iter().filter(|source| !is_generated(&source.path)).flat_map(of_source).collect()
}

fn of_source(source: &Source) -> Vec<Finding> {
    let split = "split it by subject";
    if source.is_test_file() {
        let lines = source.lines().count();
        return TEST_FILE.judge(source, lines, "tests", split).into_iter().collect();
    }
    let code: Vec<Line<'_>> = source.lines().filter(|line| !line.is_test).collect();
    let mut findings: Vec<Finding> =
        FILE.judge(source, code.len(), "code without its tests", split).into_iter().collect();
    for line in &code {
        if let Some((name, length)) = function_at(source, *line) {
            let what = format!("the function `{name}`");
            let finding = FUNCTION.judge(source, length, &what, "give its parts names of their own");
            findings.extend(finding.map(|finding| finding.at(line.number)));
        }
    }
    findings
}

impl Limits {
    fn judge(self, source: &Source, lines: usize, what: &str, right: &str) -> Option<Finding> {
        let wrong = |limit| format!("{what}: {lines} lines, more than {limit}");
        if lines > self.error {
            return Some(Finding::error(&source.path, wrong(self.error), right));
        }
        (lines > self.warning).then(|| Finding::warning(&source.path, wrong(self.warning), right))
    }
}

/// The name and the length of the function that begins on a line.
fn function_at<'a>(source: &'a Source, line: Line<'a>) -> Option<(&'a str, usize)> {
    let name = name_of_function(line.code.trim_start())?;
    let place: usize = source.code.split_inclusive('\n').take(line.number - 1).map(str::len).sum();
    let text = source.code.get(place..)?;
    let end = end_of_function(text)?;
    Some((name, text.get(..end)?.lines().count()))
}

fn name_of_function(code: &str) -> Option<&str> {
    let (before, after) =
        if let Some(after) = code.strip_prefix("fn ") { ("", after) } else { code.split_once(" fn ")? };
    let is_qualifier = |word: &str| {
        matches!(word, "const" | "async" | "unsafe" | "extern" | "\"")
            || word.starts_with("pub")
            || word.starts_with('"')
    };
    before.split_whitespace().all(is_qualifier).then_some(())?;
    after.split(['(', '<']).next()
}

/// The place behind the body; `None` for a function without one.
fn end_of_function(text: &str) -> Option<usize> {
    let mut place = 0;
    loop {
        let rest = text.get(place..)?;
        match rest.chars().next()? {
            ';' => return None,
            '{' => return Some(place + end_of_brackets(rest)?),
            '(' | '[' => place += end_of_brackets(rest)?,
            c => place += c.len_utf8(),
        }
    }
}

#[cfg(test)]
mod test {
    use super::find;
    use crate::tidy::finding::Weight;
    use crate::tidy::planted::{NO_PACKAGES, planted};

    fn findings(path: &str, code: &str) -> Vec<(Weight, String)> {
        let tree = planted(&[(path, code)], NO_PACKAGES);
        find(&tree).iter().map(|finding| (finding.weight, finding.to_string())).collect()
    }

    fn function(lines: usize) -> String {
        format!("pub(crate) async fn long(a: [u8; 4]) -> bool {{\n{}}}\n", "    b();\n".repeat(lines - 2))
    }

    #[test]
    fn a_long_file_is_a_warning_and_a_very_long_one_an_error() {
        let of = |lines: usize| findings("crates/a/src/b.rs", &"use a;\n".repeat(lines));

        assert_eq!(of(300), []);
        assert_eq!(of(301)[0].0, Weight::Warning);
        assert_eq!(of(600)[0].0, Weight::Warning);
        assert_eq!(of(601)[0].0, Weight::Error);
        assert!(of(601)[0].1.contains("601 lines, more than 600"));
    }

    #[test]
    fn a_file_that_the_app_writes_may_be_long() {
        assert_eq!(findings("examples/mcp-server/schema/migration.rs", &"use a;\n".repeat(700)), []);
    }

    #[test]
    fn the_tests_of_a_file_do_not_count() {
        let code = format!("use a;\n#[cfg(test)]\nmod tests {{\n{}{}}}\n", function(200), "a!();\n".repeat(700));

        assert_eq!(findings("crates/a/src/b.rs", &code), []);
    }

    #[test]
    fn a_long_function_is_a_warning_and_a_very_long_one_an_error() {
        let of = |lines: usize| findings("xtask/src/b.rs", &format!("\n{}", function(lines)));

        assert_eq!(of(60), []);
        assert_eq!(of(61)[0].0, Weight::Warning);
        assert_eq!(of(151)[0].0, Weight::Error);
        assert!(of(61)[0].1.starts_with("xtask/src/b.rs:2: the function `long`: 61 lines, more than 60"));
    }

    #[test]
    fn a_function_ends_at_its_own_brace() {
        let code =
            format!("fn a() {{ \"{{\"; '{{'; }} // {{\ntrait B {{\n    fn c(&self);\n}}\n{}", "use d;\n".repeat(80));

        assert_eq!(findings("crates/a/src/b.rs", &code), []);
    }

    #[test]
    fn a_file_of_tests_may_hold_four_hundred_lines() {
        let of = |lines: usize| findings("crates/a/tests/spec/b.rs", &"use a;\n".repeat(lines));

        assert_eq!(of(400), []);
        assert_eq!(of(401)[0].0, Weight::Warning);
        assert_eq!(of(2000)[0].0, Weight::Warning);
    }
}
