"""MCP: a call through us against the bare SDK, and an agent with fifty servers of which ten are dead."""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from agent_runner.mcp_manager.manager import McpManager
from agent_runner.mcp_manager.ports import Surroundings
from agent_runner.mcp_manager.secret_file import SecretFile
from agent_runner.mcp_manager.store import DatabaseStore
from agent_runner.mcp_manager.types import ServerSpec
from agent_runner.storage.database import open_database

from bench.processes import TOKEN, Running, service
from bench.report import Figure, ms, show, times

_PEERS = Path(__file__).with_name("peers")
_ECHO = str(_PEERS / "mcp_echo.py")
_SMALL = str(_PEERS / "mcp_small.py")
_WARM_UP = 50
_LIVE, _DEAD = 40, 10


def run(seconds: float) -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as name:
        figures = [asyncio.run(_call(Path(name), seconds))]
    with tempfile.TemporaryDirectory() as name:
        figures += _fleet(Path(name))
    show("MCP", figures)


async def _call(folder: Path, seconds: float) -> Figure:
    from mcp import Client, StdioServerParameters  # noqa: PLC0415 - 0.7 s that the other sections need not pay

    database = open_database(folder)
    around = Surroundings(SecretFile(folder / "secrets.json"), dict(os.environ), folder)
    manager = McpManager(DatabaseStore(database), around)
    await manager.start()
    try:
        await manager.add(ServerSpec("echo", "stdio", command=sys.executable, args=[_ECHO]))
        async with Client(StdioServerParameters(command=sys.executable, args=[_ECHO])) as bare:
            return await _compared(
                lambda: manager.call("echo", "echo", {"text": "hello"}),
                lambda: bare.call_tool("echo", {"text": "hello"}),
                seconds,
            )
    finally:
        await manager.stop()
        await database.aclose()


async def _compared(
    ours: Callable[[], Awaitable[object]], bare: Callable[[], Awaitable[object]], seconds: float
) -> Figure:
    for _ in range(_WARM_UP):
        await _timed(ours)
        await _timed(bare)
    mine: list[float] = []
    base: list[float] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:  # in turn, so that a slower moment of the machine hits both
        base.append(await _timed(bare))
        mine.append(await _timed(ours))
    p50, bare_p50 = statistics.median(mine), statistics.median(base)
    what = f"tool call over stdio, p50 of {len(mine)}"
    added = p50 - bare_p50
    return Figure(what, ms(p50), f"bare SDK {ms(bare_p50)}", times(p50, bare_p50), "≤ 1 ms more", added <= 0.001)


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await call()
    return time.perf_counter() - started


def _fleet(folder: Path) -> list[Figure]:
    with service("AGENT", "agent_runner", folder):
        pass  # makes and migrates the database
    with service("AGENT", "agent_runner", folder) as none:
        alone_s = none.ready_s
    (folder / "agent" / "mcp.json").write_text(json.dumps({"mcpServers": _servers()}), encoding="utf-8")
    with service("AGENT", "agent_runner", folder) as fleet:
        early, late = asyncio.run(_lists(fleet))
        ready = fleet.ready_s
        memory = fleet.memory_mib()
    what = f"{_LIVE + _DEAD} servers, {_DEAD} of them dead"
    alone = f"with none {ms(alone_s)}"
    return [
        Figure(f"ready with {what}", ms(ready), alone, times(ready, alone_s), "≤ 1500 ms", ready <= 1.5),
        Figure("their list while they connect, p95", ms(early), "", "", "≤ 50 ms", early <= 0.05),
        Figure("their list afterwards, p95", ms(late), "", "", "≤ 50 ms", late <= 0.05),
        Figure(f"memory with {what}", f"{memory:.0f} MiB", "", "", ""),
    ]


def _servers() -> dict[str, dict[str, Any]]:
    live = {f"live{at}": {"command": sys.executable, "args": ["-S", _SMALL]} for at in range(_LIVE)}
    crash = {"command": sys.executable, "args": ["-S", "-c", "raise SystemExit(1)"]}
    crashing = {f"crash{at}": crash for at in range(_DEAD // 2)}
    away = {f"away{at}": {"url": "http://127.0.0.1:9/mcp"} for at in range(_DEAD - len(crashing))}
    return {**live, **crashing, **away}


async def _lists(agent: Running) -> tuple[float, float]:
    """p95 of the list, from the first moment on, and once all that can be connected is."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=agent.url, headers=headers, timeout=30) as client:
        early = await _p95(client, rounds=100, pause_s=0.02)
        deadline = time.monotonic() + 60
        while await _ready(client) < _LIVE:
            assert time.monotonic() < deadline, "the servers did not connect"
            await asyncio.sleep(0.2)
        return early, await _p95(client, rounds=100, pause_s=0.005)


async def _p95(client: httpx.AsyncClient, *, rounds: int, pause_s: float) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        started = time.perf_counter()
        (await client.get("/api/v1/mcp/servers")).raise_for_status()
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(pause_s)
    return statistics.quantiles(taken, n=20)[-1]


async def _ready(client: httpx.AsyncClient) -> int:
    items = (await client.get("/api/v1/mcp/servers", params={"limit": 500})).json()["items"]
    return sum(item["state"] == "ready" for item in items)
