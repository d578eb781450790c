"""The one writer of events: whatever has queued up is stored in one transaction, with one fsync."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import structlog
from kit.batch import Batcher
from kit.problems import Overloaded, Problem, StorageUnavailable

from tracker.ingest.ledger import size
from tracker.ingest.metrics import IngestMetrics
from tracker.ingest.prepare import Batch
from tracker.ingest.store import Command, EventStore, Item, Run, Written, touch
from tracker.issues.states import Change

_log = structlog.get_logger("ingest")
_MAX_WAITING = 5_000

T = TypeVar("T")
OnChange = Callable[[Mapping[str, Change]], None]


def _nothing(_connection: object) -> None:
    """The command that only has everything before it folded."""


class EventWriter:
    """Stores requests in groups, on a thread of its own.

    Guarantees: `write` returns only after all of the request is on disk. What it stored is grouped and counted within
    a second, or when `settle` returns. When the database refuses a group, nothing of it is kept and everyone in it is
    told so; when it stumbles over one request, the others are stored without it. No lock is needed: the store is
    touched by that thread alone, the count of the limited and the timer by the event loop alone; `trouble` and
    `_unfolded` are written by the one and read by the other. `on_change` is called on the writer's thread, after the
    commit.
    """

    def __init__(self, store: EventStore, metrics: IngestMetrics, on_change: OnChange) -> None:
        self._store = store
        self._metrics = metrics
        self._on_change = on_change
        self.trouble: str | None = None
        """Why nothing can be stored just now."""
        self._limited = 0
        self._unfolded = False
        self._timer: asyncio.TimerHandle | None = None
        self._batcher: Batcher[Item, object] = Batcher(self._handle, name="ingest", max_queue=_MAX_WAITING)
        metrics.watch_queue(lambda: self._batcher.depth)

    @property
    def waiting(self) -> int:
        """How many requests wait to be written."""
        return self._batcher.depth

    async def write(self, batch: Batch) -> Written:
        """Store one request. Raises `Overloaded`, `StorageUnavailable`."""
        limited, self._limited = self._limited, 0
        batch = replace(batch, limited=limited) if limited else batch
        try:
            written = await self._batcher.submit(batch)
        except Exception as error:  # not when the client left: then it is written all the same
            self._limited += limited + (size(batch) if isinstance(error, Overloaded) else 0)
            raise
        assert isinstance(written, Written)
        self._fold_soon()
        return written

    async def run(self, command: Run[T]) -> T:
        """Do something else in the writer's turn, after all that was written before."""
        return cast("T", await self._batcher.submit(Command(command)))

    async def settle(self) -> None:
        """Return when all that was written is grouped and counted, or cannot be just now."""
        if self._unfolded:
            with contextlib.suppress(Problem):
                await self._batcher.submit(Command(_nothing))

    async def probe(self) -> None:
        """Find out whether storage works again, when it did not."""
        if self.trouble is not None:
            with contextlib.suppress(Problem):
                await self.run(touch)

    async def aclose(self) -> None:
        """Write and fold what is queued, then stop."""
        if self._timer:
            self._timer.cancel()
        await self.settle()
        await self._batcher.aclose()

    def _fold_soon(self) -> None:
        if self._unfolded and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._store.pace.pause_s, self._fold)

    def _fold(self) -> None:
        self._timer = None
        try:
            self._batcher.enqueue(Command(_nothing)).add_done_callback(self._after_fold)
        except Overloaded:  # much is waiting: it will be folded with that
            self._fold_soon()

    def _after_fold(self, done: asyncio.Future[object]) -> None:
        if not done.cancelled() and done.exception() is not None:
            self._fold_soon()

    def _handle(self, items: Sequence[Item]) -> Sequence[object]:
        started = time.perf_counter()
        try:
            committed = self._store.commit(items)
        except StorageUnavailable as problem:
            self.trouble = problem.detail
            raise
        except Exception as error:
            if len(items) == 1:
                raise
            _log.error("group_failed", items=len(items), exc_info=error)
            return [self._alone(item) for item in items]
        self.trouble = None
        self._unfolded = not committed.folded
        self._metrics.committed(committed.ledger, time.perf_counter() - started)
        if committed.changes:
            self._on_change(committed.changes)
        return committed.outcomes

    def _alone(self, item: Item) -> object:
        try:
            return self._handle([item])[0]
        except Exception as error:  # noqa: BLE001 - handed to the one who asked for it
            return error
