//! The members of a JSON body, and what is wrong with them in the words of Better Auth (zod).

use serde_json::{Map, Value};

use crate::error::Refusal;

/// Reads members one by one and gathers what is wrong, so that it is told all at once.
#[derive(Debug)]
pub(super) struct Members {
    members: Map<String, Value>,
    problems: Vec<String>,
}

impl Members {
    /// Takes a body.
    pub(super) fn of(members: Map<String, Value>) -> Self {
        Self { members, problems: Vec::new() }
    }

    /// Takes a text that must be there; empty if it is not.
    pub(super) fn text(&mut self, name: &str) -> String {
        match self.members.remove(name) {
            Some(Value::String(text)) => text,
            other => {
                self.wrong_type(name, "string", other.as_ref());
                String::new()
            }
        }
    }

    /// Takes a text that may be left out.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.members.remove(name)? {
            Value::String(text) => Some(text),
            other => {
                self.wrong_type(name, "string", Some(&other));
                None
            }
        }
    }

    /// Takes a yes or no that may be left out.
    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.members.remove(name) {
            None => default,
            Some(Value::Bool(flag)) => flag,
            Some(other) => {
                self.wrong_type(name, "boolean", Some(&other));
                default
            }
        }
    }

    /// Notes what is wrong with a member whose type was right.
    pub(super) fn problem(&mut self, name: &str, what: &str) {
        let place = format!("[body.{name}] ");
        if !self.problems.iter().any(|known| known.starts_with(&place)) {
            self.problems.push(format!("{place}{what}"));
        }
    }

    /// Ends the reading: everything was right, or everything that was not.
    pub(super) fn done(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(Refusal::Shape(self.problems.join("; "))) }
    }

    fn wrong_type(&mut self, name: &str, expected: &str, given: Option<&Value>) {
        self.problem(name, &format!("Invalid input: expected {expected}, received {}", kind(given)));
    }
}

fn kind(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}
