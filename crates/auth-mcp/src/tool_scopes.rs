//! What each tool of a server needs. MCP authorization, scope challenges.

use std::collections::{BTreeMap, BTreeSet};

use auth_protocol::scope::Scope;
use serde_json::{Value, json};

use crate::guard::{GuardError, McpGuard};
use crate::session::McpSession;

/// What each tool of a server needs. A tool that is not named here can be called by nobody.
///
/// `ToolScopes::new().anonymous("search").open("list_notes").tool("add_note", "notes:write")`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolScopes {
    tools: BTreeMap<String, String>,
    read: BTreeMap<String, Scope>,
    anonymous: BTreeSet<String>,
    hides_ungranted: bool,
}

impl ToolScopes {
    /// No tool.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tool that needs no scope but that of every request.
    #[must_use]
    pub fn open(self, tool: impl Into<String>) -> Self {
        self.tool(tool, "")
    }

    /// A tool and the scope a call needs besides that of every request, several separated by blanks.
    #[must_use]
    pub fn tool(mut self, tool: impl Into<String>, scope: impl Into<String>) -> Self {
        let tool = tool.into();
        self.anonymous.remove(&tool);
        self.tools.insert(tool, scope.into());
        self
    }

    /// A tool that everybody may call, without a token too. With one such tool a guard lets clients in that have not
    /// signed in, as far as they list tools and call these.
    ///
    /// A token that is sent along is judged like any other: a bad one is refused, and never counts as none.
    #[must_use]
    pub fn anonymous(mut self, tool: impl Into<String>) -> Self {
        let tool = tool.into();
        self = self.open(tool.clone());
        self.anonymous.insert(tool);
        self
    }

    /// Whether tools the client was not granted are hidden by [`ToolScopes::shows`]. Default no: it is shown what
    /// its person could still allow, or what signing in could bring, and asks when it calls.
    #[must_use]
    pub fn hide_ungranted(mut self, on: bool) -> Self {
        self.hides_ungranted = on;
        self
    }

    /// Whether a tool belongs into the list that this client sees: it may call it, or could still be granted what it
    /// needs. A client that acts for itself is granted no more than it has.
    ///
    /// Who has no session sees what is for everybody, and what signing in could bring; nothing where no tool is
    /// anonymous.
    pub fn shows<'a>(&self, tool: &str, session: impl Into<Option<&'a McpSession>>) -> bool {
        let Some(scope) = self.needed(tool) else { return false };
        match session.into() {
            Some(session) => {
                let can_ask = session.user_id.is_some() && !self.hides_ungranted;
                can_ask || session.has_all(&scope)
            }
            None => self.is_anonymous(tool) || (self.has_anonymous() && !self.hides_ungranted),
        }
    }

    /// The tools of a server that are not named here, so that nobody could call them: for a test of the app.
    pub fn unlisted<'a>(&self, tools: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        tools.into_iter().filter(|tool| !self.tools.contains_key(*tool)).collect()
    }

    /// Reads the scopes, each of which has to be offered.
    pub(crate) fn offered_by(mut self, offered: &Scope) -> Result<Self, GuardError> {
        for (tool, text) in &self.tools {
            let scope = Scope::parse(text).map_err(|_| GuardError::Scope(text.clone()))?;
            if let Some(missing) = scope.missing_from(offered).iter().next() {
                return Err(GuardError::NotOffered { tool: tool.clone(), scope: missing.to_owned() });
            }
            self.read.insert(tool.clone(), scope);
        }
        Ok(self)
    }

    /// The same tools, none of them without a token.
    pub(crate) fn for_nobody_without_a_token(&self) -> Self {
        Self { anonymous: BTreeSet::new(), ..self.clone() }
    }

    pub(crate) fn has_anonymous(&self) -> bool {
        !self.anonymous.is_empty()
    }

    pub(crate) fn is_anonymous(&self, tool: &str) -> bool {
        self.anonymous.contains(tool)
    }

    pub(crate) fn needed(&self, tool: &str) -> Option<Scope> {
        match self.read.get(tool) {
            Some(scope) => Some(scope.clone()),
            None => Scope::parse(self.tools.get(tool)?).ok(),
        }
    }
}

impl McpGuard {
    /// The value of `securitySchemes` of a tool, by which `ChatGPT` knows whether to call it without signing in: a
    /// member of the tool or of its `_meta`. None for a tool that is called by nobody.
    pub fn security_schemes(&self, tool: &str) -> Option<Value> {
        let rules = self.rules();
        let own = match &rules.tools {
            Some(tools) => tools.needed(tool)?,
            None => Scope::default(),
        };
        let scope = rules.scope.union(&own);
        let signed_in = json!({ "type": "oauth2", "scopes": scope.iter().collect::<Vec<_>>() });
        let is_anonymous = rules.tools.as_ref().is_some_and(|tools| tools.is_anonymous(tool));
        Some(if is_anonymous { json!([{ "type": "noauth" }, signed_in]) } else { json!([signed_in]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_has_and_nobody_named_is_found() {
        let scopes = ToolScopes::new().open("echo").tool("write", "notes:write");

        assert_eq!(scopes.unlisted(["echo", "write", "delete"]), ["delete"]);
    }
}
