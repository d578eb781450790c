"""The database is away: callers are told so in time, and what was accepted is not lost."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Generator
from pathlib import Path

import pytest
from agent_runner.storage import database

from tests.agent.api.conftest import Serve
from tests.agent.api.serving import Provider, listen


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that others hold is waited out for 10 s otherwise."""
    monkeypatch.setattr(database, "_BUSY_MS", 100)


@contextlib.contextmanager
def locked(folder: Path) -> Generator[None]:
    """Another process holds the write lock."""
    connection = sqlite3.connect(folder / "data" / "agent" / "agent.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


async def test_chat_is_refused_in_time_while_nothing_can_be_stored(serve: Serve, tmp_path: Path) -> None:
    """503 as an OpenAI error, in a stream as its last event; and right again once the database is back."""
    agent = await serve()
    with locked(tmp_path):
        refused = await agent.chat("one")
        again = await agent.chat("two")
        async with agent.stream("three") as response:
            await response.aread()
        components = {each["name"]: each for each in (await agent.get("/api/v1/health"))["components"]}
        assert components["storage"]["status"] == "down"
        assert "locked" in components["storage"]["detail"]
    for answer in (refused, again, response):
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "storage_unavailable"

    async def is_back() -> bool:
        return (await agent.chat("four")).status_code == 200

    async with asyncio.timeout(8):
        while not await is_back():
            await asyncio.sleep(0.05)
    runs = (await agent.get("/api/v1/runs"))["items"]
    assert {run["status"] for run in runs if run["title"] == "one"} <= {"succeeded", "cancelled"}
    assert [run["status"] for run in runs if run["title"] == "four"] == ["succeeded"]


async def test_a_stream_that_has_begun_ends_with_the_error(serve: Serve, provider: Provider, tmp_path: Path) -> None:
    """The words that came are kept; the last event says why nothing follows."""
    agent = await serve()
    provider.hold("first", " never")
    async with agent.stream("tell") as response:
        heard = listen(response)
        first = await anext(heard)
        with locked(tmp_path):
            await agent.http.post("/api/v1/runs", json={"input": "x"})
            provider.call("list_files", {})
            run = asyncio.create_task(agent.chat("and another"))
            rest = [each.data async for each in heard]
            assert (await run).status_code == 503
    assert "choices" in first.data
    assert [each["error"]["code"] for each in rest if "error" in each] == ["storage_unavailable"]
    assert rest[-1] == "[DONE]"


async def test_a_run_is_refused_rather_than_lost(serve: Serve, tmp_path: Path) -> None:
    """A background run is answered 202 only when it is on disk."""
    agent = await serve()
    with locked(tmp_path):
        refused = await agent.http.post("/api/v1/runs", json={"input": "x"})
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    assert refused.headers["Retry-After"]
