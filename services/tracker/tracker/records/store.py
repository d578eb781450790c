"""Read and delete raw events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

import sqlalchemy as sa

from tracker.storage.schema import components, events, issues, outcomes, releases, rollups, sessions, visits
from tracker.vocabulary import EventType

Position: TypeAlias = tuple[int, int]
"""Time and row of the last event of the page before."""


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which events; an empty field stands for all. Times in ms since 1970, `since` included, `until` not."""

    type: EventType | None = None
    components: Sequence[str] = ()
    labels: Sequence[str] = ()
    levels: Sequence[str] = ()
    sessions: Sequence[str] = ()
    releases: Sequence[str] = ()
    environments: Sequence[str] = ()
    issues: Sequence[str] = ()
    ok: bool | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A stored event: `body` is its JSON."""

    seq: int
    ts: int
    received_at: int
    issue_id: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a deletion took away."""

    errors: int = 0
    interactions: int = 0
    vitals: int = 0
    timings: int = 0
    issues: int = 0


def latest(connection: sa.Connection, wanted: RecordFilter, after: Position | None, limit: int) -> Sequence[Record]:
    """Events, the latest first."""
    found = chain.from_iterable(_latest(connection, one, after, limit) for one in _one_value_each(wanted))
    return sorted(found, key=lambda record: (record.ts, record.seq), reverse=True)[:limit]


def _one_value_each(wanted: RecordFilter) -> Sequence[RecordFilter]:
    """A filter for each value of the field that narrows most: an index has the latest of one value, not of several."""
    for name in ("sessions", "issues", "releases", "labels", "levels", "components", "environments"):
        values: Sequence[str] = getattr(wanted, name)
        if len(values) > 1:
            return [replace(wanted, **{name: [value]}) for value in dict.fromkeys(values)]
    return [wanted]


def _latest(connection: sa.Connection, wanted: RecordFilter, after: Position | None, limit: int) -> Sequence[Record]:
    columns = (events.c.seq, events.c.ts, events.c.received_at, events.c.issue_id, events.c.body)
    order = (events.c.ts.desc(), events.c.seq.desc())
    query = sa.select(*columns).where(*_conditions(wanted)).order_by(*order).limit(limit)
    if after is not None:
        query = query.where(sa.tuple_(events.c.ts, events.c.seq) < sa.tuple_(*after))
    return [Record(*row) for row in connection.execute(query)]


_NOTHING: sa.ColumnElement[str] = sa.literal_column("''")
_NAMED = frozenset({"release", "environment", "level"})
"""A database uses an index of those that have one only where the query says, in the same words, that it wants those."""


def _conditions(wanted: RecordFilter) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.type is not None and not wanted.issues:  # an issue has errors only, and says so more quickly
        yield events.c.type == wanted.type
    columns = (
        (events.c.component, wanted.components),
        (events.c.label, wanted.labels),
        (events.c.level, wanted.levels),
        (events.c.session_id, wanted.sessions),
        (events.c.release, wanted.releases),
        (events.c.environment, wanted.environments),
        (events.c.issue_id, wanted.issues),
    )
    yield from (column.in_(values) for column, values in columns if values)
    yield from (column != _NOTHING for column, values in columns if values and column.name in _NAMED)
    if wanted.ok is not None:
        yield events.c.ok == sa.literal(wanted.ok)
    if wanted.since is not None:
        yield events.c.ts >= wanted.since
    if wanted.until is not None:
        yield events.c.ts < wanted.until


def clear(connection: sa.Connection, type_: EventType) -> Cleared:
    """Delete all events of a type and what was counted from them; with errors go their issues."""
    gone = connection.execute(events.delete().where(events.c.type == type_)).rowcount
    connection.execute(rollups.delete().where(rollups.c.type == type_))
    of_session = sa.select(events.c.seq).where(events.c.session_id == sessions.c.id)
    connection.execute(sessions.delete().where(~of_session.exists()))
    of_visit = sa.select(events.c.seq).where(
        events.c.session_id == visits.c.session_id, events.c.component == visits.c.component
    )
    connection.execute(visits.delete().where(~of_visit.exists()))
    of_component = sa.select(rollups.c.start).where(rollups.c.component == components.c.name)
    connection.execute(components.delete().where(~of_component.exists()))
    opened = connection.execute(issues.delete()).rowcount if type_ == "error" else 0
    return Cleared(**{f"{type_}s": gone}, issues=opened)


def clear_all(connection: sa.Connection) -> Cleared:
    """Delete every event, issue and count; the ledger stays."""
    by_type = sa.select(events.c.type, sa.func.count()).group_by(events.c.type)
    gone = {f"{type_}s": count for type_, count in connection.execute(by_type)}
    for table in (events, rollups, sessions, visits, components, releases):
        connection.execute(table.delete())
    return Cleared(**gone, issues=connection.execute(issues.delete()).rowcount)


def is_readable(connection: sa.Connection) -> bool:
    """Whether the database answers."""
    return connection.scalar(sa.select(sa.literal(1))) == 1


def ledger(connection: sa.Connection) -> Sequence[tuple[str, str, int]]:
    """What became of all events: outcome, reason, count."""
    query = sa.select(outcomes).order_by(outcomes.c.outcome, outcomes.c.count.desc(), outcomes.c.reason)
    return [(outcome, reason, count) for outcome, reason, count in connection.execute(query)]
