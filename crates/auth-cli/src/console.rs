//! Where text goes and answers come from.

use std::fmt;
use std::io::{self, BufRead, IsTerminal, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::arguments::Reader;
use crate::exit::Exit;
use crate::failure::{Failure, chain};
use crate::failure_json::FailureJson;

/// Where text and messages go, and where a person can be asked.
pub struct Console<'a> {
    out: Stream<'a>,
    err: Stream<'a>,
    person: Option<Box<dyn BufRead + 'a>>,
}

struct Stream<'a> {
    to: Box<dyn Write + 'a>,
    coloured: bool,
}

/// What a piece of text is, for those who see colours. It must be clear without them.
///
/// `Care` and `Bad` stand in messages, the others in text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Paint {
    Head,
    Added,
    Quiet,
    Care,
    Bad,
}

impl Paint {
    fn style(self) -> Style {
        match self {
            Self::Head => Style::new().bold(),
            Self::Added => AnsiColor::Green.on_default(),
            Self::Quiet => Style::new().dimmed(),
            Self::Care => AnsiColor::Yellow.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// Says whether a stream may be coloured: it is a terminal, and `NO_COLOR` does not forbid it.
pub(crate) fn may_be_coloured(stream: &(impl RawStream + IsTerminal)) -> bool {
    shows_colours(stream, AutoStream::choice(stream))
}

/// Says whether colours reach somebody's eyes. What `CLICOLOR_FORCE` says of files does not count.
fn shows_colours(stream: &impl IsTerminal, choice: ColorChoice) -> bool {
    stream.is_terminal() && choice != ColorChoice::Never
}

/// Says whether a person is there who sees a question, which is a message, and can answer it.
fn has_a_person(input: &impl IsTerminal, messages: &impl IsTerminal) -> bool {
    input.is_terminal() && messages.is_terminal()
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("person", &self.person.is_some()).finish_non_exhaustive()
    }
}

impl Console<'static> {
    /// The console of this process; a person can be asked if input and messages are at a terminal.
    pub fn standard() -> Self {
        let input = io::stdin();
        let mut console = Self::new(io::stdout(), io::stderr());
        console.out.coloured = may_be_coloured(&io::stdout());
        console.err.coloured = may_be_coloured(&io::stderr());
        if has_a_person(&input, &io::stderr()) {
            console.person = Some(Box::new(input.lock()));
        }
        console
    }
}

impl<'a> Console<'a> {
    /// A console nobody sits at: text goes to `out`, messages go to `err`.
    pub fn new(out: impl Write + 'a, err: impl Write + 'a) -> Self {
        let out = Stream { to: Box::new(out), coloured: false };
        let err = Stream { to: Box::new(err), coloured: false };
        Self { out, err, person: None }
    }

    /// Puts a person at it, who answers with these lines.
    #[must_use]
    pub fn answered_by(mut self, lines: impl BufRead + 'a) -> Self {
        self.person = Some(Box::new(lines));
        self
    }

    /// Writes text. That nobody reads it is no failure: the command goes on and ends as it would.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        let out = &mut self.out.to;
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // The reader has seen enough: `migrate --dry-run | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done?),
        }
    }

    /// Paints a piece of text, where anybody sees it.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        let stream = match paint {
            Paint::Head | Paint::Added | Paint::Quiet => &self.out,
            Paint::Care | Paint::Bad => &self.err,
        };
        let style = paint.style();
        if stream.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Says why something was not done.
    pub(crate) fn error(&mut self, message: &str) {
        let label = self.paint(Paint::Bad, "error:");
        self.message(&format!("{label} {message}"));
    }

    pub(crate) fn message(&mut self, message: &str) {
        // Where nothing can be written, there is nobody to tell.
        let _ = writeln!(self.err.to, "{message}");
    }

    /// Asks a person, with No as default; nothing if nobody is there.
    pub(crate) fn asks(&mut self, question: &str) -> Result<Option<bool>, Failure> {
        let Some(person) = &mut self.person else {
            return Ok(None);
        };
        write!(self.err.to, "{question} [y/N] ")?;
        self.err.to.flush()?;
        let mut answer = String::new();
        person.read_line(&mut answer)?;
        let answer = answer.trim();
        Ok(Some(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")))
    }

    /// Tells why a command failed: people in messages, programs as JSON in the text.
    pub(crate) fn failure(&mut self, failure: &Failure, reader: Reader) -> Exit {
        let told = match reader {
            Reader::Person => None,
            Reader::Program => FailureJson::of(failure).text().ok(),
        };
        if told.is_none_or(|told| self.text(&told).is_err()) {
            self.error(&chain(failure));
        }
        Exit::Failed
    }

    /// Shows why a command line is not carried out, or the help it asks for.
    pub(crate) fn usage(&mut self, usage: &clap::Error) -> Exit {
        if usage.use_stderr() {
            self.message(usage.render().to_string().trim_end());
            return Exit::Usage;
        }
        match self.text(&usage.render().to_string()) {
            Ok(()) => Exit::Done,
            Err(failure) => self.failure(&failure, Reader::Person),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stream_is_painted_only_where_anybody_sees_it() {
        let mut console = Console::new(Vec::new(), Vec::new());
        assert_eq!(console.paint(Paint::Bad, "error:"), "error:");

        console.err.coloured = true;

        assert_eq!(console.paint(Paint::Bad, "error:"), "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m");
        assert_eq!(console.paint(Paint::Head, "step"), "step");
    }

    #[test]
    fn what_is_no_terminal_is_not_coloured_whatever_forces_it() {
        let file = tempfile::tempfile().unwrap();

        assert!(!may_be_coloured(&file));
        for choice in [ColorChoice::Auto, ColorChoice::Always, ColorChoice::AlwaysAnsi, ColorChoice::Never] {
            assert!(!shows_colours(&file, choice), "{choice:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_terminal_is_coloured_and_can_be_asked_at() {
        let file = tempfile::tempfile().unwrap();
        let terminal = std::fs::File::options().read(true).write(true).open("/dev/ptmx").unwrap();

        assert!(shows_colours(&terminal, ColorChoice::Always) && !shows_colours(&terminal, ColorChoice::Never));
        assert!(has_a_person(&terminal, &terminal));
        assert!(!has_a_person(&terminal, &file), "nobody would see the question");
        assert!(!has_a_person(&file, &terminal), "nobody would answer it");
    }
}
