"""Stores what happens in all runs, in order and in groups, and lets it be seen once it is stored."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from kit.database import Database
from kit.problems import Overloaded, Problem, StorageUnavailable, Unavailable

from agent_runner.runs.channel import Channel
from agent_runner.runs.ports import Announcer
from agent_runner.storage import happenings
from agent_runner.storage.happenings import Happening

_log = structlog.get_logger("runs")
# What a run does in quick succession shares one transaction: longer where nobody looks on.
_GATHER_S = 0.002
_GATHER_UNSEEN_S = 0.025
_RETRY_S = 1.0
_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Entry:
    channel: Channel
    happening: Happening
    shown: Callable[[], None] | None


class Recorder:
    """One job writes for all runs, so that nothing needs a lock and what queues up shares a transaction.

    Guarantee: entries are stored in the order recorded; an event and the change of rows that belongs to it are stored
    together or not at all; readers see an event after that. While the database cannot be written, entries wait.
    """

    def __init__(self, database: Database, announcer: Announcer) -> None:
        self._database = database
        self._announcer = announcer
        self._pending: list[_Entry] = []
        self._due = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._recorded = 0
        self._stored = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._trouble: asyncio.Future[Problem] | None = None

    def require_storage(self) -> None:
        """Raises `StorageUnavailable` while what was recorded cannot be stored."""
        if self._in_trouble:
            raise StorageUnavailable(self.trouble().result().detail)

    def trouble(self) -> "asyncio.Future[Problem]":
        """Done, with the reason, while what was recorded cannot be stored."""
        if self._trouble is None:
            self._trouble = asyncio.get_running_loop().create_future()
        return self._trouble

    @property
    def _in_trouble(self) -> bool:
        return self._trouble is not None and self._trouble.done()

    def record(self, channel: Channel, happening: Happening, shown: Callable[[], None] | None = None) -> None:
        """Store what happened, within 25 ms; call `shown` after that. Does not wait."""
        self._pending.append(_Entry(channel, happening, shown))
        self._recorded += 1
        self._store_within(_GATHER_S if channel.is_watched else _GATHER_UNSEEN_S)

    async def flush(self) -> None:
        """Wait until all that was recorded so far is stored."""
        target = self._recorded
        while self._stored < target:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            self._due.set()
            await waiting

    async def catch_up(self) -> None:
        """As `flush`, for those who are about to read; where the database is in trouble they see what there is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0 if self._in_trouble else _PATIENCE_S):
                await self.flush()

    async def run(self) -> None:
        """Store until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            self._forget_timer()
            batch, self._pending = self._pending, []
            if batch:
                await self._store(batch)
                self._show(batch)

    def _store_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None and self._timer.when() <= loop.time() + seconds:
            return
        self._forget_timer()
        self._timer = loop.call_later(seconds, self._due.set)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _store(self, batch: Sequence[_Entry]) -> None:
        unit = happenings.storing([entry.happening for entry in batch])
        while True:
            try:
                await self._database.write(unit)
            except (Unavailable, Overloaded) as problem:
                if not self._in_trouble:
                    self.trouble().set_result(problem)
                _log.warning("events_wait", count=len(batch), reason=problem.detail)
                await asyncio.sleep(_RETRY_S)
            else:
                if self._in_trouble:
                    self._trouble = None
                return

    def _show(self, batch: Sequence[_Entry]) -> None:
        for entry in batch:
            entry.channel.stored(entry.happening.event.seq)
            if entry.shown is not None:
                entry.shown()
        for run in happenings.changed_runs([entry.happening for entry in batch]):
            self._announcer.run("updated", run.id, run)
        self._stored += len(batch)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
