"""One call on its way: its clock, what the transport learned of it, and the questions that belong to it."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Self

from agent_runner.mcp_manager.types import Caller


class CallClock:
    """A timeout that can be stopped: `async with` raises `TimeoutError` when the time is used up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._left = seconds
        self._pauses = 0
        self._timeout = asyncio.timeout(None)

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._run()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._timeout.__aexit__(kind, error, trace)

    def pause(self) -> None:
        """Stop until `resume` was called as often."""
        self._pauses += 1
        due = self._timeout.when()
        if self._pauses == 1 and due is not None and not self._timeout.expired():
            self._left = max(0.0, due - asyncio.get_running_loop().time())
            self._timeout.reschedule(None)

    def resume(self) -> None:
        """Go on."""
        self._pauses -= 1
        if self._pauses == 0 and not self._timeout.expired():
            self._run()

    def _run(self) -> None:
        if self._pauses == 0:
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._left)


class Flight:
    """A request under way, and what is known of it.

    The HTTP transport notes the last `status`, and with `unsent` that no byte of it left this machine.
    """

    def __init__(self, tool: str | None, caller: Caller | None, clock: CallClock) -> None:
        self.tool = tool
        self.caller = caller
        self.clock = clock
        self.sent = False
        self.status: int | None = None
        self.unsent = False
        self.over = asyncio.Event()
        self._repeatable = True

    def started(self, *, repeatable: bool) -> None:
        """It is being sent, perhaps anew."""
        self.sent, self._repeatable = True, repeatable
        self.status, self.unsent = None, False

    @property
    def harmless(self) -> bool:
        """Sending it again does nothing twice: it is repeatable, was not sent, or was turned away by HTTP's rules."""
        refused = self.status is not None and 400 <= self.status < 500
        return self._repeatable or self.unsent or refused


current: ContextVar[Flight | None] = ContextVar("mcp_flight", default=None)
"""The call that this code works for: the SDK sends HTTP requests, and handles what comes back, in its context."""


class Flights:
    """All calls to one server."""

    def __init__(self) -> None:
        self._under_way: list[Flight] = []

    def __len__(self) -> int:
        return len(self._under_way)

    @contextmanager
    def begun(self, flight: Flight) -> Generator[None]:
        """While the block runs, the flight is under way and the current one."""
        token = current.set(flight)
        self._under_way.append(flight)
        try:
            yield
        finally:
            self._under_way.remove(flight)
            flight.over.set()
            current.reset(token)

    def asking(self) -> Flight | None:
        """The call that a server's request belongs to: over stdio the protocol does not say, so the newest."""
        return current.get() or (self._under_way[-1] if self._under_way else None)

    @contextmanager
    def waiting_on_a_person(self) -> Generator[None]:
        """Stop the clocks of all calls under way: which of them waits is not always known."""
        stopped = [flight.clock for flight in self._under_way]
        for clock in stopped:
            clock.pause()
        try:
            yield
        finally:
            for clock in stopped:
                clock.resume()
