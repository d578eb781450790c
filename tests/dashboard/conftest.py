"""The dashboard, served, between two stand-ins for the services behind it."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import httpx
import pytest
from dashboard.app import create_app
from dashboard.auth import passwords
from dashboard.config import Settings
from fastapi import FastAPI

from tests.dashboard.fakes import PASSWORD, TOKEN, VIEWER_PASSWORD, Server, Upstream, until

PAGE = '<!doctype html><html lang="en"><script type="module" src="/assets/main-ABC.js"></script></html>'


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields.values():
        monkeypatch.delenv(str(name.validation_alias), raising=False)


@pytest.fixture(autouse=True)
def _cheap_fingerprints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every start makes two; what they cost an attacker is nothing that these tests are about."""
    monkeypatch.setattr(passwords, "_SCRYPT_COST", 2**4)


@pytest.fixture
async def agent() -> AsyncGenerator[Upstream]:
    upstream = Upstream()
    await upstream.start()
    yield upstream
    await upstream.stop()


@pytest.fixture
async def tracker() -> AsyncGenerator[Upstream]:
    upstream = Upstream()
    await upstream.start()
    yield upstream
    await upstream.stop()


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A page as the build leaves it."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets" / "main-ABC.js").write_text("// " + "x" * 5000)
    return folder


@pytest.fixture
def settings(tmp_path: Path, agent: Upstream, tracker: Upstream) -> Callable[..., Settings]:
    def make(**changed: str) -> Settings:
        values = {
            "BINNACLE_DATA_DIR": str(tmp_path / "data"),
            "BINNACLE_TOKEN": TOKEN,
            "AGENT_URL": agent.server.url,
            "TRACKER_URL": tracker.server.url,
            "DASHBOARD_PASSWORD": PASSWORD,
            "DASHBOARD_VIEWER_PASSWORD": VIEWER_PASSWORD,
        }
        return Settings.model_validate(values | changed)

    return make


@pytest.fixture
def app(settings: Callable[..., Settings], static: Path) -> FastAPI:
    return create_app(settings(), static=static)


@pytest.fixture
async def served(app: FastAPI) -> AsyncGenerator[Server]:
    """The dashboard on a port, once it has found both services."""
    server = Server(app)
    async with app.router.lifespan_context(app):
        await server.start()
        parts = app.state.parts
        await until(lambda: {parts.status.public()[name]["status"] for name in ("agent", "tracker")} == {"ok"})
        yield server
        app.state.runtime.stopping.set()
        await server.stop()


@pytest.fixture
async def anyone(served: Server) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody who is not logged in."""
    async with httpx.AsyncClient(base_url=served.url, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
async def script(served: Server) -> AsyncGenerator[httpx.AsyncClient]:
    """A script that has the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
async def page(served: Server) -> AsyncGenerator[httpx.AsyncClient]:
    """The page in a browser, logged in as admin."""
    async with browser(served.url) as client:
        await client.post("/auth/login", json={"password": PASSWORD})
        yield client


@pytest.fixture
async def viewer(served: Server) -> AsyncGenerator[httpx.AsyncClient]:
    """The page in a browser, logged in as viewer."""
    async with browser(served.url) as client:
        await client.post("/auth/login", json={"password": VIEWER_PASSWORD})
        yield client


def browser(url: str) -> httpx.AsyncClient:
    headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, verify=False)
