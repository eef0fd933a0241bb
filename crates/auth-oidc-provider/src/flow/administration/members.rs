//! The members of a JSON object, taken out one by one: absent, null or of the right type.

use serde_json::{Map, Value};

use super::Refusal;

/// A member of a change (RFC 7396).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Member<T> {
    /// Not there: what it is about stays as it is.
    Absent,
    /// Null: what it is about goes.
    Null,
    /// What is wanted.
    Given(T),
}

impl<T: Clone> Member<T> {
    /// Whether it says anything.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Null | Self::Given(_) => true,
        }
    }

    /// What is wanted, if something is.
    pub(super) fn given(&self) -> Option<&T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Given(value) => Some(value),
        }
    }

    /// What follows on what was there before.
    pub(super) fn over(&self, before: Option<T>) -> Option<T> {
        match self {
            Self::Absent => before,
            Self::Null => None,
            Self::Given(value) => Some(value.clone()),
        }
    }
}

/// The members of a body that are left to be read.
#[derive(Debug)]
pub(super) struct Members(pub(super) Map<String, Value>);

impl Members {
    /// A text.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Member<String>, Refusal> {
        self.take(name, "a string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Member<Vec<String>>, Refusal> {
        self.take(name, "a list of strings", |value| serde_json::from_value(value).ok())
    }

    /// Yes or no; null means no.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<Option<bool>, Refusal> {
        Ok(match self.take(name, "a boolean", |value| value.as_bool())? {
            Member::Absent => None,
            Member::Null => Some(false),
            Member::Given(flag) => Some(flag),
        })
    }

    /// A number that counts.
    pub(super) fn number(&mut self, name: &'static str) -> Result<Member<u64>, Refusal> {
        self.take(name, "a whole number", |value| value.as_u64())
    }

    /// An object.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Member<Map<String, Value>>, Refusal> {
        self.take(name, "an object", |value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        })
    }

    fn take<T>(
        &mut self,
        name: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Member<T>, Refusal> {
        match self.0.remove(name) {
            None => Ok(Member::Absent),
            Some(Value::Null) => Ok(Member::Null),
            Some(value) => match read(value) {
                Some(value) => Ok(Member::Given(value)),
                None => Err(Refusal::shape(format!("[body] {name}: expected {expected}"))),
            },
        }
    }
}
