"""Store groups of requests: events, issues, rollups and ledger in one transaction, so that they always agree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from kit.database import unavailable
from kit.problems import StorageUnavailable

from tracker.ingest.ledger import Entry, entries
from tracker.ingest.prepare import Batch, Event
from tracker.insights import store as insights
from tracker.insights.rollups import increments
from tracker.issues import store as issues
from tracker.issues.states import Change
from tracker.storage.schema import events, outcomes
from tracker.storage.upsert import add_up

_CHUNK = 5_000  # SQLite takes 32,766 variables in a statement
_KNOWN = sa.select(events.c.id).where(events.c.id.in_(sa.bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a request's events."""

    stored: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of each request of a group, and of the issues that it touched."""

    written: Sequence[Written]
    changes: Mapping[str, Change]


class EventStore:
    """Commits through the database's one writing connection, which `kit.database` also writes through in turn."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def commit(self, batches: Sequence[Batch]) -> Committed:
        """Store a group of requests; when this returns it is on disk, when it raises nothing of it is kept.

        An id that is stored already, or comes twice in the group, changes nothing. Raises `StorageUnavailable`.
        """
        try:
            with self._engine.begin() as connection:
                return _commit(connection, batches)
        except sa.exc.OperationalError as error:
            raise unavailable(error) from error
        except sa.exc.TimeoutError as error:
            raise StorageUnavailable("the database is busy with something long; try again shortly") from error


def _commit(connection: sa.Connection, batches: Sequence[Batch]) -> Committed:
    seen = _known_ids(connection, list({event.id for batch in batches for event in batch.events}))
    new: list[Event] = []
    written: list[Written] = []
    ledger: Counter[Entry] = Counter()
    for batch in batches:
        fresh = _unseen(batch.events, seen)
        new += fresh
        written.append(Written(len(fresh), len(batch.events) - len(fresh)))
        ledger.update(entries(batch, written[-1].stored, written[-1].duplicates))
    taken = issues.take(connection, [event.sighting for event in new if event.sighting])
    _insert(connection, new, taken.issue_ids)
    insights.add(connection, increments(new))
    _enter(connection, ledger)
    return Committed(written, taken.changes)


def _known_ids(connection: sa.Connection, ids: Sequence[bytes]) -> set[bytes]:
    known: set[bytes] = set()
    for start in range(0, len(ids), _CHUNK):
        known.update(connection.scalars(_KNOWN, {"ids": ids[start : start + _CHUNK]}))
    return known


def _unseen(candidates: Iterable[Event], seen: set[bytes]) -> list[Event]:
    """Those whose id is new; their ids are added to `seen`."""
    fresh: list[Event] = []
    for event in candidates:
        if event.id not in seen:
            seen.add(event.id)
            fresh.append(event)
    return fresh


def _insert(connection: sa.Connection, new: Iterable[Event], issue_ids: Mapping[str, str]) -> None:
    rows = [
        {
            "id": event.id,
            "type": event.type,
            "ts": event.ts,
            "received_at": event.received_at,
            "component": event.component,
            "session_id": event.session_id,
            "release": event.release,
            "environment": event.environment,
            "label": event.label,
            "ok": event.ok,
            "level": event.sighting.level if event.sighting else None,
            "issue_id": issue_ids[event.sighting.grouping.fingerprint] if event.sighting else None,
            "body": event.body,
        }
        for event in new
    ]
    if rows:
        connection.execute(events.insert(), rows)


def _enter(connection: sa.Connection, ledger: Mapping[Entry, int]) -> None:
    rows = [{"outcome": outcome, "reason": reason, "count": count} for (outcome, reason), count in ledger.items()]
    add_up(connection, outcomes, rows, plus=("count",))
