"""Store groups of requests: the events first, and what they add up to at the latest a moment later.

The table of events is the truth. Issues, rollups and sessions are a fold over it, and the table `progress` says up to
which row it has come. Where there is time, events and fold share a transaction; under load several groups are folded
together. After a crash the fold goes on from where it was: nothing is lost or counted twice.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import sqlalchemy as sa
import structlog
from kit.clock import now_ms
from kit.database import unavailable
from kit.problems import StorageUnavailable
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tracker.ingest.ledger import STORED, Entry, enter
from tracker.ingest.pace import MOST_PENDING, FoldPace
from tracker.ingest.prepare import Batch, Event, stored_event
from tracker.insights import store as insights
from tracker.insights.rollups import increments
from tracker.issues import store as issues
from tracker.issues.states import Change
from tracker.storage.schema import events, outcomes, progress
from tracker.storage.upsert import add_up, insert_new, overwrite

T = TypeVar("T")

_log = structlog.get_logger("ingest")
_CHUNK = 5_000  # SQLite takes 32,766 variables in a statement
_FOLDED = "folded"
_STORED = sa.select(events.c.id).where(
    events.c.id.in_(sa.bindparam("ids", expanding=True)), events.c.seq > sa.bindparam("folded")
)
_UNFOLDED = sa.select(events.c.seq, events.c.received_at, events.c.body).order_by(events.c.seq).limit(MOST_PENDING)


Run: TypeAlias = Callable[[sa.Connection], T]


@dataclass(frozen=True, slots=True)
class Command:
    """Something else that the writer does, after all that came before it is stored and folded."""

    run: Run[object]


Item: TypeAlias = Batch | Command


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a request's events."""

    stored: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Committed:
    """The outcome of each item (`Written`, or what a command returned), and of the issues that were touched."""

    outcomes: Sequence[object]
    changes: Mapping[str, Change]
    ledger: Mapping[Entry, int]
    folded: bool
    """Whether every event is in the issues and numbers now."""


@dataclass(frozen=True, slots=True)
class _State:
    """What is stored and not folded yet, and the last row that is folded."""

    pending: Sequence[Event]
    folded: int


class EventStore:
    """Commits through the database's one writing connection, which `kit.database` also writes through in turn.

    Its methods belong to one thread at a time; what it remembers changes only after a commit.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._state = _State([], 0)
        self.pace = FoldPace()

    def recover(self) -> None:
        """Fold what an earlier process stored and did not come to fold. Raises `StorageUnavailable`."""
        with self._transaction() as connection:
            folded = connection.scalar(sa.select(progress.c.seq).where(progress.c.name == _FOLDED)) or 0
        self._state = _State([], folded)
        while self._fold_some():
            pass

    def _fold_some(self) -> bool:
        with self._transaction() as connection:
            rows = connection.execute(_UNFOLDED.where(events.c.seq > self._state.folded)).all()
            group = _Group(connection, _State([stored_event(row.body, row.received_at) for row in rows], 0))
            if rows:
                group.fold(rows[-1].seq)
        if rows:
            self._state = group.state
        return bool(rows)

    def commit(self, items: Sequence[Item]) -> Committed:
        """Store a group; when this returns it is on disk, when it raises nothing of it is kept.

        An id that is stored already, or comes twice, changes nothing. Raises `StorageUnavailable`.
        """
        with self._transaction() as connection:
            group = _Group(connection, self._state)
            for run in _runs(items):
                group.take(run)
            if self.pace.is_due(len(group.state.pending)):
                group.fold()
        if group.fold_s:
            self.pace.folded(group.fold_s)
        self._state = group.state
        return Committed(group.outcomes, group.changes, group.ledger, folded=not group.state.pending)

    @contextmanager
    def _transaction(self) -> Generator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except OperationalError as error:
            raise unavailable(error) from error
        except PoolTimeout as error:
            raise StorageUnavailable("the database is busy with something long; try again shortly") from error


class _Group:
    """What one transaction does; forgotten when that is rolled back."""

    def __init__(self, connection: sa.Connection, state: _State) -> None:
        self._connection = connection
        self.state = state
        self.outcomes: list[object] = []
        self.changes: dict[str, Change] = {}
        self.ledger: Counter[Entry] = Counter()
        self.fold_s = 0.0

    def take(self, run: Command | Sequence[Batch]) -> None:
        """Do a command, or store requests that came one after another."""
        if isinstance(run, Command):
            self.fold()
            self.outcomes.append(run.run(self._connection))
        else:
            self._store(run)

    def _store(self, requests: Sequence[Batch]) -> None:
        """Insert the events of requests, and enter into the ledger what became of each."""
        seen: set[bytes] = set()
        unseen = [_unseen(batch.events, seen) for batch in requests]
        new = self._insert([event for events_ in unseen for event in events_])
        ledger: Counter[Entry] = Counter()
        for batch, candidates in zip(requests, unseen, strict=True):
            stored = len(candidates) if len(new) == len(seen) else sum(event.id in new for event in candidates)
            self.outcomes.append(Written(stored, len(batch.events) - stored))
            enter(ledger, batch, stored)
        self.ledger.update(ledger)
        del ledger[STORED]  # is a fold over the events, like the other numbers
        _enter(self._connection, ledger)

    def _insert(self, candidates: Sequence[Event]) -> Collection[bytes]:
        """Store those whose id is new; gives their ids."""
        if not candidates:
            return ()
        count = insert_new(self._connection, events, [event.row for event in candidates])
        new = {event.id for event in candidates}
        if count < len(candidates):
            new = self._stored(new) - {event.id for event in self.state.pending}
        fresh = [event for event in candidates if event.id in new]
        self.state = _State([*self.state.pending, *fresh], self.state.folded)
        return new

    def _stored(self, ids: Collection[bytes]) -> set[bytes]:
        """Which of the ids belong to events that are not folded yet."""
        found: set[bytes] = set()
        wanted = list(ids)
        for start in range(0, len(wanted), _CHUNK):
            values = {"ids": wanted[start : start + _CHUNK], "folded": self.state.folded}
            found.update(self._connection.scalars(_STORED, values))
        return found

    def fold(self, upto: int | None = None) -> None:
        """Bring issues and numbers up to a row, by default the last."""
        if not self.state.pending:
            return
        started = time.perf_counter()
        last = upto or self._connection.scalar(sa.select(sa.func.max(events.c.seq))) or 0
        for start in range(0, len(self.state.pending), MOST_PENDING):
            self.changes |= _fold(self._connection, self.state.pending[start : start + MOST_PENDING])
        _enter(self._connection, {STORED: len(self.state.pending)})
        overwrite(self._connection, progress, [{"name": _FOLDED, "seq": last}])
        self.state = _State([], last)
        self.fold_s += time.perf_counter() - started


def _runs(items: Iterable[Item]) -> Iterator[Command | Sequence[Batch]]:
    """Each command by itself, requests as long as no command comes between them."""
    batches: list[Batch] = []
    for item in items:
        if isinstance(item, Batch):
            batches.append(item)
            continue
        if batches:
            yield batches
            batches = []
        yield item
    if batches:
        yield batches


def _unseen(candidates: Iterable[Event], seen: set[bytes]) -> list[Event]:
    """Those whose id did not come before; their ids are added to `seen`."""
    fresh: list[Event] = []
    for event in candidates:
        if event.id not in seen:
            seen.add(event.id)
            fresh.append(event)
    return fresh


def _fold(connection: sa.Connection, new: Sequence[Event]) -> Mapping[str, Change]:
    """Add events to issues and numbers. One that cannot be is left out, so that it never holds up the others."""
    try:
        with connection.begin_nested():
            insights.add(connection, increments(new))
            return issues.take(connection, [event for event in new if event.grouped])
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of ours: it is told, and met with one event alone
        if len(new) == 1:
            _log.error("event_not_counted", event_id=new[0].id.hex(), exc_info=error)
            return {}
    middle = len(new) // 2
    return {**_fold(connection, new[:middle]), **_fold(connection, new[middle:])}


def touch(connection: sa.Connection) -> None:
    """Write something small, to see whether that is possible."""
    overwrite(connection, progress, [{"name": "touched", "seq": now_ms()}])


def _enter(connection: sa.Connection, ledger: Mapping[Entry, int]) -> None:
    add_up(connection, outcomes, [(*entry, count) for entry, count in ledger.items()], plus=("count",))
