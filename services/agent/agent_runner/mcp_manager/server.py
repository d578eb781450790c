"""One server: the task that owns it connects it, watches it and brings it back, and its state says how it is."""

import asyncio
import logging
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import structlog
from kit.clock import Clock, now_ms, rfc3339

from agent_runner.mcp_manager import breaker as breakers
from agent_runner.mcp_manager.breaker import Chance
from agent_runner.mcp_manager.context import Context
from agent_runner.mcp_manager.errors import ConnectFailedError, NeedsSignIn, ServerDisabled, ServerUnavailable
from agent_runner.mcp_manager.ports import SignInRequiredError
from agent_runner.mcp_manager.secrets import UnresolvedError
from agent_runner.mcp_manager.types import Breaker, ServerSpec, ServerState, Status, ToolInfo, Trouble

if TYPE_CHECKING:
    from agent_runner.mcp_manager.connection import Connection

CHECK_EVERY_S = 30.0
CONNECT_S = 60.0  # npx and uvx may have to fetch the server first
_PATIENCE_MS = 1_500
_log = structlog.get_logger("mcp")
_TALKATIVE = ("mcp", "client", "httpx2", "httpcore2")  # what they log of addresses and messages may hold secrets
_loading = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class Hooks:
    """Whom a server tells. `save` keeps a breaker; none of them may raise."""

    changed: Callable[[str], None]
    trouble: Callable[[Trouble], None]
    save: Callable[[str, Breaker], None]


async def load_engine() -> None:
    """Import the SDK, the first time: most of a second, on a thread."""
    async with _loading:
        if "agent_runner.mcp_manager.performing" not in sys.modules:
            await asyncio.to_thread(import_module, "agent_runner.mcp_manager.performing")
            for name in _TALKATIVE:
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Server:
    """Owns the connection to one server.

    Guarantee: only the owner's task connects, checks and disconnects, so no lock is needed around them. Everyone else
    sets a flag and wakes it, or waits for the state to change. It never ends but by `end`.
    """

    def __init__(
        self,
        spec: ServerSpec,
        context: Context,
        hooks: Hooks,
        breaker: Breaker | None = None,
        clock: Clock = now_ms,
        chance: Chance = random.random,
    ) -> None:
        self.context = context
        self._hooks = hooks
        self._clock = clock
        self._chance = chance
        restored = breakers.restored(breaker or Breaker())
        self._state = ServerState(spec, _first_status(spec, restored), clock(), restored, next_probe=restored.retry_at)
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self._at_once = False
        self._doubted = False
        self._attempts = 0

    @property
    def state(self) -> ServerState:
        """How it is now."""
        return self._state

    @property
    def name(self) -> str:
        """Its name."""
        return self._state.spec.name

    # --- from outside

    def begin(self, after_s: float = 0.0) -> None:
        """Start to own the server, unless it is disabled."""
        if self._state.spec.enabled and self._task is None:
            self._task = asyncio.create_task(self._own(after_s), name=f"mcp-owner:{self.name}")

    async def end(self, status: Status) -> None:
        """End the connection and the owner."""
        ending = [*([self._task] if self._task else []), *self._leaving]
        self._task = None
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)
        self._set(status=status, next_probe=None, pid=None)

    async def change(self, spec: ServerSpec) -> None:
        """Go on with another definition; connect anew only when it asks for another server."""
        before = self._state.spec
        self._set(spec=spec)
        if not spec.enabled:
            await self.end("disabled")
        elif self._task is None:
            self._set(status="connecting")
            self.begin()
        elif _launch(before) != _launch(spec):
            self.restart()

    def restart(self) -> None:
        """End the connection and make a new one at once."""
        self._at_once = True
        self._wake.set()

    async def probe(self) -> None:
        """Connect anew, or check the connection, now; success closes the breaker for good. Returns when it is known."""
        if self._task is None:
            raise ServerDisabled(self.name)
        attempts = self._attempts
        self.restart()
        while self._attempts == attempts or self._state.status == "connecting":
            await self._move()
        if self._state.status == "ready":
            self._set_breaker(Breaker())

    async def usable(self) -> "Connection":
        """The open connection; waits while one is being made.

        Raises `ServerDisabled`, `NeedsSignIn`, `ServerUnavailable`; cancel it when that takes too long.
        """
        while True:
            state, connection = self._state, self._connection
            if state.status == "ready" and connection is not None and not connection.lost.is_set():
                return connection
            self._must_be_coming(state)
            await self._move()

    def answered(self) -> None:
        """The server answered a request."""
        self._set_breaker(breakers.answered(self._state.breaker))

    def timed_out(self, reason: str) -> None:
        """A request took too long: look whether the server still lives."""
        self._set_breaker(breakers.failed(self._state.breaker, reason, self._clock(), self._chance))
        self._doubted = True
        self._wake.set()

    def tool(self, name: str) -> ToolInfo | None:
        """A tool that it lists, or listed when last seen."""
        return next((tool for tool in self._state.tools if tool.name == name), None)

    def report(self, trouble: Trouble) -> None:
        """Tell whoever listens that a call failed."""
        self._hooks.trouble(trouble)

    # --- the owner

    async def _own(self, after_s: float) -> None:
        try:
            await asyncio.sleep(after_s)
            await load_engine()
            while True:
                await self._until_due()
                try:
                    if await self._connect():
                        await self._keep()
                except Exception as error:  # noqa: BLE001 - the edge of the loop: a server must not lose its owner
                    _log.error("mcp_owner_failed", server=self.name, exc_info=error)
                    self._failed(f"{type(error).__name__} in the agent; its log says more")
                finally:
                    await self._disconnect()
        except asyncio.CancelledError:
            return

    async def _until_due(self) -> None:
        """Wait until the next attempt is due, or someone wants it now."""
        while not self._at_once:
            wait: float | None = breakers.due_in(self._state.breaker, self._clock()) / 1000
            if self._state.status == "needs_sign_in":
                wait = None
            elif not wait:
                break
            await self._sleep(wait)
        self._at_once = False

    async def _connect(self) -> bool:
        from agent_runner.mcp_manager.connection import Connection  # noqa: PLC0415 - brings the SDK; loaded by now

        self._set_breaker(breakers.probing(self._state.breaker))
        self._set(status="connecting", next_probe=None)
        connection = Connection(self._state.spec, self.context, self._noticed)
        try:
            await connection.open(CONNECT_S)
        except SignInRequiredError as required:
            self._turned_away(required)
        except (ConnectFailedError, UnresolvedError) as error:
            self._failed(str(error))
        else:
            self._connection = connection
            self._set_breaker(breakers.connected(self._state.breaker))
            self._set_ready(connection)
        self._attempts += 1
        self._touch()
        return self._connection is not None

    async def _keep(self) -> None:
        """Watch an open connection until it is lost, or is to be made anew."""
        connection = self._connection
        assert connection is not None
        while not self._at_once:
            if connection.lost.is_set():
                await self._let_go(connection)
                return
            if self._state.breaker.status == "open":
                reason = self._state.breaker.reason or "calls took too long"
                await connection.abandon(reason)
                self._set_error("open", reason, self._state.breaker.retry_at)
                return
            doubted, self._doubted = self._doubted, False
            due = await self._sleep(CHECK_EVERY_S) if not doubted else True
            # a server that works on a call may be too busy to answer a check: the call has a clock of its own
            if due and (doubted or not self.context.flights) and not await connection.check():
                reason = "it does not answer"
                await connection.abandon(reason)
                self._failed(reason)
                return

    async def _let_go(self, connection: "Connection") -> None:
        """It takes no more requests; those that are not concerned by what turned others away come to their end."""
        if connection.turned_away:
            self._connection = None
            self._leaving.add(leaving := asyncio.create_task(connection.see_off(), name=f"mcp-leaving:{self.name}"))
            leaving.add_done_callback(self._leaving.discard)
        else:
            await connection.close()
        if isinstance(connection.reason, SignInRequiredError):
            self._turned_away(connection.reason)
        else:
            self._failed(connection.why("the connection ended"))

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _sleep(self, seconds: float | None) -> bool:
        """Until woken; True when the time is over instead."""
        try:
            async with asyncio.timeout(seconds):  # not wait_for, which in Python 3.11 may swallow a cancellation
                await self._wake.wait()
        except TimeoutError:
            return True
        self._wake.clear()
        return False

    # --- the state

    def _noticed(self) -> None:
        """The connection was lost, or lists something else."""
        connection = self._connection
        if connection is not None and connection.lost.is_set():
            self._set(status="connecting", pid=None)
        elif connection is not None:
            self._set_ready(connection)
        self._wake.set()

    def _set_ready(self, connection: "Connection") -> None:
        client, found = connection.client, connection.catalogue
        info = client.server_info
        self._set(
            status="ready",
            protocol_version=client.protocol_version,
            server_name=info.name if info else None,
            server_version=info.version if info else None,
            instructions=client.instructions,
            pid=connection.pid,
            tools=found.tools,
            refused=found.refused,
            resources=found.resources,
            prompts=found.prompts,
            next_probe=None,
            connects=self._state.connects + (self._state.status != "ready"),
        )

    def _turned_away(self, required: SignInRequiredError) -> None:
        """It is well, and waits for a person."""
        self._set_breaker(breakers.connected(self._state.breaker))
        self._set_error("needs_sign_in", str(required))

    def _failed(self, reason: str) -> None:
        self._set_breaker(breakers.failed(self._state.breaker, reason, self._clock(), self._chance))
        now = self._state.breaker
        self._set_error("open" if now.status == "open" else "failing", reason, now.retry_at)
        self._hooks.trouble(Trouble(self.name, "mcp_connection_failed", reason))

    def _set_error(self, status: Status, reason: str, next_probe: int | None = None) -> None:
        self.context.log.add("manager", reason)
        self._set(status=status, last_error=reason, last_error_at=self._clock(), next_probe=next_probe, pid=None)

    def _set_breaker(self, breaker: Breaker) -> None:
        if breaker != self._state.breaker:
            self._set(breaker=breaker)
            self._hooks.save(self.name, breaker)

    def _set(self, **changes: Any) -> None:
        if changes.get("status", self._state.status) != self._state.status:
            changes["since"] = self._clock()
        if (state := replace(self._state, **changes)) != self._state:
            self._state = state
            self._touch()
            self._hooks.changed(self.name)

    def _touch(self) -> None:
        """Wake whoever waits for the state to change."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def _move(self) -> None:
        await self._moved.wait()

    def _must_be_coming(self, state: ServerState) -> None:
        """Raise unless a connection is being made, or will be in a moment."""
        if state.status == "disabled":
            raise ServerDisabled(self.name)
        if state.status == "needs_sign_in":
            raise NeedsSignIn(self.name)
        soon = breakers.due_in(state.breaker, self._clock()) <= _PATIENCE_MS
        if state.status in {"connecting", "ready"} or (state.status == "failing" and soon):
            return
        again = f"; next attempt at {rfc3339(state.next_probe)}" if state.next_probe else ""
        raise ServerUnavailable(f"MCP server {self.name!r} is away: {state.last_error or state.status}{again}")


def _first_status(spec: ServerSpec, breaker: Breaker) -> Status:
    if not spec.enabled:
        return "disabled"
    return "open" if breaker.status == "open" else "connecting"


def _launch(spec: ServerSpec) -> tuple[object, ...]:
    """What a connection depends on."""
    asks = (spec.transport, spec.command, tuple(spec.args), dict(spec.env), spec.cwd, spec.url, dict(spec.headers))
    return (*asks, spec.allow_sampling)
