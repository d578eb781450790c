"""How many runs work at once, and who is next: people before background work, else first come, first served."""

import asyncio
import heapq
from typing import Literal, TypeAlias

from kit.problems import Overloaded

Priority: TypeAlias = Literal[0, 1]
PERSON: Priority = 0
BACKGROUND: Priority = 1


class Slots:
    """A bounded number of places, with a bounded queue before them."""

    def __init__(self, places: int, *, max_waiting: int = 10_000) -> None:
        self._free = places
        self._max_waiting = max_waiting
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._count = 0

    @property
    def free(self) -> int:
        """How many could start at once."""
        return self._free

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(not future.done() for _, _, future in self._waiting)

    def require_room(self) -> None:
        """Raises `Overloaded` when the queue is full."""
        if len(self._waiting) >= self._max_waiting and self.waiting >= self._max_waiting:
            raise Overloaded(f"{self._max_waiting} runs wait already; try again when some have ended")

    async def take(self, priority: Priority) -> None:
        """Wait for a place."""
        if self._free:
            self._free -= 1
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._waiting, (priority, self._count, future))
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # the place came in the same moment: hand it on
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place to the next, or back."""
        while self._waiting:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(None)
                return
        self._free += 1


class Place:
    """One run's place: taken, left while it waits for a person, taken again."""

    def __init__(self, slots: Slots, priority: Priority) -> None:
        self._slots = slots
        self._priority: Priority = priority
        self._held = False

    async def take(self) -> None:
        """Wait for the place, unless it is held."""
        if not self._held:
            await self._slots.take(self._priority)
            self._held = True

    def leave(self) -> None:
        """Give it up, if held."""
        if self._held:
            self._held = False
            self._slots.leave()
