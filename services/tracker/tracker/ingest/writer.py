"""The one writer of events: whatever has queued up is stored in one transaction, with one fsync."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import structlog
from kit.batch import Batcher
from kit.problems import Overloaded, StorageUnavailable

from tracker.ingest.ledger import entries, size
from tracker.ingest.metrics import IngestMetrics
from tracker.ingest.prepare import Batch
from tracker.ingest.store import EventStore, Written
from tracker.issues.states import Change

_log = structlog.get_logger("ingest")
_MAX_WAITING = 5_000

OnChange = Callable[[Mapping[str, Change]], None]


class EventWriter:
    """Stores requests in groups, on a thread of its own.

    Guarantee: `write` returns only after all of the request is on disk, grouped and counted. When the database refuses
    a group, nothing of it is kept and everyone in it is told so; when it stumbles over one request, the others are
    stored without it. `on_change` is called on the writer's thread after the commit. No lock is needed: the store is
    touched by that thread alone, the count of the limited by the event loop alone.
    """

    def __init__(self, store: EventStore, metrics: IngestMetrics, on_change: OnChange) -> None:
        self._store = store
        self._metrics = metrics
        self._on_change = on_change
        self._limited = 0
        self._batcher: Batcher[Batch, Written] = Batcher(self._handle, name="ingest", max_queue=_MAX_WAITING)
        metrics.watch_queue(lambda: self._batcher.depth)

    async def write(self, batch: Batch) -> Written:
        """Store one request. Raises `Overloaded`, `StorageUnavailable`."""
        limited, self._limited = self._limited, 0
        batch = replace(batch, limited=limited) if limited else batch
        try:
            written = await self._batcher.submit(batch)
        except Overloaded:
            self._limited += limited + size(batch)
            raise
        except BaseException:
            self._limited += limited
            raise
        self._metrics.count(entries(batch, written.stored, written.duplicates))
        return written

    async def aclose(self) -> None:
        """Write what is queued, then stop."""
        await self._batcher.aclose()

    def _handle(self, batches: Sequence[Batch]) -> Sequence[Written | Exception]:
        started = time.perf_counter()
        try:
            committed = self._store.commit(batches)
        except StorageUnavailable:
            raise
        except Exception as error:
            if len(batches) == 1:
                raise
            _log.error("group_failed", requests=len(batches), exc_info=error)
            return [self._alone(batch) for batch in batches]
        self._metrics.committed(sum(one.stored for one in committed.written), time.perf_counter() - started)
        if committed.changes:
            self._on_change(committed.changes)
        return committed.written

    def _alone(self, batch: Batch) -> Written | Exception:
        try:
            return self._handle([batch])[0]
        except Exception as error:  # noqa: BLE001 - handed to the one whose request it is
            return error
