//! Scopes that allow what others do. MCP authorization, scope hierarchies.

use std::collections::{BTreeMap, BTreeSet};

use crate::scope::Scope;

/// Which scopes allow what others do: `notes:write` also what `notes:read` does.
///
/// A scope implies itself, and what those imply that it implies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeHierarchy(BTreeMap<String, BTreeSet<String>>);

impl ScopeHierarchy {
    /// No scope implies another.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says that a scope allows what others do.
    #[must_use]
    pub fn implies<S: Into<String>>(
        mut self,
        broader: impl Into<String>,
        narrower: impl IntoIterator<Item = S>,
    ) -> Self {
        self.0.entry(broader.into()).or_default().extend(narrower.into_iter().map(Into::into));
        self
    }

    /// Whether a granted scope allows what is required.
    pub fn covers(&self, granted: &Scope, required: &Scope) -> bool {
        required.is_subset_of(granted) || required.is_subset_of(&self.expanded(granted))
    }

    /// All that a granted scope allows, itself first.
    #[must_use]
    pub fn expanded(&self, granted: &Scope) -> Scope {
        let mut all: Vec<&str> = granted.iter().collect();
        let mut next = 0;
        while let Some(narrower) = all.get(next).map(|scope| self.0.get(*scope)) {
            for scope in narrower.into_iter().flatten().map(String::as_str) {
                if !all.contains(&scope) {
                    all.push(scope);
                }
            }
            next += 1;
        }
        Scope::from_tokens(all).unwrap_or_else(|_| granted.clone())
    }

    /// The scopes that stand in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|(broader, narrower)| std::iter::once(broader).chain(narrower)).map(String::as_str)
    }

    /// A scope that implies itself by way of another, which would make both the same.
    pub fn cycle(&self) -> Option<&str> {
        self.0.keys().map(String::as_str).find(|broader| {
            let below = self.0.get(*broader).into_iter().flatten().map(String::as_str);
            self.expanded(&Scope::from_tokens(below).unwrap_or_default()).contains(broader)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    fn notes() -> ScopeHierarchy {
        ScopeHierarchy::new().implies("notes:admin", ["notes:write"]).implies("notes:write", ["notes:read"])
    }

    #[test]
    fn rs_11_a_broader_scope_allows_what_a_narrower_one_does() {
        let notes = notes();

        for granted in ["notes:read", "notes:write", "notes:admin", "files:read notes:admin"] {
            assert!(notes.covers(&scope(granted), &scope("notes:read")), "{granted}");
        }
        for granted in ["", "files:read", "notes", "notes:writer", "Notes:write"] {
            assert!(!notes.covers(&scope(granted), &scope("notes:read")), "{granted}");
        }
        assert!(!notes.covers(&scope("notes:read"), &scope("notes:write")), "and not the other way round");
        assert!(!notes.covers(&scope("notes:admin"), &scope("notes:read files:read")));
        assert_eq!(notes.expanded(&scope("x notes:admin")), scope("x notes:admin notes:write notes:read"));
    }

    #[test]
    fn a_scope_that_implies_itself_is_found() {
        assert_eq!(notes().cycle(), None);
        assert_eq!(ScopeHierarchy::new().implies("a", ["a"]).cycle(), Some("a"));
        assert!(notes().implies("notes:read", ["notes:admin"]).cycle().is_some());
        let round = ScopeHierarchy::new().implies("a", ["b"]).implies("b", ["a"]);
        assert_eq!(round.expanded(&scope("a")), scope("a b"), "and ends all the same");
    }
}
