//! What the server says when it starts: the URLs to open.

use std::io::Write as _;

use crate::config::Config;

/// Prints the URLs to open and how to add the server to common clients.
pub(crate) fn print(config: &Config) {
    let base = config.base_url();
    // Nobody may be reading; the server serves all the same.
    let _ = writeln!(
        std::io::stdout(),
        "\n\
         MCP endpoint    {base}/mcp\n\
         with writing    {base}/mcp/write\n\
         Sign in         {base}/sign-in\n\
         API reference   {base}/api/auth/reference\n\
         \n\
         Claude Code     claude mcp add --transport http notes {base}/mcp\n\
         VS Code         code --add-mcp '{{\"name\":\"notes\",\"type\":\"http\",\"url\":\"{base}/mcp\"}}'\n\
         Codex           codex mcp add notes --url {base}/mcp\n\
         Gemini CLI      gemini mcp add --transport http notes {base}/mcp\n\
         opencode        opencode mcp add notes --url {base}/mcp\n\
         MCP Inspector   npx @modelcontextprotocol/inspector --server-url {base}/mcp --transport http\n"
    );
}
