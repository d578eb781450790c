"""Keep issues: fold a batch's errors into them in the writer's transaction, search them, change their state."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import orjson
import sqlalchemy as sa

from tracker.grouping.fingerprint import Grouping, Part
from tracker.issues.states import Change, Issue, Sighting, Until, absorb, change_between, issue_id_of, opened
from tracker.storage.schema import fingerprints, issue_hours, issue_releases, issue_sessions, issues, releases
from tracker.storage.times import hour_of
from tracker.storage.upsert import add_up, insert_new, overwrite

T = TypeVar("T")
_CHUNK = 5_000  # SQLite takes 32,766 variables in a statement
_BY_FINGERPRINT = (
    sa.select(fingerprints.c.fingerprint.label("key"), issues)
    .join(issues, issues.c.id == fingerprints.c.issue_id)
    .where(fingerprints.c.fingerprint.in_(sa.bindparam("keys", expanding=True)))
    .with_for_update()  # several trackers on one PostgreSQL; SQLite has one writer and leaves it out
)


def take(connection: sa.Connection, sightings: Sequence[Sighting]) -> Mapping[str, Change]:
    """Fold errors that were never seen before into their issues, opening those that are missing; gives what changed."""
    if not sightings:
        return {}
    by_fingerprint: dict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        by_fingerprint[one.grouping.fingerprint].append(one)
    known = _issues_of(by_fingerprint, connection)
    by_issue: dict[str, list[Sighting]] = defaultdict(list)
    for key, group in by_fingerprint.items():
        by_issue[known[key].id if key in known else issue_id_of(key)] += group
    changes = _fold(connection, {issue.id: issue for issue in known.values()}, by_issue)
    missing = [(key, issue_id_of(key)) for key in by_fingerprint if key not in known]
    insert_new(connection, fingerprints, missing)
    _count(connection, by_issue)
    return changes


def _fold(
    connection: sa.Connection, before: Mapping[str, Issue], sightings: Mapping[str, Sequence[Sighting]]
) -> Mapping[str, Change]:
    sessions = {
        id_: [(id_, session) for session in {one.session_id for one in group} if session is not None]
        for id_, group in sightings.items()
    }
    known = {id_: insert_new(connection, issue_sessions, sessions[id_]) for id_ in before}
    later = _later_releases(connection, before.values())
    after = {
        id_: absorb(before[id_], group, known[id_], later.get(before[id_].resolved_in, ()))
        if id_ in before
        else absorb(opened(id_, group[0]), group, len(sessions[id_]))
        for id_, group in sightings.items()
    }
    overwrite(connection, issues, [_row(issue) for issue in after.values()])
    insert_new(connection, issue_sessions, [pair for id_ in after if id_ not in before for pair in sessions[id_]])
    return {id_: change_between(before.get(id_), issue) for id_, issue in after.items()}


def _later_releases(connection: sa.Connection, known: Iterable[Issue]) -> Mapping[str | None, Collection[str]]:
    """Of each release that issues are resolved in, those first seen after it; of one never seen, none."""
    fixes = {issue.resolved_in for issue in known if issue.resolved_in is not None}
    if not fixes:
        return {}
    fixed, other = releases.alias(), releases.alias()
    query = sa.select(fixed.c.name, other.c.name).where(
        fixed.c.name.in_(fixes), other.c.first_seen > fixed.c.first_seen
    )
    found: dict[str | None, set[str]] = defaultdict(set)
    for fix, later in connection.execute(query):
        found[fix].add(later)
    return found


def _count(connection: sa.Connection, sightings: Mapping[str, Sequence[Sighting]]) -> None:
    """Hours and releases of each issue."""
    hours = Counter((id_, hour_of(one.ts)) for id_, group in sightings.items() for one in group)
    add_up(connection, issue_hours, [(*key, count) for key, count in hours.items()], plus=("events",))
    times: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for id_, group in sightings.items():
        for one in group:
            times[id_, one.release, one.environment].append(one.ts)
    seen_in = [(*key, len(seen), min(seen), max(seen)) for key, seen in times.items()]
    add_up(connection, issue_releases, seen_in, plus=("events",), least=("first_seen",), most=("last_seen",))


def _issues_of(keys: Iterable[str], connection: sa.Connection) -> dict[str, Issue]:
    found: dict[str, Issue] = {}
    for chunk in _chunks(sorted(keys)):
        found |= {row.key: issue_of(row) for row in connection.execute(_BY_FINGERPRINT, {"keys": chunk})}
    return found


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def issue_of(row: sa.Row[tuple[object, ...]]) -> Issue:
    """An issue from its row."""
    parts = tuple(Part(*pair) for pair in orjson.loads(row.parts))
    return Issue(
        id=row.id,
        grouping=Grouping(row.fingerprint, row.algorithm, parts, row.version),
        title=row.title,
        culprit=row.culprit,
        kind=row.kind,
        component=row.component,
        level=row.level,
        handled=row.handled,
        state=row.state,
        state_changed_at=row.state_changed_at,
        resolved_at=row.resolved_at,
        resolved_in=row.resolved_in,
        regressed_at=row.regressed_at,
        until=Until(row.until_ts, row.until_events),
        events=row.events,
        sessions=row.sessions,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        latest_event=row.latest_event,
    )


def _row(issue: Issue) -> dict[str, object]:
    return {
        "id": issue.id,
        "fingerprint": issue.grouping.fingerprint,
        "algorithm": issue.grouping.algorithm,
        "version": issue.grouping.version,
        "parts": orjson.dumps([(one.part, one.value) for one in issue.grouping.parts]).decode(),
        "title": issue.title,
        "culprit": issue.culprit,
        "kind": issue.kind,
        "component": issue.component,
        "level": issue.level,
        "handled": issue.handled,
        "state": issue.state,
        "state_changed_at": issue.state_changed_at,
        "resolved_at": issue.resolved_at,
        "resolved_in": issue.resolved_in,
        "regressed_at": issue.regressed_at,
        "until_ts": issue.until.ts,
        "until_events": issue.until.events,
        "events": issue.events,
        "sessions": issue.sessions,
        "first_seen": issue.first_seen,
        "last_seen": issue.last_seen,
        "latest_event": issue.latest_event,
    }


SortKey: TypeAlias = Literal["last_seen", "first_seen", "events", "sessions"]
Position: TypeAlias = tuple[int, str]
"""The sort key and id of the last issue of the page before."""

_MOST_RELEASES = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """An issue and the releases it was seen in, latest first."""

    issue: Issue
    releases: Sequence[str]


@dataclass(frozen=True, slots=True)
class IssueFilter:
    """Which issues; an empty field stands for all. `since` is in ms since 1970."""

    states: Sequence[str] = ()
    components: Sequence[str] = ()
    kinds: Sequence[str] = ()
    levels: Sequence[str] = ()
    releases: Sequence[str] = ()
    environments: Sequence[str] = ()
    text: str = ""
    since: int | None = None


def search(
    connection: sa.Connection, wanted: IssueFilter, sort: SortKey, after: Position | None, limit: int
) -> Sequence[Listed]:
    """Issues in descending order of `sort`."""
    key = issues.c[sort]
    query = sa.select(issues).where(*_conditions(wanted)).order_by(key.desc(), issues.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(sa.tuple_(key, issues.c.id) < sa.tuple_(*after))
    return _listed(connection, [issue_of(row) for row in connection.execute(query)])


def by_ids(connection: sa.Connection, ids: Sequence[str]) -> Sequence[Listed]:
    """Those of the issues that are there."""
    query = sa.select(issues).where(issues.c.id.in_(ids))
    return _listed(connection, [issue_of(row) for row in connection.execute(query)])


def change(connection: sa.Connection, issue_id: str, decide: Callable[[Issue], Issue]) -> Issue | None:
    """Write what was decided about an issue; None when there is none."""
    row = connection.execute(sa.select(issues).where(issues.c.id == issue_id).with_for_update()).one_or_none()
    if row is None:
        return None
    issue = decide(issue_of(row))
    overwrite(connection, issues, [_row(issue)])
    return issue


def hours_since(connection: sa.Connection, issue_id: str, hour: int) -> Mapping[int, int]:
    """How many events an issue had in each hour from `hour` on; those without any are left out."""
    of_issue = (issue_hours.c.issue_id == issue_id, issue_hours.c.hour >= hour)
    query = sa.select(issue_hours.c.hour, issue_hours.c.events).where(*of_issue)
    return {row.hour: row.events for row in connection.execute(query)}


def _conditions(wanted: IssueFilter) -> Iterable[sa.ColumnElement[bool]]:
    columns = (
        (issues.c.state, wanted.states),
        (issues.c.component, wanted.components),
        (issues.c.kind, wanted.kinds),
        (issues.c.level, wanted.levels),
    )
    yield from (column.in_(values) for column, values in columns if values)
    if wanted.releases or wanted.environments:
        yield _seen_in(wanted.releases, wanted.environments)
    if wanted.text:
        yield sa.or_(*(column.icontains(wanted.text, autoescape=True) for column in (issues.c.title, issues.c.culprit)))
    if wanted.since is not None:
        yield issues.c.last_seen >= wanted.since


def _seen_in(releases: Sequence[str], environments: Sequence[str]) -> sa.ColumnElement[bool]:
    seen = sa.select(issue_releases.c.issue_id).where(issue_releases.c.issue_id == issues.c.id)
    if releases:
        seen = seen.where(issue_releases.c.release.in_(releases))
    if environments:
        seen = seen.where(issue_releases.c.environment.in_(environments))
    return seen.exists()


def _listed(connection: sa.Connection, found: Sequence[Issue]) -> Sequence[Listed]:
    by_issue: dict[str, dict[str, None]] = {issue.id: {} for issue in found}
    query = (
        sa.select(issue_releases.c.issue_id, issue_releases.c.release)
        .where(issue_releases.c.issue_id.in_(list(by_issue)), issue_releases.c.release != "")
        .order_by(issue_releases.c.last_seen.desc(), issue_releases.c.release)
    )
    for row in connection.execute(query):
        by_issue[row.issue_id][row.release] = None
    return [Listed(issue, list(by_issue[issue.id])[:_MOST_RELEASES]) for issue in found]
