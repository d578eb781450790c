"""The agent as a process: its start, its end, and what is left after a crash."""

import asyncio
import json
import signal
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.agent.api.process import Process, free_port
from tests.agent.api.serving import Agent, Heard, Provider, listen, until

Launch = Callable[..., Awaitable[Process]]


@pytest.fixture
async def launch(tmp_path: Path, provider: Provider) -> AsyncGenerator[Launch]:
    """Start an agent on the same data folder, as often as wanted."""
    async with AsyncExitStack() as stack:

        async def make(**changed: str) -> Process:
            settings = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": provider.url, "AGENT_MODEL": "openai:mock"}
            process = Process(tmp_path, **(settings | changed))
            stack.push_async_callback(process.aclose)
            await process.start()
            return process

        yield make


def without_gap(events: list[Heard]) -> bool:
    numbers = [each.data["seq"] for each in events if each.event != "delta"]
    return numbers == list(range(1, len(numbers) + 1))


async def test_terminating_ends_streams_and_runs_in_time(launch: Launch, provider: Provider) -> None:
    """Within 2 s, with streams open and runs under way; each run says that it was interrupted."""
    process = await launch()
    provider.hold("first", " never")
    provider.hold("first", " never")
    provider.hold("first", " never")
    run_id = (await process.agent.run())["id"]
    whole = asyncio.create_task(process.agent.chat())
    streams = [
        asyncio.create_task(_read(process.agent, "GET", "/api/v1/stream")),
        asyncio.create_task(_read(process.agent, "GET", f"/api/v1/runs/{run_id}/events")),
        asyncio.create_task(_read(process.agent, "POST", "/v1/chat/completions")),
    ]
    await until(lambda: len(provider.requests) == 3)
    await asyncio.sleep(0.2)
    code, seconds = await process.end()
    assert code in {-signal.SIGTERM, 128 + signal.SIGTERM}
    assert seconds <= 2.0
    ended = await asyncio.gather(*streams)
    assert ended[0]
    assert ended[1]
    assert ended[2][-2].data["error"]["code"] == "interrupted"
    answer = await whole
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "interrupted")
    again = await launch()
    runs = (await again.agent.get("/api/v1/runs"))["items"]
    assert {(run["status"], run["reason"]) for run in runs} == {("failed", "interrupted")}


async def test_terminating_takes_no_longer_while_the_database_is_locked(launch: Launch, tmp_path: Path) -> None:
    """Whatever holds the disk: the process is gone within 2 s, and what was answered before is on record."""
    process = await launch()
    run = await process.agent.ended((await process.agent.run())["id"])
    lock = sqlite3.connect(tmp_path / "data" / "agent" / "agent.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    waiting = [asyncio.create_task(process.agent.chat()), asyncio.create_task(process.agent.run())]
    await asyncio.sleep(0.3)
    _, seconds = await process.end()
    assert seconds <= 2.0
    await asyncio.gather(*waiting, return_exceptions=True)
    lock.execute("ROLLBACK")
    lock.close()
    again = await launch()
    assert (await again.agent.get(f"/api/v1/runs/{run['id']}"))["status"] == "succeeded"


async def _read(agent: Agent, method: str, path: str) -> list[Heard]:
    body = {"model": "agent", "stream": True, "messages": [{"role": "user", "content": "x"}]}
    async with agent.http.stream(method, path, json=body if method == "POST" else None) as response:
        return [heard async for heard in listen(response)]


async def test_after_a_crash_every_run_says_what_became_of_it(launch: Launch, provider: Provider) -> None:
    """kill -9 with runs queued, running and waiting: each ends with a reason, and its events have no gap."""
    first = await launch(AGENT_MAX_RUNS="2")
    done = await first.agent.run("done")
    await first.agent.ended(done["id"])
    provider.call("write_file", {"path": "a", "content": "x"})
    waiting = await first.agent.run("waiting")
    approval = await first.agent.pending(waiting["id"])
    provider.hold("first", " never")
    provider.hold("first", " never")
    working = [await first.agent.run("working") for _ in range(2)]
    queued = await first.agent.run("queued")
    for run in working:
        await first.agent.reached(run["id"], "running")
    await first.end(signal.SIGKILL)
    second = await launch()
    for run in (waiting, *working, queued):
        ended = await second.agent.get(f"/api/v1/runs/{run['id']}")
        assert (ended["status"], ended["reason"], ended["error"]["code"]) == ("failed", "interrupted", "interrupted")
        assert all(step["status"] != "running" for step in ended["steps"])
        assert without_gap(await second.agent.events(run["id"]))
    assert (await second.agent.get(f"/api/v1/runs/{done['id']}"))["status"] == "succeeded"
    late = await second.http.post(f"/api/v1/approvals/{approval['id']}", json={"decision": "once"})
    assert late.json()["code"] == "approval_decided"
    retried = (await second.http.post(f"/api/v1/runs/{queued['id']}/retry")).json()
    assert (await second.agent.ended(retried["id"]))["status"] == "succeeded"


async def test_accepted_runs_survive_a_crash_at_any_moment(launch: Launch, provider: Provider) -> None:
    """Of runs posted until the crash, each one that was answered 202 is on record afterwards, once."""
    first = await launch()
    accepted: list[str] = []

    async def post() -> None:
        while True:
            response = await first.http.post("/api/v1/runs", json={"input": "hello"})
            accepted.append(response.json()["id"])

    posting = [asyncio.create_task(post()) for _ in range(4)]
    await until(lambda: len(accepted) > 40)
    await first.end(signal.SIGKILL)
    await asyncio.gather(*posting, return_exceptions=True)
    second = await launch()
    runs = (await second.agent.get("/api/v1/runs", limit=500))["items"]
    found = [run["id"] for run in runs]
    assert set(accepted) <= set(found)
    assert len(found) == len(set(found))
    assert all(run["status"] in {"succeeded", "failed"} for run in runs)
    for run_id in found[:20]:
        assert without_gap(await second.agent.events(run_id))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AGENT_PORT", "0"),
        ("AGENT_PORT", "http"),
        ("AGENT_WORKSPACE", "{folder}"),
        ("AGENT_WORKSPACE", "{folder}/data"),
        ("AGENT_WORKSPACE", "{folder}/data/agent/files"),
        ("AGENT_WORKSPACE", "{folder}/file"),
        ("AGENT_MODEL", "gpt"),
        ("AGENT_MODEL", "nobody:nothing"),
        ("AGENT_DATABASE_URL", "mysql://x"),
        ("AGENT_MAX_RUNS", "0"),
        ("TRACKER_URL", "tracker"),
        ("OLLAMA_HOST", "ftp://x"),
        ("BINNACLE_TOKEN", "short"),
    ],
)
async def test_unusable_setting_stops_the_start_with_one_line(tmp_path: Path, variable: str, value: str) -> None:
    """Exit code 2, and a line that names the variable and says what to do."""
    (tmp_path / "file").write_text("a file, no folder")
    process = Process(tmp_path, **{variable: value.format(folder=tmp_path)})
    ended = process.launch()
    _, error = await asyncio.to_thread(ended.communicate, None, 30)
    await process.http.aclose()
    assert ended.returncode == 2
    lines = error.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"agent: {variable}: ")


@pytest.mark.parametrize("name", ["agent.db", "outbox.db"])
async def test_a_damaged_database_stops_the_start_with_one_line(tmp_path: Path, name: str) -> None:
    """It names the file and says what to do; the file is left as it is."""
    file = tmp_path / "data" / "agent" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 1_000)
    process = Process(tmp_path)
    ended = process.launch()
    _, error = await asyncio.to_thread(ended.communicate, None, 30)
    await process.http.aclose()
    assert ended.returncode == 2
    lines = error.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"agent: BINNACLE_DATA_DIR: cannot use {file}")
    assert file.read_bytes() == b"no database" * 1_000


async def test_taken_port_is_told(launch: Launch, tmp_path: Path) -> None:
    """With the variable to set."""
    first = await launch()
    second = Process(tmp_path / "other", AGENT_PORT=str(first.port))
    ended = second.launch()
    _, error = await asyncio.to_thread(ended.communicate, None, 30)
    await second.http.aclose()
    assert ended.returncode == 2
    assert error.decode().startswith("agent: AGENT_PORT: cannot listen")


async def test_workspace_of_the_users_own_is_left_alone(launch: Launch, tmp_path: Path) -> None:
    """Only the default workspace, and only when new, gets the first files."""
    own = tmp_path / "mine"
    own.mkdir()
    process = await launch(AGENT_WORKSPACE=str(own))
    assert (await process.agent.get("/api/v1/workspace"))["items"] == []
    assert list(own.iterdir()) == []


async def test_errors_and_timings_reach_the_tracker(launch: Launch, provider: Provider) -> None:
    """Failed runs, models and tools are reported with their component and run, as soon as the tracker is there."""
    port = free_port()
    process = await launch(TRACKER_URL=f"http://127.0.0.1:{port}")
    provider.call("read_file", {"path": "missing.txt"})
    provider.fail(400, "no more")
    run = await process.agent.ended((await process.agent.run())["id"])
    for _ in range(4):
        provider.call("list_files", {})
    limited = await process.agent.ended((await process.agent.run(max_steps=1))["id"])
    events: list[dict[str, Any]] = []
    tracker = await asyncio.start_server(lambda r, w: _take(r, w, events), "127.0.0.1", port)
    async with tracker:
        await until(lambda: len([event for event in events if event["type"] == "error"]) >= 3)
    errors = {(event["kind"], event["component"]): event for event in events if event["type"] == "error"}
    assert errors["tool_error", "agent.tools"]["context"]["run_id"] == run["id"]
    assert errors["tool_error", "agent.tools"]["level"] == "warning"
    assert "no more" in errors["model_error", "agent.models"]["message"]
    assert errors["task_error", "agent.runs"]["context"]["run_id"] == limited["id"]
    assert {event["name"] for event in events if event["type"] == "timing"} >= {"run", "model_call", "tool_call"}
    assert all(event["request_id"].startswith("req_") for event in events)


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, events: list[dict[str, Any]]) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    body = json.loads(await reader.readexactly(length))
    events.extend(body["events"])
    writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
    await writer.drain()
    writer.close()
