//! How many tests passed and failed, read from the runners' own summaries.

use std::fmt;
use std::ops::AddAssign;

/// Tests that passed, failed and were left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Reads a summary line of nextest, `cargo test` or one of our clients; `None` for other lines.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let line = without_colour(line);
        if let Some(rest) = line.strip_prefix("test result: ") {
            return Some(Self::of_parts(rest.split_once(". ")?.1.split(';')));
        }
        // What nextest repeats of a single test is indented, and counted in its summary.
        let line = line.trim();
        if line.starts_with("Summary [") && line.contains(" run: ") {
            return Some(Self::of_parts(line.split_once(" run: ")?.1.split(',')));
        }
        let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
        Some(Self { passed: passed.parse().ok()?, failed: failed.parse().ok()?, skipped: 0 })
    }

    fn of_parts<'a>(parts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = Self::default();
        for part in parts {
            let mut words = part.split_whitespace();
            let Some(number) = words.next().and_then(|word| word.parse::<u64>().ok()) else {
                continue;
            };
            match words.next().unwrap_or_default() {
                "passed" => counts.passed += number,
                "failed" | "timed" | "exec" => counts.failed += number,
                "ignored" | "skipped" => counts.skipped += number,
                _ => {}
            }
        }
        counts
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn without_colour(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // `ESC [ … letter`
            let _ = characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod test {
    use super::Counts;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts { passed, failed, skipped }
    }

    #[test]
    fn the_summary_of_nextest_is_read() {
        let line = "     Summary [   0.010s] 5 tests run: 5 passed, 2 skipped";

        assert_eq!(Counts::read(line), Some(counts(5, 0, 2)));
    }

    #[test]
    fn failures_and_timeouts_of_nextest_both_count_as_failed() {
        let line = "     Summary [   9.1s] 9/12 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 3 skipped";

        assert_eq!(Counts::read(line), Some(counts(6, 3, 3)));
    }

    #[test]
    fn a_coloured_summary_is_read() {
        let line = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.010s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped";

        assert_eq!(Counts::read(line), Some(counts(1, 0, 0)));
    }

    #[test]
    fn the_summary_of_cargo_test_is_read() {
        let line = "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s";

        assert_eq!(Counts::read(line), Some(counts(3, 1, 2)));
    }

    #[test]
    fn what_nextest_repeats_of_one_test_is_not_counted_again() {
        let line =
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 12 filtered out; finished in 0.01s";

        assert_eq!(Counts::read(line), None);
    }

    #[test]
    fn the_closing_line_of_a_client_is_read() {
        assert_eq!(Counts::read("36 passed, 1 failed"), Some(counts(36, 1, 0)));
    }

    #[test]
    fn other_lines_are_no_summary() {
        assert_eq!(Counts::read("test code::a_code_works_once ... ok"), None);
        assert_eq!(Counts::read("ok none: the tools are listed"), None);
        assert_eq!(Counts::read(""), None);
    }
}
