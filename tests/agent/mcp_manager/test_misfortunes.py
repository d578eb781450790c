"""What befalls real servers: killed, hung, flooding, sending garbage, coming back. Others do not notice."""

import asyncio
import os
import shlex
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from agent_runner.mcp_manager import connection
from agent_runner.mcp_manager.errors import BadResult, CallTimedOut, OutcomeUnknown, ServerUnavailable
from agent_runner.mcp_manager.types import ServerSpec, TextPart
from kit.jsontypes import JsonObject

from tests.agent.mcp_manager.servers import Running, alive, clock, gone, odd, of_session, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

Do = tuple[str, str, JsonObject]


def harmless(name: str, folder: Path) -> Do:
    """A call of each real server that changes nothing."""
    calls: dict[str, Do] = {
        "everything": (name, "get-tiny-image", {}),
        "filesystem": (name, "read_text_file", {"path": str(folder / "files/hello.txt")}),
        "memory": (name, "read_graph", {}),
        "time": (name, "get_current_time", {"timezone": "UTC"}),
        "git": (name, "git_status", {"repo_path": str(folder / "repository")}),
    }
    return calls[name]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CHECK_S", 0.5)


NAMES = ["everything", "filesystem", "memory", "time", "git"]


@pytest.mark.parametrize("name", NAMES)
async def test_killed_server_comes_back(real: Running, folder: Path, name: str) -> None:
    """The next call finds it again, without a restart of ours; nothing of the old process is left."""
    before = await real.ready(name)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    others = asyncio.gather(*(real.manager.call(*harmless(other, folder)) for other in NAMES if other != name))
    result = await real.manager.call(*harmless(name, folder), timeout_s=15)
    assert not result.is_error
    await others
    after = await real.ready(name)
    assert after.pid != before.pid
    assert after.connects == before.connects + 1
    assert "SIGKILL" in (after.last_error or "")
    assert of_session(before.pid) == []


@pytest.mark.parametrize("name", NAMES)
async def test_hung_server_is_ended_and_started_anew(real: Running, folder: Path, name: str) -> None:
    """A call ends within its time with a reason; others go on; the stopped process does not stay."""
    before = await real.ready(name)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises((CallTimedOut, OutcomeUnknown), match=r"no answer within 0\.3 s"):
        await real.manager.call(*harmless(name, folder), timeout_s=0.3)
    assert time.monotonic() - began < 2
    for other in NAMES:
        if other != name:
            assert not (await real.manager.call(*harmless(other, folder), timeout_s=5)).is_error
    await gone(before.pid)
    after = await real.ready(name)
    assert after.pid != before.pid
    assert not (await real.manager.call(*harmless(name, folder))).is_error


def beside(noise: str) -> Callable[[ServerSpec], ServerSpec]:
    """A real server, with a shell beside it that writes where the server does."""

    def wrapped(spec: ServerSpec) -> ServerSpec:
        line = shlex.join([spec.command or "", *spec.args])
        return replace(spec, command="sh", args=["-c", f"{noise} & exec {line}"])

    return wrapped


async def test_flood_on_standard_error_harms_nobody(tmp_path: Path) -> None:
    """The last lines are kept; the server works, and others are as quick as ever."""
    noisy = beside("yes 'all is lost' >&2")(clock("noisy"))
    async with running(tmp_path, noisy, clock("quiet")) as started:
        await started.ready("noisy")
        await started.ready("quiet")
        times: list[float] = []
        for _ in range(30):
            began = time.perf_counter()
            await started.manager.call("quiet", "get_current_time", {"timezone": "UTC"})
            times.append(time.perf_counter() - began)
        assert sorted(times)[15] < 0.25
        await started.manager.call("noisy", "get_current_time", {"timezone": "UTC"}, timeout_s=10)
        lines = started.manager.log_tail("noisy")
        assert {line.text for line in lines if line.source == "stderr"} == {"all is lost"}
        assert len(lines) <= 200


async def test_some_garbage_on_standard_output_is_only_noted(tmp_path: Path) -> None:
    """Many servers greet whoever starts them."""
    async with running(tmp_path, beside("echo Welcome!")(clock())) as started:
        await started.ready("time")
        assert not (await started.manager.call("time", "get_current_time", {"timezone": "UTC"})).is_error
        assert ("stdout", "Welcome!") in [(line.source, line.text) for line in started.manager.log_tail("time")]


@pytest.mark.parametrize("noise", ["yes garbage", "yes '{\"id\": 1'", "head -c 40000000 /dev/zero; sleep 60"])
async def test_endless_garbage_ends_the_connection(tmp_path: Path, noise: str) -> None:
    """With a reason; the breaker keeps it from coming back all the time, and others work."""
    async with running(tmp_path, beside(noise)(clock("babbling")), clock("quiet")) as started:
        state = await started.until("babbling", lambda state: state.breaker.failures > 0)
        assert "standard output" in (state.last_error or "") or "longer than" in (state.last_error or "")
        await started.ready("quiet")
        assert not (await started.manager.call("quiet", "get_current_time", {"timezone": "UTC"})).is_error


async def test_write_whose_outcome_is_unknown_is_not_repeated(tmp_path: Path) -> None:
    """The server did it and died before it could say so: it is done once, and the caller is told to look."""
    count = tmp_path / "count"
    async with running(tmp_path, odd(COUNT_FILE=str(count))) as started:
        await started.ready("odd")
        with pytest.raises(OutcomeUnknown, match="may or may not"):
            await started.manager.call("odd", "die_noting", {})
        await started.ready("odd")
        with pytest.raises(OutcomeUnknown, match="no answer within"):
            await started.manager.call("odd", "stall", {}, timeout_s=0.2)
        await asyncio.sleep(0.3)
        assert lines_of(count).count("die_noting") == 1
        assert [trouble.code for trouble in started.heard.troubles if trouble.tool] == ["mcp_outcome_unknown"] * 2


async def test_result_that_cannot_be_used_is_not_the_connections_fault(tmp_path: Path) -> None:
    """The call was carried out: it says so, and the server stays connected."""
    async with running(tmp_path, odd()) as started:
        before = await started.ready("odd")
        with pytest.raises(BadResult, match="cannot be used"):
            await started.manager.call("odd", "nonsense", {})
        after = started.manager.server("odd")
        assert (after.pid, after.breaker.failures) == (before.pid, 0)


async def test_server_that_falls_over_at_every_call_opens_its_breaker(tmp_path: Path) -> None:
    """However well it starts: calls then fail at once, with the reason and the time of the next attempt."""
    async with running(tmp_path, odd()) as started:
        for _ in range(5):
            await started.ready("odd")
            with pytest.raises(OutcomeUnknown):
                await started.manager.call("odd", "die", {})
        state = await started.until("odd", lambda state: state.status == "open")
        assert state.next_probe is not None
        with pytest.raises(ServerUnavailable, match="exit code 3; next attempt at 20"):
            await started.manager.call("odd", "look", {})
        assert (await started.manager.reset_breaker("odd")).breaker.status == "closed"
        assert not (await started.manager.call("odd", "look", {})).is_error


async def test_what_a_server_started_ends_with_it(tmp_path: Path) -> None:
    """Also a process that left its session and takes no signal, at the latest when the manager stops."""
    async with running(tmp_path, odd()) as started:
        state = await started.ready("odd")
        result = await started.manager.call("odd", "orphan", {})
        (part,) = result.parts
        assert isinstance(part, TextPart)
        orphan = int(part.text)
        assert alive(orphan)
        assert state.pid is not None
    await gone(orphan, state.pid)


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()
