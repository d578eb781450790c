"""What tests of MCP servers over HTTP do with the agent."""

import sys
from pathlib import Path
from typing import Any

from agent_runner.mcp_manager.types import ServerSpec

from tests.agent.api.serving import Agent, until
from tests.agent.mcp_manager import servers

SERVERS = "/api/v1/mcp/servers"


def body(spec: ServerSpec, **more: Any) -> dict[str, Any]:
    """A definition as clients send it."""
    env = {name: {"value": value, "secret": False} for name, value in spec.env.items()}
    return {
        "name": spec.name,
        "transport": "stdio",
        "command": spec.command,
        "args": list(spec.args),
        "env": env,
        **more,
    }


def odd(name: str = "odd", **env: str) -> dict[str, Any]:
    """The server for bad days."""
    return body(servers.odd(name, **env))


def changing(file: Path, name: str = "changing") -> dict[str, Any]:
    """A server whose tools are what a file says; see `changing_server.py`."""
    program = str(Path(__file__).with_name("changing_server.py"))
    return {"name": name, "transport": "stdio", "command": sys.executable, "args": ["-S", program, str(file)]}


async def add(agent: Agent, definition: dict[str, Any], *, wait: bool = True) -> dict[str, Any]:
    """Add a server, and wait until it is connected."""
    response = await agent.http.post(SERVERS, json=definition)
    assert response.status_code == 201, response.text
    return await ready(agent, definition["name"]) if wait else response.json()


async def ready(agent: Agent, name: str) -> dict[str, Any]:
    """A server, once it is connected."""
    return await reached(agent, name, "ready")


async def reached(agent: Agent, name: str, *states: str) -> dict[str, Any]:
    """A server, once it has one of these states."""
    found: dict[str, Any] = {}

    async def there() -> bool:
        found.update(await agent.get(f"{SERVERS}/{name}"))
        return found["state"] in states

    try:
        await until(there)
    except TimeoutError:
        raise AssertionError(found) from None
    return found


async def call(agent: Agent, tool: str, arguments: dict[str, Any] | None = None) -> Any:
    """Call a tool by hand."""
    response = await agent.http.post(f"/api/v1/tools/{tool}/call", json={"arguments": arguments or {}})
    assert response.status_code == 200, response.text
    return response.json()


async def decide(agent: Agent, approval_id: str, decision: str, **more: Any) -> Any:
    """Decide on an approval."""
    response = await agent.http.post(f"/api/v1/approvals/{approval_id}", json={"decision": decision, **more})
    assert response.status_code == 200, response.text
    return response.json()
