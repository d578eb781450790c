"""A real database for what runs are written into."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from agent_runner.storage.database import open_database
from kit.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    made = open_database(tmp_path)
    yield made
    await made.aclose()
