"""An MCP server over stdio whose tools are what a JSON file says now. Only the standard library: it starts quickly.

The file: `{"tools": [...], "content": [...], "structured": {...}}`; each list is as the protocol has it.
"""

import json
import sys
from pathlib import Path
from typing import Any

file = Path(sys.argv[1])


def write(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def handle(message: dict[str, Any]) -> None:
    said = json.loads(file.read_text())
    result: dict[str, Any] = {}
    match message.get("method"):
        case "initialize":
            info = {"name": "changing", "version": "1"}
            capabilities = {"tools": {"listChanged": True}}
            result = {"protocolVersion": "2025-11-25", "capabilities": capabilities, "serverInfo": info}
        case "tools/list":
            result = {"tools": said["tools"]}
        case "tools/call":
            result = {"content": said.get("content", [{"type": "text", "text": "done"}])}
            if "structured" in said:
                result["structuredContent"] = said["structured"]
            if said.get("changed"):  # tell that the list is another one by now
                write({"method": "notifications/tools/list_changed"})
    if "id" in message and message.get("method"):
        write({"id": message["id"], "result": result})


for line in sys.stdin:
    handle(json.loads(line))
