"""Servers of the configuration file, in an agent as it is put together."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from agent_runner.app import create_app
from agent_runner.config import Settings, lent_environment
from agent_runner.mcp_manager.config_file import read_mcp_file
from fastapi import FastAPI

from tests.agent.mcp_manager.servers import gone, odd

TOKEN = "hush-hush-hush-hush"


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINNACLE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BINNACLE_TOKEN", TOKEN)
    monkeypatch.setenv("TRACKER_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")


@asynccontextmanager
async def started() -> AsyncGenerator[FastAPI]:
    app = create_app(Settings.load())
    async with app.router.lifespan_context(app):
        yield app


async def test_configured_server_runs(tmp_path: Path) -> None:
    """From the file in the data folder, beside an entry that cannot be used; and it ends with the agent."""
    spec = odd()
    entry = {"command": spec.command, "args": list(spec.args), "env": {"API_KEY": "s3cret"}}
    (tmp_path / "data/agent").mkdir(parents=True)
    (tmp_path / "data/agent/mcp.json").write_bytes(orjson.dumps({"mcpServers": {"odd": entry, "bad": {"url": "x"}}}))
    async with started() as app:
        manager = app.state.parts.mcp
        result = await manager.call("odd", "look", {}, timeout_s=20)
        assert not result.is_error
        state = manager.server("odd")
        assert [one.spec.name for one in manager.servers()] == ["odd"]
        assert "s3cret" not in repr(state)
    await gone(state.pid)


async def test_file_that_is_none_keeps_nobody_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent starts without its servers; what is wrong is there to be told."""
    monkeypatch.setenv("AGENT_MCP_CONFIG", str(tmp_path / "my.json"))
    for text in ("{", "[]", '{"a": 1}'):
        (tmp_path / "my.json").write_text(text)
        (problem,) = read_mcp_file(tmp_path, tmp_path / "my.json").problems
        assert (problem.name, bool(problem.detail)) == ("my.json", True)
        async with started() as app:
            assert app.state.parts.mcp.servers() == []


def test_settings_of_ours_are_lent_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What definitions may refer to is the rest of the environment."""
    monkeypatch.setenv("SOMETHING_ELSE", "x")
    lent = lent_environment()
    assert lent["SOMETHING_ELSE"] == "x"
    assert TOKEN not in lent.values()


def test_agent_without_servers_does_not_load_the_sdk() -> None:
    """It costs most of a second and 24 MB."""
    heavy = "[name for name in ('mcp', 'mcp_types', 'httpx2') if name in sys.modules]"
    code = f"import sys, agent_runner.app; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
