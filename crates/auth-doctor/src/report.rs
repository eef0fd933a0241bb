//! What was found out, for people.

use std::fmt;

use crate::rule::Failure;

/// A part of the way of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Step {
    /// The MCP route asks for a token.
    Challenge,
    /// What the resource says about itself.
    ResourceMetadata,
    /// What its authorization server says about itself.
    ServerMetadata,
    /// A `client_id`.
    Registration,
    /// The person is asked, and the answer comes back.
    Authorization,
    /// The token endpoint.
    Token,
    /// A call with a token.
    Call,
    /// More scope, once a call needs it.
    StepUp,
    /// New tokens for old ones.
    Refresh,
    /// The end of all tokens.
    Revocation,
}

impl Step {
    /// Every step, in the order of a client.
    pub const ALL: [Self; 10] = [
        Self::Challenge,
        Self::ResourceMetadata,
        Self::ServerMetadata,
        Self::Registration,
        Self::Authorization,
        Self::Token,
        Self::Call,
        Self::StepUp,
        Self::Refresh,
        Self::Revocation,
    ];

    /// Names the step in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::ResourceMetadata => "resource metadata",
            Self::ServerMetadata => "server metadata",
            Self::Registration => "registration",
            Self::Authorization => "authorization",
            Self::Token => "token",
            Self::Call => "call",
            Self::StepUp => "step-up",
            Self::Refresh => "refresh",
            Self::Revocation => "revocation",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a step went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// As this client needs it.
    Passed,
    /// Not: the way ends here.
    Failed(Failure),
    /// It has no meaning here, for this reason.
    Skipped(&'static str),
}

/// The way of one client, as far as it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The client, and how it came by its `client_id`.
    pub client: String,
    /// Each step that was taken, in order.
    pub steps: Vec<(Step, Outcome)>,
}

impl Report {
    /// What ended the way, and where.
    pub fn failure(&self) -> Option<(Step, &Failure)> {
        self.steps.iter().find_map(|(step, outcome)| match outcome {
            Outcome::Failed(failure) => Some((*step, failure)),
            Outcome::Passed | Outcome::Skipped(_) => None,
        })
    }

    /// How a step went, if the way came so far.
    pub fn outcome(&self, step: Step) -> Option<&Outcome> {
        self.steps.iter().find(|(taken, _)| *taken == step).map(|(_, outcome)| outcome)
    }
}

/// Everything that was found out about one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The URL of the MCP server.
    pub server: String,
    /// The way of each client.
    pub reports: Vec<Report>,
}

impl Examination {
    /// Each fault once, with the clients that it keeps out.
    pub fn faults(&self) -> Vec<(&Failure, Vec<&str>)> {
        let mut faults: Vec<(&Failure, Vec<&str>)> = Vec::new();
        for report in &self.reports {
            let Some((_, failure)) = report.failure() else { continue };
            match faults.iter_mut().find(|(known, _)| *known == failure) {
                Some((_, clients)) => clients.push(&report.client),
                None => faults.push((failure, vec![&report.client])),
            }
        }
        faults
    }

    /// Whether every client found its way.
    pub fn is_sound(&self) -> bool {
        self.reports.iter().all(|report| report.failure().is_none())
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.server)?;
        for report in &self.reports {
            let steps = report.steps.iter().map(|(step, outcome)| match outcome {
                Outcome::Passed => step.name().to_owned(),
                Outcome::Failed(failure) => format!("{step} FAILED ({})", failure.rule),
                Outcome::Skipped(why) => format!("{step} (not asked: {why})"),
            });
            let word = if report.failure().is_none() { "ok  " } else { "FAIL" };
            writeln!(f, "{word}  {}: {}", report.client, steps.collect::<Vec<_>>().join(", "))?;
        }
        for (failure, clients) in self.faults() {
            writeln!(f, "\n{} at {}", failure.rule, failure.request)?;
            writeln!(f, "  found: it {}", failure.found)?;
            writeln!(f, "  fix:   {}", failure.rule.fix())?;
            writeln!(f, "  keeps out: {}", clients.join(", "))?;
        }
        let well = self.reports.iter().filter(|report| report.failure().is_none()).count();
        writeln!(f, "\n{well} of {} ways lead to the end", self.reports.len())
    }
}
