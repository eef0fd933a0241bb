//! What the page tells a reader to do, step by step.

use super::PAGE;
use crate::docs::{Block, blocks};
use crate::tool::{self, Failure};

/// What stands for a checkout in the page.
const CHECKOUT: &str = "path/to/auth";
/// Where the page's server listens.
const ADDRESS: &str = "localhost:3000";
/// The command that starts the server and does not end.
const START: &str = "cargo run";
const MANIFEST: &str = "Cargo.toml";
/// The versions that the workspace locks; it lies among the files of the page.
pub(super) const LOCK: &str = "Cargo.lock";

/// What the page tells a reader to do.
#[derive(Debug)]
pub(super) struct Steps {
    /// Commands and files until the server runs, in order.
    pub(super) first: Vec<Step>,
    /// The text of `src/main.rs`.
    pub(super) program: String,
    /// Commands at the running server, with what they answer.
    pub(super) answers: Vec<Answer>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Commands(String),
    File { name: String, text: String },
}

/// A command, and lines of its output in order; `…` stands for anything.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    command: String,
    lines: Vec<String>,
}

impl Steps {
    pub(super) fn of(page: &str) -> Result<Self, Failure> {
        let mut steps = Self { first: Vec::new(), program: String::new(), answers: Vec::new() };
        let mut runs = false;
        let blocks = blocks(page);
        for (index, block) in blocks.iter().enumerate() {
            if let Some(name) = block.file() {
                let text = block.text.replace(CHECKOUT, &tool::root().to_string_lossy());
                if name == "src/main.rs" {
                    steps.program.clone_from(&text);
                }
                steps.first.push(Step::File { name: name.to_owned(), text });
            } else if block.is("sh") && !runs {
                runs = block.text.contains(START);
                steps.first.push(Step::Commands(block.text.clone()));
            } else if block.is("sh") {
                steps.answers.push(Answer::of(block, blocks.get(index + 1))?);
            }
        }
        if steps.program.is_empty() || !runs || steps.answers.is_empty() {
            let missing = "a `src/main.rs`, a command that starts it and commands that ask it something";
            return Err(Failure::Failed(format!("{PAGE} has to have {missing}")));
        }
        Ok(steps)
    }

    /// What comes before the server runs, as a script that builds it; files are copied from `$PAGE_FILES`.
    pub(super) fn build(&self) -> String {
        let lines = self.first.iter().map(|step| match step {
            Step::Commands(commands) => commands.replace(START, "cargo build"),
            Step::File { name, .. } if name == MANIFEST => {
                format!("cp \"$PAGE_FILES/{MANIFEST}\" \"$PAGE_FILES/{LOCK}\" .\n")
            }
            Step::File { name, .. } => format!("cp \"$PAGE_FILES/{}\" '{name}'\n", flat(name)),
        });
        lines.collect()
    }

    /// The commands that start the server in a new terminal: where it is, what is set, and the start itself.
    pub(super) fn start(&self) -> String {
        // `exec`, so that ending the shell ends the server.
        self.kept(&["cd ", "export ", START]).replace(START, "exec cargo run --quiet")
    }

    /// The commands that lead another terminal to the same folder.
    pub(super) fn place(&self) -> String {
        self.kept(&["cd "])
    }

    /// Of the commands until the server runs, those that begin with one of these.
    fn kept(&self, beginnings: &[&str]) -> String {
        let commands = self.first.iter().filter_map(|step| match step {
            Step::Commands(commands) => Some(commands.lines()),
            Step::File { .. } => None,
        });
        let kept = commands.flatten().filter(|line| beginnings.iter().any(|kept| line.starts_with(kept)));
        kept.flat_map(|line| [line, "\n"]).collect()
    }
}

/// A name without folders.
pub(super) fn flat(name: &str) -> String {
    name.replace('/', "_")
}

impl Answer {
    fn of(block: &Block, next: Option<&Block>) -> Result<Self, Failure> {
        let told = next.filter(|next| next.is("text")).ok_or_else(|| {
            Failure::Failed(format!("{PAGE}:{}: nothing says what this answers; add a block of text", block.line))
        })?;
        Ok(Self { command: block.text.clone(), lines: told.text.lines().map(str::to_owned).collect() })
    }

    /// The first expected line that does not come, in order.
    pub(super) fn missing(&self, output: &str, port: u16) -> Option<String> {
        let expected = self.lines.iter().map(|line| here(line, port));
        let mut there = output.lines().map(str::trim_end);
        expected.into_iter().find(|line| !there.any(|found| fits(line, found)))
    }

    /// The command, at the port where the server really listens.
    pub(super) fn command(&self, port: u16) -> String {
        here(&self.command, port)
    }
}

fn here(text: &str, port: u16) -> String {
    text.replace(ADDRESS, &format!("localhost:{port}"))
}

/// Whether a line is as expected, where `…` stands for anything.
fn fits(expected: &str, found: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| found.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod test {
    use super::{Answer, Failure, Step, Steps};

    const PAGE: &str = "\
# Guide

```sh
cargo new greeter
cd greeter
```

Write `Cargo.toml`:

```toml
auth-core = { path = \"path/to/auth/crates/auth-core\" }
```

Write `src/main.rs`:

```rust,no_run
fn auth() {}
```

```sh
export A=1
cargo run
```

```sh
curl -i http://localhost:3000/mcp
```

```text
HTTP/1.1 401 Unauthorized
```
";

    #[test]
    fn the_steps_of_a_page_are_its_files_and_commands_in_order() {
        let steps = Steps::of(PAGE).expect("the page has all of it");

        assert_eq!(steps.program, "fn auth() {}\n");
        let script = steps.build();
        assert_eq!(
            script,
            "cargo new greeter\ncd greeter\n\
             cp \"$PAGE_FILES/Cargo.toml\" \"$PAGE_FILES/Cargo.lock\" .\n\
             cp \"$PAGE_FILES/src_main.rs\" 'src/main.rs'\n\
             export A=1\ncargo build\n"
        );
        assert_eq!(steps.start(), "cd greeter\nexport A=1\nexec cargo run --quiet\n");
        let answer = Answer {
            command: "curl -i http://localhost:3000/mcp\n".to_owned(),
            lines: vec!["HTTP/1.1 401 Unauthorized".to_owned()],
        };
        assert_eq!(steps.answers, [answer]);
        let Step::File { text, .. } = &steps.first[1] else { panic!("the manifest comes second") };
        assert!(!text.contains("path/to/auth"), "{text}");
    }

    #[test]
    fn a_command_whose_answer_is_not_told_is_a_failure() {
        let (page, _) = PAGE.split_once("```text").expect("it has one");

        assert!(matches!(Steps::of(page), Err(Failure::Failed(why)) if why.contains("nothing says what this answers")));
        assert!(Steps::of("# Guide\n").is_err());
    }

    #[test]
    fn lines_of_an_answer_come_in_order_and_dots_stand_for_anything() {
        let answer = |text: &str| Answer { command: String::new(), lines: text.lines().map(str::to_owned).collect() };
        let output = "HTTP/1.1 401 Unauthorized\r\nserver: x\r\nlocation: http://localhost:4000/a, b, c\r\n";

        for told in ["HTTP/1.1 401 Unauthorized\nlocation: http://localhost:3000/a,… c", "…401…", "…", "server: x"]
        {
            assert_eq!(answer(told).missing(output, 4000), None, "{told}");
        }
        for wrong in ["HTTP/1.1 401", "server: x\nHTTP/1.1 401 Unauthorized", "…402…", "server: …y", "…z"] {
            assert!(answer(wrong).missing(output, 4000).is_some(), "{wrong}");
        }
    }
}
