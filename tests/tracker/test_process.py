"""The tracker as a process: how it starts, how it ends, and that nothing acknowledged is ever lost."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.tracker.making import error, interaction
from tests.tracker.running import Process

EVENTS, BATCH = 10_000, 50
KILLS = 6


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    process.kill()


async def test_it_ends_at_once_with_streams_open(process: Process) -> None:
    """SIGTERM: within two seconds, without a traceback, and what was answered is there after a restart."""
    process.start()
    async with process.client() as client, client.stream("GET", "/api/v1/stream") as stream:
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith(":")
        assert (await client.post("/api/v1/events", json={"events": [error()]})).status_code == 202
        seconds, code = await asyncio.to_thread(process.terminate)
    assert seconds < 2
    assert code in {0, -15, 143}
    assert "Traceback" not in process.log()
    process.start()
    async with process.client() as client:
        (issue,) = (await client.get("/api/v1/issues")).json()["items"]
    assert issue["events"] == 1


async def test_everything_answered_is_there_once(process: Process) -> None:
    """10,000 events in batches while the process is killed with -9 again and again: all of it, and no more."""
    batches = [[error(message=f"boom {n % 7}") if n % 3 else interaction() for n in range(BATCH)] for _ in range(200)]
    process.start()
    sending = [asyncio.create_task(send(process, batches[start::4])) for start in range(4)]
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.2, 0.5))
        await asyncio.to_thread(process.kill)
        await asyncio.to_thread(process.start)
    await asyncio.gather(*sending)
    async with process.client() as client:
        ledger = (await client.get("/api/v1/outcomes")).json()
        issues = (await client.get("/api/v1/issues")).json()["items"]
        components = (await client.get("/api/v1/components?since=2026-11-22T00:00:00Z")).json()["items"]
        stored = [event async for event in everything(client)]
    sent = [event["id"] for events in batches for event in events]
    assert len(sent) == EVENTS
    assert sorted(event["id"] for event in stored) == sorted(sent)
    assert ledger["stored"] == EVENTS
    errors = sum(event["type"] == "error" for events in batches for event in events)
    assert sum(issue["events"] for issue in issues) == errors
    assert (components[0]["errors"], components[0]["interactions"]) == (errors, EVENTS - errors)


async def send(process: Process, batches: list[list[dict[str, Any]]]) -> None:
    """Each batch until it is answered with 202, as a client with an outbox does."""
    async with process.client() as client:
        for events in batches:
            while True:
                try:
                    answer = await client.post("/api/v1/events", json={"events": events})
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 202:
                    assert answer.json()["rejected"] == []
                    break
                assert answer.status_code in {429, 503}, answer.text


async def everything(client: httpx.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    for name in ("errors", "interactions"):
        cursor: str | None = ""
        while cursor is not None:
            page = (await client.get(f"/api/v1/{name}?limit=500" + (f"&cursor={cursor}" if cursor else ""))).json()
            for event in page["items"]:
                yield event
            cursor = page["next_cursor"]


async def test_a_locked_database_is_waited_out(process: Process, tmp_path: Path) -> None:
    """While another program holds the file the answer is 503 with Retry-After, and then it goes on by itself."""
    process.start()
    async with process.client() as client:
        other = sqlite3.connect(tmp_path / "data/tracker/tracker.db", isolation_level=None, timeout=10)
        other.execute("BEGIN IMMEDIATE")
        events = [error()]
        answer = await client.post("/api/v1/events", json={"events": events}, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
        parts = {part["name"]: part for part in (await client.get("/api/v1/health")).json()["components"]}
        assert parts["storage"]["status"] == "degraded"
        assert "locked" in parts["storage"]["detail"]
        other.execute("ROLLBACK")
        other.close()
        assert (await client.post("/api/v1/events", json={"events": events})).json()["accepted"] == 1
        await until_ready(client)


async def test_it_ends_at_once_with_the_database_locked(process: Process, tmp_path: Path) -> None:
    """SIGTERM while a write waits for another program: within the same two seconds, and the sender is told."""
    process.start()
    async with process.client() as client:
        other = sqlite3.connect(tmp_path / "data/tracker/tracker.db", isolation_level=None, timeout=10)
        other.execute("BEGIN IMMEDIATE")
        sending = asyncio.create_task(client.post("/api/v1/events", json={"events": [error()]}))
        await asyncio.sleep(0.3)
        seconds, _ = await asyncio.to_thread(process.terminate)
        other.close()
        assert (await sending).status_code == 503
    assert seconds < 2


async def until_ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.1)


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    """It names the variable and the fix, and the process ends."""
    ended = Process(tmp_path, TRACKER_PORT="http").run()
    assert ended.returncode == 2
    assert ended.stderr.startswith("tracker: TRACKER_PORT: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("content", [b"this is no database, and never was one" * 100, None], ids=["broken", "locked"])
def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    """It names the file and what is wrong with it; nothing is overwritten."""
    file = tmp_path / "data/tracker/tracker.db"
    file.parent.mkdir(parents=True)
    if content is not None:
        file.write_bytes(content)
    other = sqlite3.connect(file, isolation_level=None)
    if content is None:
        other.execute("BEGIN EXCLUSIVE")
    ended = Process(tmp_path).run()
    other.close()
    assert ended.returncode == 2
    assert ended.stderr.startswith("tracker: BINNACLE_DATA_DIR: ")
    assert str(file) in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert content is None or file.read_bytes() == content


def test_a_taken_port_is_named(process: Process, tmp_path: Path) -> None:
    """With the variable to set."""
    process.start()
    (tmp_path / "second").mkdir()
    ended = Process(tmp_path / "second", TRACKER_PORT=str(process.port)).run()
    assert ended.returncode == 2
    assert "TRACKER_PORT" in ended.stderr
