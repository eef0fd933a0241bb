//! Where text goes and answers come from.

use std::fmt;
use std::io::{self, BufRead, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::exit::Exit;
use crate::failure::{Failure, chain};

/// Where text and messages go, and where a person can be asked.
pub struct Console<'a> {
    out: Box<dyn Write + 'a>,
    err: Box<dyn Write + 'a>,
    person: Option<Box<dyn BufRead + 'a>>,
    coloured: bool,
}

/// What a piece of text is, for those who see colours. It must be clear without them.
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

/// Whether a stream may be coloured: it is a terminal, and `NO_COLOR` does not forbid it.
pub(crate) fn may_be_coloured(stream: &impl anstream::stream::RawStream) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("person", &self.person.is_some()).finish_non_exhaustive()
    }
}

impl Console<'static> {
    /// The console of this process; a person can be asked if its input is a terminal.
    pub fn standard() -> Self {
        let input = io::stdin();
        let mut console = Self::new(io::stdout(), io::stderr());
        console.coloured = may_be_coloured(&io::stdout()) && may_be_coloured(&io::stderr());
        if input.is_terminal() {
            console.person = Some(Box::new(input.lock()));
        }
        console
    }
}

impl<'a> Console<'a> {
    /// A console nobody sits at: text goes to `out`, messages go to `err`.
    pub fn new(out: impl Write + 'a, err: impl Write + 'a) -> Self {
        Self { out: Box::new(out), err: Box::new(err), person: None, coloured: false }
    }

    /// Puts a person at it, who answers with these lines.
    #[must_use]
    pub fn answered_by(mut self, lines: impl BufRead + 'a) -> Self {
        self.person = Some(Box::new(lines));
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok(())
    }

    /// Paints a piece of text, where anybody sees it.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        let style = paint.style();
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Says why something was not done.
    pub(crate) fn error(&mut self, message: &str) {
        let label = self.paint(Paint::Bad, "error:");
        self.message(&format!("{label} {message}"));
    }

    pub(crate) fn message(&mut self, message: &str) {
        // Where nothing can be written, there is nobody to tell.
        let _ = writeln!(self.err, "{message}");
    }

    /// Asks a person, with No as default; nothing if nobody is there.
    pub(crate) fn asks(&mut self, question: &str) -> Result<Option<bool>, Failure> {
        let Some(person) = &mut self.person else {
            return Ok(None);
        };
        write!(self.err, "{question} [y/N] ")?;
        self.err.flush()?;
        let mut answer = String::new();
        person.read_line(&mut answer)?;
        let answer = answer.trim();
        Ok(Some(answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")))
    }

    pub(crate) fn failure(&mut self, failure: &Failure) -> Exit {
        self.error(&chain(failure));
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
            Err(failure) => self.failure(&failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_painted_only_where_anybody_sees_it() {
        let mut console = Console::new(Vec::new(), Vec::new());
        assert_eq!(console.paint(Paint::Bad, "error:"), "error:");

        console.coloured = true;

        assert_eq!(console.paint(Paint::Bad, "error:"), "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m");
    }

    #[test]
    fn what_is_no_terminal_is_not_coloured() {
        let file = tempfile::tempfile().unwrap();

        assert!(!may_be_coloured(&file));
    }
}
