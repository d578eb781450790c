"""Stores what happens in all runs, in order and in groups, and lets it be seen once it is stored."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from kit.database import Database, Unit
from kit.problems import Overloaded, Unavailable

from agent_runner.runs.channel import Channel
from agent_runner.storage import events
from agent_runner.storage.records import Event

_log = structlog.get_logger("runs")
_RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class _Entry:
    channel: Channel
    event: Event
    unit: Unit | None
    shown: Callable[[], None] | None


class Recorder:
    """One job writes for all runs, so that nothing needs a lock and what queues up shares a transaction.

    Guarantee: entries are stored in the order recorded; an event and the change of rows that belongs to it are stored
    together or not at all; readers see an event after that. While the database cannot be written, entries wait.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[_Entry] = []
        self._filled = asyncio.Event()
        self._recorded = 0
        self._stored = 0
        self._waiting: list[asyncio.Future[None]] = []

    def record(
        self, channel: Channel, event: Event, unit: Unit | None = None, shown: Callable[[], None] | None = None
    ) -> None:
        """Store an event, and with it what `unit` changes; call `shown` after that. Does not wait."""
        self._pending.append(_Entry(channel, event, unit, shown))
        self._recorded += 1
        self._filled.set()

    async def flush(self) -> None:
        """Wait until all that was recorded so far is stored."""
        target = self._recorded
        while self._stored < target:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting

    async def run(self) -> None:
        """Store until cancelled."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            batch, self._pending = self._pending, []
            await self._store(batch)
            self._show(batch)

    async def _store(self, batch: Sequence[_Entry]) -> None:
        numbered = [(entry.channel.run_id, entry.event) for entry in batch]
        unit = events.together(numbered, [entry.unit for entry in batch if entry.unit is not None])
        while True:
            try:
                await self._database.write(unit)
            except (Unavailable, Overloaded) as problem:
                _log.warning("events_wait", count=len(batch), reason=problem.detail)
                await asyncio.sleep(_RETRY_S)
            else:
                return

    def _show(self, batch: Sequence[_Entry]) -> None:
        for entry in batch:
            entry.channel.stored(entry.event.seq)
            if entry.shown is not None:
                entry.shown()
        self._stored += len(batch)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
