//! A real app in a test: a fake clock, a person with a browser, an OAuth client and an MCP client.
