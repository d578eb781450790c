"""The processes of `stdio` servers: what they inherit, how they are started, and that none outlives us."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kit.ids import new_id

from agent_runner.mcp_manager import guard

INHERITED = (
    *("HOME", "PATH", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ"),
    # where npx and uvx keep what they fetch, and whom they trust
    *("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "NPM_CONFIG_CACHE", "NPM_CONFIG_UPDATE_NOTIFIER"),
    *("UV_CACHE_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"),
)
_POLL_S = 0.01


class NotStartedError(Exception):
    """A server's process cannot be started; the message says why."""


class Nursery:
    """Starts the processes of one agent, marked as its own, and sees to it that they end with it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._family = f"{hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]}:"
        self._mark = self._family + new_id("agent")
        self._guard: subprocess.Popen[bytes] | None = None

    async def end_leftovers(self) -> int:
        """Kill what an earlier agent of this folder left behind; how many processes that were."""
        return await asyncio.to_thread(guard.end_all, self._family, self._mark)

    def environment_for(self, given: Mapping[str, str]) -> dict[str, str]:
        """All that a server inherits: what it needs to run at all, what its definition names, and our mark."""
        inherited = {name: self._environment[name] for name in INHERITED if name in self._environment}
        path = inherited.get("PATH", os.defpath)
        beside_us = str(Path(sys.executable).parent)  # where the set-up puts node and uv, if the machine has none
        inherited["PATH"] = path if beside_us in path.split(os.pathsep) else f"{path}{os.pathsep}{beside_us}"
        return {**inherited, **given, guard.MARK: self._mark}

    async def start(self, command: str, args: Sequence[str], env: Mapping[str, str], cwd: str | None) -> "Child":
        """Start a server in a session of its own. Raises `NotStartedError`."""
        self._begin_guard()
        program = shutil.which(command, path=env.get("PATH"))
        if program is None:
            raise NotStartedError(f"the command {command!r} was not found, or cannot be run")
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                program, *args, stdin=pipe, stdout=pipe, stderr=pipe, env=dict(env), cwd=cwd, start_new_session=True
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise NotStartedError(f"the command {command!r} cannot be started: {reason}") from error
        return Child(process)

    async def aclose(self) -> None:
        """End what is left, and the guard."""
        if self._guard is not None:
            assert self._guard.stdin is not None
            self._guard.stdin.close()
            await asyncio.to_thread(self._guard.wait)
            self._guard = None

    def _begin_guard(self) -> None:
        if self._guard is not None and self._guard.poll() is None:
            return
        program = [sys.executable, "-I", "-S", guard.__file__, self._mark]
        quiet = subprocess.DEVNULL
        self._guard = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, env={}, start_new_session=True
        )


class Child:
    """One process, which leads a group of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.stdin, self.stdout, self.stderr = process.stdin, process.stdout, process.stderr
        self._process = process
        self._is_ended = False

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._process.returncode

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and all of its group; also when the process itself is gone already."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    async def ended_within(self, seconds: float) -> bool:
        """Wait for its end. By looking: `wait()` would also wait for whoever else holds its pipes."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.exit_code is None and loop.time() < deadline:  # noqa: ASYNC110 - see above
            await asyncio.sleep(_POLL_S)
        return self.exit_code is not None

    async def end(self, grace_s: float) -> None:
        """Let it end by itself at the end of its input, then ask its group, then kill it. It can be called again."""
        if self._is_ended:
            return
        self.stdin.close()
        if not await self.ended_within(grace_s):
            self.signal_group(signal.SIGTERM)
            await self.ended_within(grace_s / 2)
        self.signal_group(signal.SIGKILL)
        self._is_ended = await self.ended_within(1)
        transport = getattr(self._process, "_transport", None)
        if transport is not None:  # or whoever else holds the pipes keeps it open
            transport.close()
