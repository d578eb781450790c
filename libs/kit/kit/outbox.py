"""Events that must reach the tracker, kept on disk until they have: bounded, in order, least urgent dropped first."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from kit.database import Database, Durability, opening, sqlite_url
from kit.jsontypes import JsonObject

_metadata = sa.MetaData()
_outbox = sa.Table(
    "outbox",
    _metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("outbox_by_type", "type", "seq"),
    sqlite_autoincrement=True,
)
_dropped = sa.Table(
    "dropped",
    _metadata,
    sa.Column("type", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One waiting event: `seq` orders it, `body` is its JSON."""

    seq: int
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many events of a type were given up, and why."""

    type: str
    reason: str
    count: int


class Outbox:
    """A durable queue in a SQLite file of its own.

    Guarantee: when `put` returns, the events are on disk. Over `max_events` the oldest that are no errors go first,
    then the oldest errors; every loss is counted by type and reason. Opening one raises `SettingsError` for a file that
    cannot be used.
    """

    def __init__(self, path: Path, *, durability: Durability = "FULL", max_events: int = 50_000) -> None:
        self._database = Database(sqlite_url(path), durability=durability)
        with opening(str(path)), self._database.writer.begin() as connection:
            _metadata.create_all(connection)
            self._recount(connection)
        self._max_events = max_events
        self.filled = asyncio.Event()

    @property
    def depth(self) -> int:
        """How many events wait."""
        return self._depth

    @property
    def lost(self) -> int:
        """How many were dropped and are not yet reported."""
        return self._lost

    async def put(self, events: Sequence[JsonObject]) -> None:
        """Append the events, each an object with a text `type`. Raises `StorageUnavailable`, `Overloaded`."""
        rows = [{"type": str(event["type"]), "body": orjson.dumps(event)} for event in events]
        if rows:
            await self._write(lambda connection: self._append(connection, rows))
            self.filled.set()

    async def peek(self, limit: int) -> list[Entry]:
        """The oldest events, at most `limit`."""
        query = sa.select(_outbox).order_by(_outbox.c.seq).limit(limit)
        return await self._database.read(lambda c: [Entry(*row) for row in c.execute(query)])

    async def remove(self, entries: Sequence[Entry], *, dropped_because: str | None = None) -> None:
        """Take events out: delivered, or given up for the reason named."""
        await self._write(lambda connection: self._remove(connection, entries, dropped_because))

    async def losses(self) -> list[Dropped]:
        """What was dropped since the losses were last settled."""
        query = sa.select(_dropped).where(_dropped.c.count > 0)
        return await self._database.read(lambda c: [Dropped(*row) for row in c.execute(query)])

    async def settle(self, losses: Sequence[Dropped]) -> None:
        """Subtract losses that were reported."""
        await self._write(lambda connection: self._count(connection, losses, sign=-1))

    async def aclose(self) -> None:
        """Finish what is queued and close the file."""
        await self._database.aclose()

    async def _write(self, unit: Callable[[sa.Connection], None]) -> None:
        """The counts change with each unit, before its commit: one that fails leaves them to be taken anew."""

        def counted(connection: sa.Connection) -> None:
            if self._counts_doubtful:
                self._recount(connection)
            unit(connection)

        written = self._database.enqueue(counted)
        written.add_done_callback(self._doubt_after_failure)
        await asyncio.shield(written)  # a caller that leaves does not keep the outcome from being seen

    def _doubt_after_failure(self, written: "asyncio.Future[None]") -> None:
        if written.exception() is not None:
            self._counts_doubtful = True

    def _recount(self, connection: sa.Connection) -> None:
        self._depth = connection.scalar(sa.select(sa.func.count()).select_from(_outbox)) or 0
        self._lost = connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(_dropped.c.count), 0))) or 0
        self._counts_doubtful = False

    def _append(self, connection: sa.Connection, rows: Sequence[Mapping[str, object]]) -> None:
        connection.execute(_outbox.insert(), rows)
        self._depth += len(rows)
        if self._depth > self._max_events:
            self._trim(connection, self._depth - self._max_events)

    def _trim(self, connection: sa.Connection, excess: int) -> None:
        oldest = (
            sa.select(_outbox.c.seq, _outbox.c.type, _outbox.c.body)
            .order_by(_outbox.c.type == "error", _outbox.c.seq)
            .limit(excess)
        )
        self._remove(connection, [Entry(*row) for row in connection.execute(oldest)], "spool_full")

    def _remove(self, connection: sa.Connection, entries: Sequence[Entry], reason: str | None) -> None:
        gone = connection.execute(_outbox.delete().where(_outbox.c.seq.in_([entry.seq for entry in entries])))
        self._depth -= gone.rowcount
        if reason is not None:
            self._count(connection, [Dropped(entry.type, reason, 1) for entry in entries], sign=1)

    def _count(self, connection: sa.Connection, losses: Sequence[Dropped], *, sign: int) -> None:
        for loss in losses:
            row = {"type": loss.type, "reason": loss.reason, "count": sign * loss.count}
            statement = insert(_dropped).values(row)
            added = _dropped.c.count + statement.excluded.count
            connection.execute(
                statement.on_conflict_do_update(index_elements=["type", "reason"], set_={"count": added})
            )
            self._lost += sign * loss.count
