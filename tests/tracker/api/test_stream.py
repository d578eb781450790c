"""The live stream, and the announcer behind it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from kit.jsontypes import JsonObject
from kit.web.sse import Broadcast
from tracker.issues import announce
from tracker.issues.announce import Announcer

from tests.tracker.making import error
from tests.tracker.running import Process


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Streams need a real server."""
    process = Process(tmp_path)
    process.start()
    async with process.client() as client:
        yield client
    process.kill()


@asynccontextmanager
async def listening(client: httpx.AsyncClient, **headers: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async with asyncio.timeout(60), client.stream("GET", "/api/v1/stream", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith(":")
        yield events(lines)


async def events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    found: dict[str, Any] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if not line and found:
            yield found
            found = {}
        elif name in {"event", "id"}:
            found[name] = value
        elif name == "data":
            found["data"] = json.loads(value)


async def post(client: httpx.AsyncClient, *sent: dict[str, Any]) -> None:
    assert (await client.post("/api/v1/events", json={"events": sent})).status_code == 202


async def test_issues_are_told_as_they_appear_change_and_regress(client: httpx.AsyncClient) -> None:
    """Each with the issue as it is listed; a reader who comes back hears what it missed."""
    async with listening(client) as stream:
        await post(client, error())
        new = await anext(stream)
        assert (new["event"], new["data"]["title"], new["data"]["events"]) == ("issue.new", "boom", 1)
        assert new["data"] == (await client.get("/api/v1/issues")).json()["items"][0]
        await client.patch(f"/api/v1/issues/{new['data']['id']}", json={"state": "resolved"})
        changed = await anext(stream)
        assert (changed["event"], changed["data"]["state"]) == ("issue.updated", "resolved")
    await post(client, error(ts="9999-01-01T00:00:00Z"))
    async with listening(client, **{"Last-Event-ID": changed["id"]}) as stream:
        back = await anext(stream)
        assert (back["event"], back["data"]["state"], back["data"]["events"]) == ("issue.regressed", "open", 2)
    async with listening(client, **{"Last-Event-ID": "0-1"}) as stream:
        assert (await anext(stream))["event"] == "resync"


async def load(ids: Sequence[str]) -> Sequence[JsonObject]:
    return [{"id": issue_id} for issue_id in ids if issue_id != "gone"]


@asynccontextmanager
async def announcing() -> AsyncIterator[tuple[Announcer, list[tuple[str, str]]]]:
    broadcast, told = Broadcast(), list[tuple[str, str]]()
    announcer = Announcer(broadcast, load)

    async def listen() -> None:
        async for one in broadcast.events():
            assert isinstance(one.data, dict)
            told.append((one.event, str(one.data.get("id", ""))))

    jobs = [asyncio.create_task(job) for job in (listen(), announcer.tell_news(), announcer.tell_updates())]
    await asyncio.sleep(0)
    yield announcer, told
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)


async def test_updates_are_throttled_and_news_are_not() -> None:
    """However often an issue changes, it is told about once a second; one that is gone is not told about."""
    async with announcing() as (announcer, told):
        announcer.note({"a": "new", "gone": "new"})
        for _ in range(50):
            announcer.note({"a": "updated", "b": "updated"})
            await asyncio.sleep(0.005)
        announcer.note({"c": "regressed"})
        await asyncio.sleep(0.25)
        assert told.count(("issue.updated", "a")) == 1
        assert told.count(("issue.updated", "b")) <= 1
        assert ("issue.new", "a") in told
        assert ("issue.regressed", "c") in told
        assert not any(issue_id == "gone" for _, issue_id in told)


async def test_more_than_anyone_can_follow_is_a_resync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of new issues at once: one word to fetch anew."""
    monkeypatch.setattr(announce, "_MOST_PENDING", 10)
    async with announcing() as (announcer, told):
        announcer.note({f"i{n}": "new" for n in range(11)})
        await asyncio.sleep(0.05)
        assert told == [("resync", "")]
