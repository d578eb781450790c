"""Breakers over restarts, many servers at once, and nothing left behind whatever ends the agent."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from agent_runner.mcp_manager import server as servers
from agent_runner.mcp_manager.errors import NotDone, ServerUnavailable
from agent_runner.mcp_manager.types import Breaker, ServerSpec
from kit.clock import now_ms

from tests.agent.mcp_manager.servers import ROOT, KeptInMemory, alive, clock, gone, odd, running


def starts(count: Path) -> int:
    return count.read_text().splitlines().count("started") if count.exists() else 0


async def test_open_breaker_survives_a_restart(tmp_path: Path) -> None:
    """The server is not even started before its probe is due; then exactly one probe goes out, and closes it."""
    count = tmp_path / "count"
    store = KeptInMemory([odd(COUNT_FILE=str(count))])
    store.breakers["odd"] = Breaker("open", 5, 1, "it was gone", now_ms() + 700)
    async with running(tmp_path, store=store) as started:
        await asyncio.sleep(0.3)
        state = started.manager.server("odd")
        assert (state.status, state.next_probe, starts(count)) == ("open", store.breakers["odd"].retry_at, 0)
        with pytest.raises(ServerUnavailable, match="next attempt"):
            await started.manager.call("odd", "look", {})
        await started.ready("odd")
        assert starts(count) == 1
        async with asyncio.timeout(5):
            while store.breakers["odd"].status != "closed":  # it is stored once it is known
                await asyncio.sleep(0.01)


async def test_probe_that_fails_opens_it_again(tmp_path: Path) -> None:
    """One attempt, while any number of callers waits for it; and the next one is later."""
    count = tmp_path / "count"
    store = KeptInMemory([odd(COUNT_FILE=str(count), AT_START="exit")])
    store.breakers["odd"] = Breaker("open", 5, 2, "it was gone", now_ms() + 300)
    async with running(tmp_path, store=store) as started:
        await started.until("odd", lambda state: state.breaker.status == "half_open")
        calls = [started.manager.call("odd", "look", {}) for _ in range(20)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(error) for error in errors} == {ServerUnavailable}
        state = started.manager.server("odd")
        assert (state.status, state.breaker.opened, starts(count)) == ("open", 3, 1)
        assert state.next_probe is not None
        assert state.next_probe > now_ms() + 5_000
        after = await started.manager.reset_breaker("odd")  # probes first: it is still broken
        assert (after.status, starts(count)) == ("open", 2)
        assert "cannot work today" in (after.last_error or "")


async def test_server_that_was_away_is_found_when_it_is_back(tmp_path: Path) -> None:
    """By itself."""
    program = tmp_path / "server"
    async with running(tmp_path, ServerSpec("late", "stdio", command=str(program))) as started:
        await started.until("late", lambda state: state.status == "failing")
        odd_server = ROOT / "tests/agent/mcp_manager/odd_server.py"
        program.write_text(f"#!/bin/sh\nexec {sys.executable} -S {odd_server}\n")
        program.chmod(0o700)
        await started.ready("late")


async def test_many_servers_and_some_dead_delay_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The start, the lists and the calls of others are as with none."""
    monkeypatch.setattr(servers, "CONNECT_S", 5.0)
    good = [odd(f"good{at}") for at in range(10)]
    dead = [odd(f"dead{at}", AT_START="exit") for at in range(5)] + [
        odd(f"hung{at}", AT_START="hang") for at in range(5)
    ]
    began = time.perf_counter()
    async with running(tmp_path, *dead, *good) as started:
        assert time.perf_counter() - began < 0.5
        times: list[float] = []
        while any(started.manager.server(spec.name).status != "ready" for spec in good):
            began = time.perf_counter()
            assert len(started.manager.servers()) == 20
            started.manager.tools()
            times.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
        assert max(times) < 0.05
        results = await asyncio.gather(*(started.manager.call(spec.name, "look", {}) for spec in good))
        assert not any(result.is_error for result in results)
        for spec in dead:
            with pytest.raises((ServerUnavailable, NotDone)):
                await started.manager.call(spec.name, "look", {}, timeout_s=0.2)
        began = time.perf_counter()
    assert time.perf_counter() - began < 3


AGENT = """
import asyncio, sys
from pathlib import Path
from tests.agent.mcp_manager.servers import clock, odd, running
from agent_runner.mcp_manager.types import ServerSpec

async def main():
    folder = Path(sys.argv[1])
    wrapped = odd("wrapped")
    line = " ".join([wrapped.command, *wrapped.args])
    shell = ServerSpec("shell", "stdio", command="sh", args=["-c", f"{line}; true"])
    async with running(folder, clock(), odd(), shell) as started:
        pids = [(await started.ready(name)).pid for name in ("time", "odd", "shell")]
        orphan = (await started.manager.call("odd", "orphan", {})).parts[0].text
        print(*pids, orphan, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@asynccontextmanager
async def agent(folder: Path) -> AsyncGenerator[tuple[subprocess.Popen[str], list[int]]]:
    """A process with a manager, and those of its servers."""
    program = [sys.executable, "-c", AGENT, str(folder)]
    process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 - it is killed
    try:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        pids = [int(word) for word in line.split()]
        assert len(pids) == 4
        yield process, [*pids, *children_of(pids[2])]
    finally:
        process.kill()
        process.communicate()


def children_of(parent: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def guard_of(parent: int) -> int:
    found = [pid for pid in children_of(parent) if "guard.py" in Path(f"/proc/{pid}/cmdline").read_text()]
    assert len(found) == 1
    return found[0]


async def test_no_server_outlives_an_agent_that_is_killed(tmp_path: Path) -> None:
    """Nor what a server started, in a shell or a session of its own; and the guard ends too."""
    async with agent(tmp_path) as (process, pids):
        guard = guard_of(process.pid)
        assert all(alive(pid) for pid in pids)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        await gone(*pids, guard)


async def test_leftovers_of_an_earlier_agent_are_ended_at_the_next_start(tmp_path: Path) -> None:
    """When even the guard was killed; those of another folder's agent are let be."""
    async with agent(tmp_path / "a") as (process, pids), agent(tmp_path / "b") as (_other, others):
        os.kill(guard_of(process.pid), signal.SIGKILL)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        orphan = pids[3]
        assert alive(orphan)
        async with running(tmp_path / "a", clock()) as started:
            await gone(*pids)
            await started.ready("time")
        assert all(alive(pid) for pid in others)
