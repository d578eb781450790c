"""Servers from other clients' configurations: imported, or in the configuration file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.agent.api.conftest import Serve
from tests.agent.api.mcp.driving import SERVERS, odd, ready
from tests.agent.api.serving import Agent

DOCUMENT: dict[str, Any] = {
    "mcpServers": {
        "files": {"command": "no-such-program", "args": ["-y", "x"], "env": {"TOKEN": "s3cret-s3cret"}},
        "remote": {"type": "streamable-http", "url": "https://127.0.0.1:9/mcp", "headers": {"X-Place": "here-it-is"}},
        "broken": {"args": ["only"]},
    }
}


async def test_each_entry_is_answered_for(agent: Agent) -> None:
    """What can be added is added, what cannot is refused with a reason, and no secret comes back."""
    tried = (await agent.http.post("/api/v1/mcp/import?dry_run=true", json=DOCUMENT)).json()
    assert (tried["added"], tried["refused"]) == (2, 1)
    assert (await agent.get(SERVERS))["items"] == []
    response = await agent.http.post("/api/v1/mcp/import", json=DOCUMENT)
    report = response.json()
    entries = {entry["name"]: entry for entry in report["entries"]}
    assert entries["files"]["server"]["env"] == {"TOKEN": {"set": True}}
    assert entries["remote"]["server"]["transport"] == "http"
    assert entries["remote"]["server"]["headers"] == {"X-Place": {"set": True}}
    assert (entries["broken"]["added"], entries["broken"]["code"]) == (False, "mcp_server_invalid")
    assert "s3cret" not in response.text
    again = (await agent.http.post("/api/v1/mcp/import", json=DOCUMENT)).json()
    assert again["added"] == 0
    assert {entry["code"] for entry in again["entries"]} == {"mcp_server_exists", "mcp_server_invalid"}


async def test_import_is_done_once_for_one_key(agent: Agent) -> None:
    """The same key and body give the first answer again."""
    key = {"Idempotency-Key": "k"}
    first = await agent.http.post("/api/v1/mcp/import", json=DOCUMENT, headers=key)
    again = await agent.http.post("/api/v1/mcp/import", json=DOCUMENT, headers=key)
    assert first.json()["added"] == again.json()["added"] == 2


@pytest.mark.parametrize("document", [{}, {"mcpServers": 3}, {"mcpServers": {"a": []}, "x": 1}])
async def test_what_is_no_configuration_is_said_to_be_none(agent: Agent, document: dict[str, Any]) -> None:
    """Never a 5xx: 422, or the entry is refused."""
    response = await agent.http.post("/api/v1/mcp/import", json=document)
    assert response.status_code == 422 or response.json()["refused"] == 1


async def test_servers_of_the_file_are_started_and_stay_its_own(serve: Serve, tmp_path: Path) -> None:
    """They are switched off and on here, and changed there; a broken entry is named, and keeps nobody down."""
    definition = odd()
    entry = {"command": definition["command"], "args": definition["args"]}
    file = tmp_path / "data/agent/mcp.json"
    file.write_text(json.dumps({"mcpServers": {"odd": entry, "unfinished": {"env": {}}}}))
    agent = await serve()
    shown = await ready(agent, "odd")
    assert shown["origin"] == "file"
    changed = await agent.http.patch(f"{SERVERS}/odd", json={"args": []})
    assert (changed.status_code, changed.json()["code"]) == (409, "mcp_server_from_file")
    assert (await agent.http.delete(f"{SERVERS}/odd")).status_code == 409
    off = await agent.http.patch(f"{SERVERS}/odd", json={"enabled": False})
    assert off.json()["state"] == "disabled"
    health = {part["name"]: part for part in (await agent.get("/api/v1/health"))["components"]}
    assert health["mcp"]["status"] == "degraded"
    assert "unfinished" in health["mcp"]["detail"]


@pytest.mark.parametrize("text", ["{", '"servers"', "{}", "\udcff"])
async def test_broken_file_is_said_and_the_agent_starts(serve: Serve, tmp_path: Path, text: str) -> None:
    """With what is wrong in the health; servers added here work all the same."""
    file = tmp_path / "elsewhere.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    agent = await serve(AGENT_MCP_CONFIG=str(file))
    health = {part["name"]: part for part in (await agent.get("/api/v1/health"))["components"]}
    assert health["mcp"]["status"] == "degraded"
    assert "elsewhere.json" in health["mcp"]["detail"]


async def test_file_that_was_named_and_is_not_there_is_said(serve: Serve, tmp_path: Path) -> None:
    """A mistyped path is no reason to stay down, and none to say nothing."""
    agent = await serve(AGENT_MCP_CONFIG=str(tmp_path / "typo.json"))
    health = {part["name"]: part for part in (await agent.get("/api/v1/health"))["components"]}
    assert "typo.json: there is no such file" in health["mcp"]["detail"]
