"""Keeps one service running."""

import asyncio
import time

import httpx

from scripts.supervisor.config import Config, Refused, Service
from scripts.supervisor.console import say
from scripts.supervisor.process import Process

SETTINGS_EXIT = 2
"""How a service ends that cannot use its settings; its last line says which and why."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 60.0
"""Up for so long, a service's next failure counts as its first."""
ASK_EVERY_S = 0.1


class Keeper:
    """While the service is wanted, one process of it runs: one that dies is started again, later each time.

    `keep` alone starts processes; `start`, `stop` and `restart` only say what is wanted. All runs on one event loop.
    """

    def __init__(self, config: Config, service: Service) -> None:
        self.service = service
        self.ready = asyncio.Event()
        self.not_ready_because = "not started"
        self._config = config
        self._wanted = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._hurry = asyncio.Event()
        self._process: Process | None = None
        self._was_ready = False

    async def keep(self) -> None:
        """Never returns. Raises `Refused` when the service cannot use its settings at its first start."""
        pause = FIRST_PAUSE_S
        while True:
            await self._wanted.wait()
            began = time.monotonic()
            code, last_line = await self._run_once()
            if not self._wanted.is_set() or self._hurry.is_set():
                pause = FIRST_PAUSE_S
                continue
            if code == SETTINGS_EXIT and not self._was_ready:
                raise Refused(f"{self.service.name} cannot use its settings: {last_line}")
            pause = FIRST_PAUSE_S if time.monotonic() - began > STEADY_S else pause
            say("binnacle", f"{self.service.name} ended unexpectedly ({meaning(code)}); started again in {pause:g} s")
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    def start(self) -> None:
        self._hurry.set()
        self._wanted.set()

    async def stop(self) -> None:
        """Returns when its process has ended; it stays down until it is started again."""
        self._wanted.clear()
        self._hurry.set()  # out of a pause, too
        if self._process:
            await self._process.stop()
        await self._ended.wait()

    async def restart(self) -> None:
        await self.stop()
        self.start()

    def kill(self) -> None:
        if self._process:
            self._process.kill()

    async def _run_once(self) -> tuple[int, str]:
        self._ended.clear()
        self._hurry.clear()
        process = self._process = await Process.start(self._config, self.service)
        if not self._wanted.is_set():  # stopped while it was being started
            await process.stop()
        asking = asyncio.create_task(self._ask_until_ready())
        try:
            code = await process.wait()
        finally:
            asking.cancel()
            self._process = None
            self.ready.clear()
            self._ended.set()
        return code, process.last_lines[-1] if process.last_lines else "(it said nothing)"

    async def _ask_until_ready(self) -> None:
        began = time.monotonic()
        url = f"http://{self._config.reach}:{self.service.port}/readyz"
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            while reason := await why_not_ready(client, url):
                self.not_ready_because = reason
                await asyncio.sleep(ASK_EVERY_S)
        say("binnacle", f"{self.service.name} is ready ({time.monotonic() - began:.1f} s)")
        self._was_ready = True
        self.ready.set()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._hurry.wait(), seconds)
        except TimeoutError:
            return


async def why_not_ready(client: httpx.AsyncClient, url: str) -> str | None:
    try:
        answer = await client.get(url)
    except httpx.HTTPError as error:
        return f"{url} does not answer ({type(error).__name__})"
    return None if answer.is_success else f"{url} says {answer.status_code}: {answer.text[:300]}"


def meaning(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
