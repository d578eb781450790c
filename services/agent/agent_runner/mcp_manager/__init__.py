"""MCP servers: kept running, watched and called. `manager.McpManager` is the way in."""
