"""The three services as they describe themselves, and as they run."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from agent_runner.app import create_app as create_agent
from agent_runner.config import Settings as AgentSettings
from dashboard.app import create_app as create_dashboard
from dashboard.config import Settings as DashboardSettings
from fastapi import FastAPI
from tracker.app import create_app as create_tracker
from tracker.config import TrackerSettings

from tests.dashboard.fakes import PASSWORD, TOKEN, Server, free_port, until

Document = dict[str, Any]


@dataclass(frozen=True)
class House:
    """All three, built on one data folder; nothing runs yet."""

    agent: FastAPI
    tracker: FastAPI
    dashboard: FastAPI
    ports: dict[str, int]


def build(folder: Path) -> House:
    ports = {name: free_port() for name in ("agent", "tracker", "dashboard")}
    with pytest.MonkeyPatch.context() as env:
        for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_HOST", "AGENT_MODEL"):
            env.delenv(name, raising=False)
        env.setenv("BINNACLE_DATA_DIR", str(folder))
        env.setenv("BINNACLE_TOKEN", TOKEN)
        env.setenv("DASHBOARD_PASSWORD", PASSWORD)
        for name, port in ports.items():
            env.setenv(f"{name.upper()}_PORT", str(port))
            env.setenv(f"{name.upper()}_URL", f"http://127.0.0.1:{port}")
        return House(
            agent=create_agent(AgentSettings.load()),
            tracker=create_tracker(TrackerSettings.load()),
            dashboard=create_dashboard(DashboardSettings.load()),
            ports=ports,
        )


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """Each service's OpenAPI document."""
    house = build(tmp_path_factory.mktemp("documents"))
    return {name: getattr(house, name).openapi() for name in ("agent", "tracker", "dashboard")}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return build(tmp_path / "data")


@pytest.fixture
async def running(house: House) -> AsyncGenerator[dict[str, Server]]:
    """All three, served."""
    servers: dict[str, Server] = {}
    async with (
        house.tracker.router.lifespan_context(house.tracker),
        house.agent.router.lifespan_context(house.agent),
        house.dashboard.router.lifespan_context(house.dashboard),
    ):
        for name in ("tracker", "agent", "dashboard"):
            servers[name] = Server(getattr(house, name), house.ports[name])
            await servers[name].start()
        parts = house.dashboard.state.parts
        await until(lambda: {parts.status.public()[name]["status"] for name in ("agent", "tracker")} == {"ok"})
        yield servers
        for name in ("dashboard", "agent", "tracker"):
            getattr(house, name).state.runtime.stopping.set()
            await servers[name].stop()


@pytest.fixture
async def page(running: dict[str, Server]) -> AsyncGenerator[httpx.AsyncClient]:
    """The page in a browser, logged in."""
    headers = {"Sec-Fetch-Site": "same-origin", "X-Binnacle-Client": "dashboard"}
    url = running["dashboard"].url
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, verify=False) as client:
        (await client.post("/auth/login", json={"password": PASSWORD})).raise_for_status()
        yield client


@pytest.fixture
async def tracker(running: dict[str, Server]) -> AsyncGenerator[httpx.AsyncClient]:
    """The tracker's API, as a script uses it."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = running["tracker"].url
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, verify=False) as client:
        yield client
