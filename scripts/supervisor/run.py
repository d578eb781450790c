"""The supervisor itself: starts the three, tells when they can be used, and ends them together."""

import asyncio
import contextlib
import fcntl
import signal
import time
from collections.abc import AsyncGenerator, Generator

from scripts.supervisor.config import ROOT, Config, Refused
from scripts.supervisor.console import banner, say
from scripts.supervisor.control import forget_socket, serve
from scripts.supervisor.keeper import Keeper
from scripts.supervisor.ports import check_ports

REMIND_EVERY_S = 10.0
RESTART_PATIENCE_S = 30.0


async def run(config: Config) -> None:
    """Until Ctrl-C, SIGTERM or `make stop`. Raises `Refused` when it cannot start or go on."""
    with only_one(config):
        check_ports(config)
        house = House(config)
        async with house.signals(), house.control():
            await house.live()


@contextlib.contextmanager
def only_one(config: Config) -> Generator[None]:
    """The lock goes with the process, however that ends."""
    config.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (config.run_dir / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = f"already running on the data folder {config.data_dir}"
            raise Refused(f"{where}: `make stop` ends it, BINNACLE_DATA_DIR names another folder") from None
        yield


def wait_for_the_end(config: Config) -> None:
    """Of the supervisor that runs: of its process, which holds the lock."""
    with (config.run_dir / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


class House:
    """The three keepers and what may happen to them together."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._keepers = {service.name: Keeper(config, service) for service in config.services}
        self._leave = asyncio.Event()

    async def live(self) -> None:
        keeping = [asyncio.create_task(keeper.keep()) for keeper in self._keepers.values()]
        welcome = asyncio.create_task(self._welcome())
        for keeper in self._keepers.values():
            keeper.start()
        try:
            await self._until_asked_or_refused([*keeping, welcome])
        finally:
            began = time.monotonic()
            await asyncio.gather(*(keeper.stop() for keeper in self._keepers.values()))
            for task in (*keeping, welcome):
                task.cancel()
            say("binnacle", f"all stopped ({time.monotonic() - began:.1f} s)")

    async def _until_asked_or_refused(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.add_done_callback(lambda ended: self._leave.set() if failed(ended) else None)
        await self._leave.wait()
        for task in filter(failed, tasks):
            task.result()

    @contextlib.asynccontextmanager
    async def signals(self) -> AsyncGenerator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_leave)
        yield

    @contextlib.asynccontextmanager
    async def control(self) -> AsyncGenerator[None]:
        server = await serve(self._config, self._handle)
        try:
            yield
        finally:
            server.close()
            forget_socket(self._config)

    def _asked_to_leave(self) -> None:
        if self._leave.is_set():  # asked again: at once
            for keeper in self._keepers.values():
                keeper.kill()
        self._leave.set()

    async def _handle(self, verb: str, name: str) -> str:
        if verb == "stop" and not name:
            self._leave.set()
            return "stopping"
        chosen = [self._keepers[self._config.named(name).name]] if name else list(self._keepers.values())
        if verb == "stop":
            await chosen[0].stop()
            return f"{name} is stopped until `make start S={name}`"
        if verb not in {"start", "restart"}:
            raise Refused(f"{verb!r} is not known: start, restart or stop")
        await asyncio.gather(*(keeper.restart() for keeper in chosen if verb == "restart" or not keeper.ready.is_set()))
        return "\n".join(await asyncio.gather(*(until_ready(keeper) for keeper in chosen)))

    async def _welcome(self) -> None:
        """Say when all three can be used, with a link to log in; until then, who keeps us waiting.

        The link does not wait for ever: the dashboard shows by itself what is missing, and when it is back.
        """
        dashboard = self._keepers["dashboard"]
        waiting = {asyncio.create_task(keeper.ready.wait()) for keeper in self._keepers.values()}
        while waiting:
            _, waiting = await asyncio.wait(waiting, timeout=REMIND_EVERY_S)
            for keeper in self._keepers.values():
                if waiting and not keeper.ready.is_set():
                    say("binnacle", f"waiting for the {keeper.service.name}: {keeper.not_ready_because}")
            if dashboard.ready.is_set():
                break
        for task in waiting:
            task.cancel()
        banner(await self._invitation("Binnacle is ready" if not waiting else "The dashboard is ready"))

    async def _invitation(self, ready: str) -> str:
        dashboard = self._config.named("dashboard")
        asked = await asyncio.create_subprocess_exec(
            *self._config.command(dashboard, "login-link"),
            cwd=ROOT,
            env=self._config.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await asked.communicate()
        text = told.decode(errors="replace").strip()
        if asked.returncode:
            raise Refused(f"the dashboard gave no login link: {text}")
        return f"{ready}. Log in once, within 10 minutes, with this link:\n\n    {text}\n\n{HOW_TO_GO_ON}"


HOW_TO_GO_ON = (
    "Ctrl-C stops everything · make restart S=agent restarts one · python -m dashboard login-link: another link"
)


def failed(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


async def until_ready(keeper: Keeper) -> str:
    try:
        await asyncio.wait_for(keeper.ready.wait(), RESTART_PATIENCE_S)
    except TimeoutError:
        raise Refused(
            f"{keeper.service.name} is not ready after {RESTART_PATIENCE_S:.0f} s: {keeper.not_ready_because}"
        ) from None
    return f"{keeper.service.name} is ready"
