"""Signing in to MCP servers over the agent's API."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.agent.api.conftest import Serve
from tests.agent.mcp_manager.authorities import Authority, Town, by_hand, came_back, open_pair

AUTH = "/api/v1/mcp/servers/notes/auth"
CALLBACK = "/api/v1/mcp/oauth/callback"
SECRET = "the-client-secret"


@pytest.fixture
async def places() -> AsyncGenerator[tuple[Authority, Town, Town]]:
    """An authorization server, and an MCP server that asks for a sign-in there."""
    async with open_pair() as pair:
        yield pair


@pytest.fixture
async def client(serve: Serve, places: tuple[Authority, Town, Town], tmp_path: Path) -> httpx.AsyncClient:
    """The API of an agent that has the server in its configuration file."""
    servers = {"notes": {"type": "http", "url": f"{places[2].url}/mcp"}, "here": {"command": "true"}}
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    agent = await serve(AGENT_MCP_CONFIG=str(tmp_path / "mcp.json"), DASHBOARD_URL="http://localhost:9999")
    return agent.http


async def test_sign_in_and_out(client: httpx.AsyncClient, places: tuple[Authority, Town, Town]) -> None:
    """The link leads to the authorization server and back to the dashboard; what comes back finishes it, once; signing
    out revokes. No answer holds a token."""
    authority = places[0]
    started = await client.post(AUTH)
    assert started.status_code == 200
    link = started.json()["authorization_url"]
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A9999%2Foauth%2Fcallback" in link
    answer = await came_back(link)
    body = {"state": answer.state, "code": answer.code}
    finished = await client.post(CALLBACK, json=body)
    assert (finished.status_code, finished.json()) == (200, {"server": "notes"})
    again = await client.post(CALLBACK, json=body)
    assert (again.status_code, again.json()["code"]) == (400, "mcp_sign_in_unknown")
    async with asyncio.timeout(60):
        while ("POST", "/mcp") not in places[2].asked[-3:]:
            await asyncio.sleep(0.01)
    out = await client.delete(AUTH)
    assert (out.status_code, out.content) == (204, b"")
    assert len(authority.revoked) == 2
    assert not any(token in response.text for token in authority.seen for response in (started, finished, again))


async def test_denial(client: httpx.AsyncClient) -> None:
    """A refusal has its own code."""
    link = (await client.post(AUTH)).json()["authorization_url"]
    answer = await came_back(link)
    denied = await client.post(CALLBACK, json={"state": answer.state, "error": "access_denied"})
    assert (denied.status_code, denied.json()["code"]) == (409, "mcp_sign_in_denied")


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/v1/mcp/servers/nobody/auth", None, 404, "mcp_server_not_found"),
        ("DELETE", "/api/v1/mcp/servers/nobody/auth", None, 404, "mcp_server_not_found"),
        ("POST", "/api/v1/mcp/servers/here/auth", None, 422, "mcp_server_invalid"),
        ("POST", AUTH, {"client_secret": "x"}, 422, "validation_error"),
        ("POST", AUTH, {"client_id": "x", "other": 1}, 422, "validation_error"),
        ("POST", CALLBACK, {"state": "x" * 43, "code": "c"}, 400, "mcp_sign_in_unknown"),
        ("POST", CALLBACK, {"state": "x" * 43}, 422, "validation_error"),
        ("POST", CALLBACK, {"state": "x" * 43, "code": "c", "error": "e"}, 422, "validation_error"),
        ("POST", CALLBACK, {"state": "x" * 129, "code": "c"}, 422, "validation_error"),
        ("POST", CALLBACK, {"state": "x" * 43, "error": "<b>"}, 422, "validation_error"),
    ],
)
async def test_bad_input(
    client: httpx.AsyncClient, method: str, path: str, body: object, status: int, code: str
) -> None:
    """Each wrong request has its status and code, and no secret in it is repeated."""
    response = await client.request(method, path, json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_own_client_is_kept_and_not_shown(
    client: httpx.AsyncClient, places: tuple[Authority, Town, Town], tmp_path: Path
) -> None:
    """An id and secret of your own come out in no answer; once they have worked they are in the secret store."""
    places[0].clients["mine"] = by_hand("mine", SECRET)
    stored = tmp_path / "data/agent/secrets.json"
    started = await client.post(AUTH, json={"client_id": "mine", "client_secret": SECRET})
    assert "client_id=mine" in started.json()["authorization_url"]
    assert not stored.exists() or SECRET not in stored.read_text()
    answer = await came_back(started.json()["authorization_url"])
    finished = await client.post(CALLBACK, json={"state": answer.state, "code": answer.code})
    assert finished.status_code == 200
    assert SECRET not in started.text + finished.text
    assert SECRET in stored.read_text()
    assert stored.stat().st_mode & 0o777 == 0o600
