"""Servers that several tests of one module share: starting one takes most of a second."""

import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.agent.mcp_manager.servers import Running, clock, everything, filesystem, git, memory, running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the servers of a module work."""
    made = tmp_path_factory.mktemp("mcp")
    (made / "files").mkdir()
    (made / "files/hello.txt").write_text("hello from a file")
    subprocess.run(["git", "init", "-q", made / "repository"], check=True)
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real(folder: Path) -> AsyncGenerator[Running]:
    """A manager with all five real servers over stdio, of both eras."""
    servers = (
        everything(),
        filesystem(folder / "files"),
        memory(folder / "memory.jsonl"),
        clock(),
        git(folder / "repository"),
    )
    async with running(folder, *servers) as started:
        for spec in servers:
            await started.ready(spec.name)
        yield started
