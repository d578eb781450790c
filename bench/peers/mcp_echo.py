"""An MCP server over stdio with one tool that gives back what it gets: the SDK's own server, as others write them."""

from mcp.server.mcpserver import MCPServer

server = MCPServer("echo")


@server.tool()
def echo(text: str) -> str:
    """Give back the text."""
    return text


if __name__ == "__main__":
    server.run()
