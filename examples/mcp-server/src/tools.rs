//! The tools of this server. Each knows who calls.

use auth_core::{AuthContext, Unexpected};
use auth_mcp::{McpSession, ToolScopes};
use http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::Extension;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, schemars, tool, tool_handler, tool_router};
use serde::Deserialize;

use crate::{note, signature};

/// What a call of each tool needs besides the scope of every request. The guard judges it; a tool that is not named
/// here can be called by nobody.
pub(crate) fn scopes() -> ToolScopes {
    let read = ["echo", "whoami", "list_notes"];
    let write = ["add_note", "sign_notes", "delete_note"];
    let scopes = read.into_iter().fold(ToolScopes::new(), ToolScopes::open);
    write.into_iter().fold(scopes, |scopes, tool| scopes.tool(tool, "notes:write"))
}

/// The tools, for one request.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    cx: AuthContext,
    tool_router: ToolRouter<Self>,
}

/// Serves the tools without sessions of their own, so that any instance can answer any request.
pub(crate) fn service(cx: &AuthContext) -> StreamableHttpService<Tools, LocalSessionManager> {
    let cx = cx.clone();
    // The guard in front has judged host and origin, by the base URL.
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .with_legacy_session_mode(false)
        .with_json_response(true);
    StreamableHttpService::new(
        move || Ok(Tools { cx: cx.clone(), tool_router: Tools::tool_router() }),
        LocalSessionManager::default().into(),
        config,
    )
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Echo {
    /// What to say.
    message: String,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct NewNote {
    /// What the note says; at most 10 000 characters.
    text: String,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct NoteId {
    /// The id of the note.
    id: String,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
struct Signature {
    /// What stands under your notes from now on; at most 100 characters, and nothing for no signature.
    signature: String,
}

#[tool_router]
impl Tools {
    #[tool(description = "Echo a message", annotations(read_only_hint = true))]
    async fn echo(&self, Parameters(Echo { message }): Parameters<Echo>) -> String {
        format!("Tool echo: {message}")
    }

    #[tool(description = "Says who is calling", annotations(read_only_hint = true))]
    async fn whoami(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let session = session(&parts)?;
        let user = session.user_id.as_deref().unwrap_or("nobody");
        Ok(format!("user {user} through client {}, with {}", session.client_id, session.scopes))
    }

    #[tool(description = "Lists your notes, newest first", annotations(read_only_hint = true))]
    async fn list_notes(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let notes = note::list(&self.cx, person(session(&parts)?)?).await.map_err(|error| failed(&error))?;
        if notes.is_empty() {
            return Ok("You have no notes.".to_owned());
        }
        Ok(notes.iter().map(|note| format!("{}: {}", note.id, note.text)).collect::<Vec<_>>().join("\n"))
    }

    #[tool(description = "Writes a note; needs the scope notes:write")]
    async fn add_note(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(NewNote { text }): Parameters<NewNote>,
    ) -> Result<String, ErrorData> {
        let person = person(session(&parts)?)?;
        if text.is_empty() || text.chars().count() > 10_000 {
            return Err(ErrorData::invalid_params("a note has 1 to 10 000 characters", None));
        }
        let text = signature::under(&self.cx, person, text).await.map_err(|error| failed(&error))?;
        let id = note::add(&self.cx, person, text).await.map_err(|error| failed(&error))?;
        Ok(format!("Note {id} is kept."))
    }

    #[tool(description = "Sets how you sign your notes; needs the scope notes:write")]
    async fn sign_notes(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(Signature { signature }): Parameters<Signature>,
    ) -> Result<String, ErrorData> {
        let person = person(session(&parts)?)?;
        if signature.chars().count() > 100 {
            return Err(ErrorData::invalid_params("a signature has at most 100 characters", None));
        }
        signature::set(&self.cx, person, &signature).await.map_err(|error| failed(&error))?;
        Ok("Your notes are signed so from now on.".to_owned())
    }

    #[tool(description = "Deletes a note; needs the scope notes:write", annotations(destructive_hint = true))]
    async fn delete_note(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(NoteId { id }): Parameters<NoteId>,
    ) -> Result<String, ErrorData> {
        let person = person(session(&parts)?)?;
        if note::delete(&self.cx, person, &id).await.map_err(|error| failed(&error))? {
            return Ok(format!("Note {id} is gone."));
        }
        Err(ErrorData::invalid_params("you have no such note", None))
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {
    /// Those that the client may call, or could be allowed to.
    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(scopes().listed(ListToolsResult::with_all_items(self.tool_router.list_all()), &context))
    }

    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("notes", env!("CARGO_PKG_VERSION")))
            .with_instructions("Keeps notes for the person who is signed in.")
    }
}

/// The guard has put the session there.
fn session(parts: &Parts) -> Result<&McpSession, ErrorData> {
    McpSession::of(parts).ok_or_else(|| ErrorData::internal_error("this route has no guard", None))
}

/// Notes belong to people: a client that acts for itself has none.
fn person(session: &McpSession) -> Result<&str, ErrorData> {
    let nobody = || ErrorData::invalid_request("this needs a person; the client acts for itself", None);
    session.user_id.as_deref().ok_or_else(nobody)
}

fn failed(error: &Unexpected) -> ErrorData {
    ErrorData::internal_error(format!("something went wrong, reference {}", error.report()), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_needs() {
        assert_eq!(scopes().unlisted_of(&Tools::tool_router()), [""; 0]);
    }
}
