//! Why a command failed, as JSON a program reads.

use auth_core::{BuildError, Complaint, Wrong};
use serde::Serialize;

use crate::failure::{Failure, causes};
use crate::plan_json::Status;

/// Why a command failed.
#[derive(Debug, Serialize)]
pub(crate) struct FailureJson {
    /// Always `failed`.
    status: Status,
    /// The database, without password, if it has to do with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// What failed, in one sentence.
    error: String,
    /// What caused it, nearest first.
    causes: Vec<String>,
    /// How many steps are done and stay: there are some on MySQL only.
    #[serde(skip_serializing_if = "Option::is_none")]
    stay: Option<usize>,
    /// What is wrong with the configuration, if that is why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    complaints: Vec<ComplaintJson>,
}

#[derive(Debug, Serialize)]
struct ComplaintJson {
    plugin: String,
    #[serde(flatten)]
    option: Option<OptionJson>,
    /// The complaint in words, without the plugin.
    message: String,
}

/// An option, its value, and what would be right.
#[derive(Debug, Serialize)]
struct OptionJson {
    option: String,
    value: String,
    right: String,
}

impl FailureJson {
    pub(crate) fn of(failure: &Failure) -> Self {
        let complaints = match failure {
            Failure::Build(BuildError::Configuration(complaints)) => complaints.as_slice(),
            _ => &[],
        };
        let (database, stay) = match failure {
            Failure::Unreachable { url, .. } | Failure::Compare { url, .. } => (Some(url), None),
            Failure::Apply { url, stay, .. } => (Some(url), Some(*stay)),
            Failure::Build(_)
            | Failure::Write { .. }
            | Failure::Console(_)
            | Failure::Describe(_)
            | Failure::Runtime(_)
            | Failure::App(_) => (None, None),
        };
        let told = failure.to_string();
        let first = told.lines().next().unwrap_or_default().trim_end_matches(':');
        Self {
            status: Status::Failed,
            database: database.cloned(),
            error: first.to_owned(),
            causes: causes(failure),
            stay,
            complaints: complaints.iter().map(ComplaintJson::of).collect(),
        }
    }

    /// Writes it down, and ends the line.
    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| format!("{text}\n"))
    }
}

impl ComplaintJson {
    fn of(complaint: &Complaint) -> Self {
        let option = match complaint.wrong.clone() {
            Wrong::Option { option, value, right } => Some(OptionJson { option, value, right }),
            Wrong::Other(_) => None,
        };
        Self { plugin: complaint.plugin.clone(), option, message: complaint.wrong.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_complaint_of_a_configuration_is_told_in_its_parts() {
        let failure = Failure::Build(BuildError::Configuration(vec![
            Complaint::option("core", "base_path", "\"x\"", "use a path such as /api/auth"),
            Complaint::new("notes", "is listed twice; keep one"),
        ]));

        insta::assert_snapshot!(FailureJson::of(&failure).text().unwrap(), @r#"
        {
          "status": "failed",
          "error": "the configuration has 2 problem(s)",
          "causes": [],
          "complaints": [
            {
              "plugin": "core",
              "option": "base_path",
              "value": "\"x\"",
              "right": "use a path such as /api/auth",
              "message": "base_path is \"x\"; use a path such as /api/auth"
            },
            {
              "plugin": "notes",
              "message": "is listed twice; keep one"
            }
          ]
        }
        "#);
    }

    #[test]
    fn other_failures_have_causes_and_no_complaints() {
        let cause = std::io::Error::other("the disk is full");
        let failure = Failure::Write { path: "schema.sql".into(), cause };

        insta::assert_snapshot!(FailureJson::of(&failure).text().unwrap(), @r#"
        {
          "status": "failed",
          "error": "cannot write schema.sql",
          "causes": [
            "the disk is full"
          ]
        }
        "#);
    }
}
