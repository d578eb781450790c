"""Keep the numbers, in the writer's transaction, and read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.insights.rollups import Increments
from tracker.insights.summary import Range, Tally
from tracker.storage.schema import components, issue_releases, issues, releases, rollups, sessions, visits
from tracker.storage.times import HOUR_MS
from tracker.storage.upsert import add_up


@dataclass(frozen=True, slots=True)
class Scope:
    """What a number is about: hours, and components, releases and environments; an empty field stands for all."""

    hours: Range
    components: Sequence[str] = ()
    releases: Sequence[str] = ()
    environments: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class IssueCounts:
    """Open now; opened and regressed within the hours."""

    open: int
    new: int
    regressed: int


def add(connection: sa.Connection, new: Increments) -> None:
    """Add a batch to the rollups, sessions, components and releases."""
    cells = [(*cell, *count) for cell, count in new.cells.items()]
    add_up(connection, rollups, cells, plus=("events", "failures"))
    met = [(id_, *session) for id_, session in new.sessions.items()]
    add_up(connection, sessions, met, least=("first_seen",), most=("last_seen", "release", "environment"))
    touched = [(*visit, *span) for visit, span in new.visits.items()]
    add_up(connection, visits, touched, least=("first_seen",), most=("last_seen",))
    add_up(connection, components, list(new.components.items()), most=("last_seen",))
    add_up(connection, releases, list(new.releases.items()), least=("first_seen",))


def tally_by_component(connection: sa.Connection, scope: Scope) -> Sequence[Tally]:
    """Events by component and type."""
    return _tally(connection, rollups.c.component, scope)


def tally_by_step(connection: sa.Connection, scope: Scope) -> Sequence[Tally]:
    """Events by the first hour of each step and type."""
    return _tally(connection, rollups.c.start, scope)


def tally_by_hour(connection: sa.Connection, scope: Scope) -> Mapping[str, Sequence[Tally]]:
    """Of each component, events by hour and type; for short ranges."""
    found: dict[str, list[Tally]] = {}
    columns = (rollups.c.component, rollups.c.start, rollups.c.type)
    query = sa.select(*columns, *_SUMS).where(*_cells(scope)).group_by(*columns)
    for component, *rest in connection.execute(query):
        found.setdefault(component, []).append(Tally(*rest))
    return found


def count_sessions(connection: sa.Connection, scope: Scope) -> int:
    """Sessions that were seen within the hours."""
    seen, count = (visits, sa.func.count(visits.c.session_id.distinct())) if scope.components else (sessions, _ALL)
    query = sa.select(count).where(*_seen_within(seen, scope.hours), *_within(seen, scope))
    if scope.components and (scope.releases or scope.environments):
        query = query.join(sessions, sessions.c.id == visits.c.session_id).where(*_within(sessions, scope))
    return connection.scalar(query) or 0


def count_issues(connection: sa.Connection, scope: Scope) -> IssueCounts:
    """Issues by what happened to them."""

    def within(column: sa.Column[int]) -> sa.ColumnElement[bool]:
        return sa.and_(column >= scope.hours.since * HOUR_MS, column < scope.hours.until * HOUR_MS)

    counts = (issues.c.state == "open", within(issues.c.first_seen), within(issues.c.regressed_at))
    query = sa.select(*(sa.func.count(sa.case((which, 1))) for which in counts)).where(*_issues_within(scope))
    return IssueCounts(*connection.execute(query).one())


def known_components(
    connection: sa.Connection, *, after: str | None = None, limit: int = 1, name: str | None = None
) -> Sequence[tuple[str, int]]:
    """Names in order, and when each was last heard of (ms since 1970)."""
    query = sa.select(components).order_by(components.c.name).limit(limit)
    if after is not None:
        query = query.where(components.c.name > after)
    if name is not None:
        query = query.where(components.c.name == name)
    return [(row.name, row.last_seen) for row in connection.execute(query)]


_ALL = sa.func.count()
_SUMS = (sa.func.sum(rollups.c.events), sa.func.sum(rollups.c.failures))


def _tally(connection: sa.Connection, key: sa.ColumnElement[str] | sa.ColumnElement[int], scope: Scope) -> list[Tally]:
    query = sa.select(key, rollups.c.type, *_SUMS).where(*_cells(scope)).group_by(key, rollups.c.type)
    return [Tally(*row) for row in connection.execute(query)]


def _cells(scope: Scope) -> Iterable[sa.ColumnElement[bool]]:
    yield rollups.c.span == scope.hours.step
    yield rollups.c.start >= scope.hours.since
    yield rollups.c.start < scope.hours.until
    yield from _within(rollups, scope)


def _seen_within(table: sa.Table, hours: Range) -> Iterable[sa.ColumnElement[bool]]:
    yield table.c.last_seen >= hours.since * HOUR_MS
    yield table.c.first_seen < hours.until * HOUR_MS


def _within(table: sa.Table, scope: Scope) -> Sequence[sa.ColumnElement[bool]]:
    wanted = (("component", scope.components), ("release", scope.releases), ("environment", scope.environments))
    return [table.c[name].in_(values) for name, values in wanted if values and name in table.c]


def _issues_within(scope: Scope) -> Iterable[sa.ColumnElement[bool]]:
    yield from _within(issues, scope)
    seen = _within(issue_releases, scope)
    if seen:
        yield sa.select(issue_releases.c.issue_id).where(issue_releases.c.issue_id == issues.c.id, *seen).exists()
