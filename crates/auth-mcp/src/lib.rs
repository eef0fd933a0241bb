//! Makes an app an OAuth provider for MCP clients, and guards its MCP route.
