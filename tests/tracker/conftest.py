"""A tracker in this process, on a folder of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from tracker.app import create_app
from tracker.config import TrackerSettings
from tracker.ingest.prepare import Preparer
from tracker.ingest.scrub import Scrubber
from tracker.storage.open import open_database

from tests.tracker.making import TOKEN


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrackerSettings:
    """Defaults, with the data in a temporary folder."""
    monkeypatch.setenv("BINNACLE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BINNACLE_TOKEN", TOKEN)
    return TrackerSettings.load()


@pytest.fixture
async def app(settings: TrackerSettings) -> AsyncIterator[FastAPI]:
    """The application, started."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """The writing connection of an empty database with the schema."""
    database = open_database(tmp_path)
    yield database.writer
    database.writer.dispose()
    database.reader.dispose()


@pytest.fixture
def preparer() -> Preparer:
    """One with everything on."""
    return Preparer(Scrubber(("secrets", "cards", "emails")), ("browser_extensions",))
