"""One worker thread that handles whatever has queued up together: group commit, and everything shaped like it."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kit.problems import Overloaded

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[T, R]):
    item: T
    future: "asyncio.Future[R]"


class Batcher(Generic[T, R]):
    """Collects items from an event loop and hands them to `handle`, in order, on one thread of its own.

    Guarantee: `submit` returns (or raises) only after `handle` has dealt with the item. `handle` gets 1 to `max_batch`
    items and answers with as many outcomes: a result, or an exception for that item alone. An exception that it raises
    goes to every item of the batch. No lock is needed around what only `handle` touches.
    """

    def __init__(
        self,
        handle: Callable[[Sequence[T]], Sequence[R | Exception]],
        *,
        name: str,
        max_queue: int = 10_000,
        max_batch: int = 500,
    ) -> None:
        self._handle = handle
        self._max_queue = max_queue
        self._max_batch = max_batch
        self._queue: deque[_Waiting[T, R]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def depth(self) -> int:
        """How many items wait."""
        return len(self._queue)

    async def submit(self, item: T) -> R:
        """Hand one item over and wait for its outcome. Raises `Overloaded` at once when the queue is full."""
        return await self.enqueue(item)

    def enqueue(self, item: T) -> "asyncio.Future[R]":
        """As `submit`, but gives the future: the order of calls is the order of handling. Call it on an event loop."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        with self._wake:
            if self._closing:
                raise Overloaded("the service is stopping")
            if len(self._queue) >= self._max_queue:
                raise Overloaded("too much is waiting to be written; try again shortly")
            self._queue.append(_Waiting(item, future))
            self._wake.notify()
        return future

    async def aclose(self) -> None:
        """Handle what has queued up, then end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while batch := self._take():
            outcomes = self._outcomes(batch)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                batch[0].future.get_loop().call_soon_threadsafe(_settle, batch, outcomes)

    def _take(self) -> list[_Waiting[T, R]]:
        with self._wake:
            while not self._queue and not self._closing:
                self._wake.wait()
            count = min(len(self._queue), self._max_batch)
            return [self._queue.popleft() for _ in range(count)]

    def _outcomes(self, batch: Sequence[_Waiting[T, R]]) -> Sequence[R | Exception]:
        try:
            return self._handle([waiting.item for waiting in batch])
        except Exception as error:  # noqa: BLE001 - the edge of the worker: the callers get it, the thread lives on
            return [error] * len(batch)


def _settle(batch: Sequence[_Waiting[T, R]], outcomes: Sequence[R | Exception]) -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.future.done():  # the caller has left; the work is done all the same
            continue
        if isinstance(outcome, Exception):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)
