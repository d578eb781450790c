"""A small MCP server over stdio with a few tools, of the standard library only: fifty of them fit on any machine."""

import json
import sys
from typing import Any

_TOOLS = [
    {"name": f"tool_{at}", "description": "Does a small thing.", "inputSchema": {"type": "object"}} for at in range(10)
]


def _answer(message: dict[str, Any]) -> dict[str, Any]:
    match message["method"]:
        case "initialize":
            info = {"name": "small", "version": "1"}
            return {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": info}
        case "tools/list":
            return {"tools": _TOOLS}
        case _:
            return {}


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        message: dict[str, Any] = json.loads(line)
        if "id" in message and "method" in message:
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": _answer(message)}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
