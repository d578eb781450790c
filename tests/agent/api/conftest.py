"""The agent, served, with a provider of models behind it."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from agent_runner.app import create_app
from agent_runner.config import Settings
from agent_runner.storage.database import open_database

from tests.agent.api.serving import TOKEN, Agent, Provider, Server

Serve = Callable[..., Awaitable[Agent]]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in Settings.model_fields.values():
        monkeypatch.delenv(str(setting.validation_alias), raising=False)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")  # nothing listens there


@pytest.fixture
async def provider() -> AsyncGenerator[Provider]:
    made = Provider()
    made.server = Server(made.app())
    await made.server.start()
    yield made
    await made.server.stop()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database as the first start leaves it: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("migrated")
    database = open_database(folder)
    asyncio.run(database.aclose())
    return folder / "agent.db"


@pytest.fixture
async def serve(
    tmp_path: Path, provider: Provider, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Serve]:
    """Serve an agent with these settings changed; several calls are several agents."""
    (tmp_path / "data" / "agent").mkdir(parents=True)
    shutil.copy(migrated, tmp_path / "data" / "agent" / "agent.db")
    async with AsyncExitStack() as stack:

        async def make(**changed: str) -> Agent:
            values = {
                "BINNACLE_DATA_DIR": str(tmp_path / "data"),
                "BINNACLE_TOKEN": TOKEN,
                "TRACKER_URL": "http://127.0.0.1:9",
                "OPENAI_API_KEY": "none",
                "OPENAI_BASE_URL": provider.url,
                "AGENT_MODEL": "openai:mock",
                **changed,
            }
            for name, value in values.items():
                monkeypatch.setenv(name, value)
            server = Server(create_app(Settings.load()))
            await server.start()
            stack.push_async_callback(server.stop)
            headers = {"Authorization": f"Bearer {TOKEN}"}
            client = httpx.AsyncClient(base_url=server.url, headers=headers, timeout=20)
            return Agent(await stack.enter_async_context(client))

        yield make


@pytest.fixture
async def agent(serve: Serve) -> Agent:
    return await serve()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "data" / "workspace"
