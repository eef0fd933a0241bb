//! The use cases: judge an assertion, and find the person it speaks of.

pub(crate) mod exchange;
pub(crate) mod person;
