"""MCP servers over HTTP: definitions, states, what they offer, import."""
