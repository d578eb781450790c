"""One process of a service, from its start to its end."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable

from scripts.supervisor.config import ROOT, Config, Service
from scripts.supervisor.console import lines, say

PATIENCE_S = 5.0
"""A service ends within 2 s of SIGTERM; one that does not is ended."""
PR_SET_PDEATHSIG = 1


class Process:
    """Started in a session of its own, so that Ctrl-C reaches the supervisor only, which then ends it in order.

    When the supervisor itself is killed the kernel ends the process with it (on Linux).
    """

    def __init__(self, service: Service, process: asyncio.subprocess.Process) -> None:
        self.service = service
        self.last_lines: deque[str] = deque(maxlen=5)
        self._process = process
        self._output = asyncio.create_task(self._show_output())

    @classmethod
    async def start(cls, config: Config, service: Service) -> "Process":
        process = await asyncio.create_subprocess_exec(
            *config.command(service),
            cwd=ROOT,
            env=config.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(),
        )
        return cls(service, process)

    async def wait(self) -> int:
        """The exit code, or minus the signal; its last words have been shown by then."""
        code = await self._process.wait()
        # what it started may still hold the pipe open
        await asyncio.wait([self._output], timeout=0.5)
        self._output.cancel()
        return code

    async def stop(self) -> None:
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE_S)
        except TimeoutError:
            say("binnacle", f"{self.service.name} did not stop within {PATIENCE_S:.0f} s and is killed")
            self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """Without ceremony, with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def _show_output(self) -> None:
        assert self._process.stdout is not None
        async for line in lines(self._process.stdout):
            say(self.service.name, line)
            if line.strip():
                self.last_lines.append(line.strip())


def end_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # found before the fork: between fork and exec as little as possible is done
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
