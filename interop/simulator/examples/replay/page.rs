//! `docs/reference/clients.md`.

use std::fmt::Write as _;

use auth_doctor::{Examination, Outcome, Profile, Report, Step};

const HEAD: &str = "# Clients\n\n\
    What each known client needs of a server, played against the example by `cargo xtask clients`: from the first call \
    without a token to the last revocation.\n\
    Each row is one way of one client; what it sends and looks at stands in [`interop/clients`](../../interop/clients/README.md), \
    with its sources.\n\
    The clients themselves do not run here: those that can be had run unmodified, as [interop](../../interop/README.md) tells.\n\n";

const TAIL: &str = "\n`-`: not asked, because this client asks for every scope at first.\n\
    Each redirect URI of a client is gone through; native ones come back on a port that was not registered, where their \
    document is their registration.\n\
    A refresh is made twice, by four processes at once where the client is known for that, and with an old token where it is \
    known for that.\n\
    `cargo run -p mcp-server -- doctor URL` does the same with a server of yours, as far as a client comes without a person.\n";

/// Writes the page. Nothing in it differs from run to run.
pub(crate) fn of(found: &Examination, profiles: &[Profile]) -> String {
    let mut page = HEAD.to_owned();
    let steps = Step::ALL.map(Step::name).join(" | ");
    // Writing to a String cannot fail.
    let _ = writeln!(page, "| client | as of | {steps} |");
    let _ = writeln!(page, "|{}", " --- |".repeat(Step::ALL.len() + 2));
    for report in &found.reports {
        let profile = profiles.iter().find(|profile| report.client.starts_with(&profile.name));
        let as_of = profile.map_or("2026-07-28", |profile| &profile.as_of);
        let cells: Vec<String> = Step::ALL.iter().map(|step| cell(report, *step)).collect();
        let _ = writeln!(page, "| {} | {as_of} | {} |", report.client, cells.join(" | "));
    }
    page.push_str(TAIL);
    page
}

fn cell(report: &Report, step: Step) -> String {
    match report.outcome(step) {
        Some(Outcome::Passed) => "✓".to_owned(),
        Some(Outcome::Failed(failure)) => format!("**{}**", failure.rule),
        Some(Outcome::Skipped(_)) => "-".to_owned(),
        None => String::new(),
    }
}
