"""A service's database: SQLite in the data folder, one writer that commits in groups, readers that never block it."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from kit.batch import Batcher
from kit.problems import Problem, StorageUnavailable
from kit.settings import SettingsError

T = TypeVar("T")
Unit: TypeAlias = Callable[[sa.Connection], object]
Durability: TypeAlias = Literal["FULL", "NORMAL"]
"""FULL: a commit has reached the disk. NORMAL: it survives our death, and a power cut may take the last ones."""

_BUSY_MS = 10_000
# What a statement brings upon itself; every other error is the database's.
_ITS_OWN = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
_READERS = 4


def sqlite_url(path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{path}"


class Database:
    """Reads and writes as plain functions of a connection, run off the event loop.

    Guarantees: writes happen one after another in the order asked, each in a savepoint of its own, many in one
    transaction; `write` returns after the commit. A write that raises is rolled back alone. Reads see only what is
    committed. A database that cannot be reached raises `StorageUnavailable`, and is tried anew with the next call; a
    SQLite file that another program has locked is waited for as long as `busy_ms`.
    """

    def __init__(
        self, url: str, *, durability: Durability = "NORMAL", max_queue: int = 10_000, busy_ms: int = _BUSY_MS
    ) -> None:
        self.writer = _engine(url, durability, busy_ms, read_only=False)
        self.reader = _engine(url, durability, busy_ms, read_only=True)
        self._readers = ThreadPoolExecutor(_READERS, "db-read")
        self._batcher: Batcher[Unit, object] = Batcher(self._commit, name="db-write", max_queue=max_queue)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Run `query` on a reader thread, in one consistent snapshot. It cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def write(self, unit: Callable[[sa.Connection], T]) -> T:
        """Run `unit` on the writer thread and return its result once it is committed.

        Raises what `unit` raises, `Overloaded` when too many wait, `StorageUnavailable`.
        """
        return await self.enqueue(unit)

    def enqueue(self, unit: Callable[[sa.Connection], T]) -> "asyncio.Future[T]":
        """As `write`, but gives the future: what is enqueued first is written first, without waiting in between."""
        return self._batcher.enqueue(unit)  # type: ignore[return-value]  # the outcome is the unit's own

    async def aclose(self) -> None:
        """Commit what is queued, then close every connection."""
        await self._batcher.aclose()
        self._readers.shutdown()
        self.writer.dispose()
        self.reader.dispose()

    def _read(self, query: Callable[[sa.Connection], T]) -> T:
        with _told(), self.reader.connect() as connection:
            return query(connection)

    def _commit(self, units: Sequence[Unit]) -> Sequence[object]:
        with _told(), self.writer.begin() as connection:
            return [_outcome(connection, unit) for unit in units]


@contextmanager
def _told() -> Generator[None]:
    """What a caller sees when the database refuses service: locked, full, not readable, damaged."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, _ITS_OWN):
            raise
        raise unavailable(error) from error


def unavailable(error: DatabaseError) -> Problem:
    """The problem that a caller sees when the database refuses service."""
    return StorageUnavailable(f"the database cannot be used just now: {error.orig}")


@contextmanager
def opening(where: str) -> Generator[None]:
    """For the start: a database that cannot be used raises `SettingsError`, which tells in one line what to do."""
    try:
        yield
    except DatabaseError as error:
        fix = f"cannot use {where} ({error.orig}); free it, put a backup in its place, or move it away to begin anew"
        raise SettingsError("BINNACLE_DATA_DIR", fix) from error


def _outcome(connection: sa.Connection, unit: Unit) -> object:
    try:
        with connection.begin_nested():
            return unit(connection)
    except Exception as error:
        if isinstance(error, DatabaseError) and not isinstance(error, _ITS_OWN):
            raise  # the database itself is in trouble: none of the group is committed
        return error


def _engine(url: str, durability: Durability, busy_ms: int, *, read_only: bool) -> sa.Engine:
    size = _READERS if read_only else 1
    engine = sa.create_engine(url, pool_size=size, max_overflow=0, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, durability, busy_ms, read_only=read_only)
    return engine


def _prepare_sqlite(engine: sa.Engine, durability: Durability, busy_ms: int, *, read_only: bool) -> None:
    """WAL, foreign keys, a patient busy handler; `BEGIN` is ours, because sqlite3's own comes too late."""

    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={busy_ms}",
            "journal_mode=WAL",
            f"synchronous={durability}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)
