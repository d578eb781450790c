"""Signing in to an MCP server, all the way: page, dashboard, agent, authorization server, and back."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest
from agent_runner.mcp_manager.types import Status

from tests.agent.mcp_manager.authorities import Authority, Town, open_pair
from tests.contracts.conftest import House, build
from tests.dashboard.fakes import until

AUTH = "/api/agent/mcp/servers/notes/auth"


@pytest.fixture
async def places() -> AsyncGenerator[tuple[Authority, Town, Town]]:
    async with open_pair() as pair:
        yield pair


@pytest.fixture
def house(places: tuple[Authority, Town, Town], tmp_path: Path) -> House:
    """Three services, with a server in the configuration file that asks for a sign-in."""
    (tmp_path / "data/agent").mkdir(parents=True)
    servers = {"notes": {"type": "http", "url": f"{places[2].url}/mcp"}}
    (tmp_path / "data/agent/mcp.json").write_text(json.dumps({"mcpServers": servers}))
    return build(tmp_path / "data")


async def test_person_signs_in_and_out(
    page: httpx.AsyncClient, house: House, places: tuple[Authority, Town, Town]
) -> None:
    """The page gets a link; the browser, which brings no cookie of ours from elsewhere, ends on a page that says it is
    done; the server is connected. Nothing the browser saw holds a token, and the way back works once."""

    def is_now(status: Status) -> bool:
        return house.agent.state.parts.mcp.server("notes").status == status

    await until(lambda: is_now("needs_sign_in"), within_s=20)
    started = (await page.post(AUTH)).raise_for_status()
    async with httpx.AsyncClient(trust_env=False, verify=False, follow_redirects=True) as browser:
        ended = await browser.get(started.json()["authorization_url"])
        again = await browser.get(ended.url)
    assert (ended.status_code, "Signed in" in ended.text) == (200, True)
    assert str(ended.url).startswith(f"{page.base_url}/oauth/callback?")
    assert (again.status_code, "finished already" in again.text) == (400, True)
    await until(lambda: is_now("ready"), within_s=20)
    assert (await page.delete(AUTH)).status_code == 204
    await until(lambda: is_now("needs_sign_in"), within_s=20)
    tokens = [secret for secret in places[0].seen if not secret.startswith("code-")]
    assert len(tokens) == 2
    assert not any(token in text for token in tokens for text in (started.text, ended.text, str(ended.url), again.text))
