"""What a batch of events adds to the numbers that insights are told from. Pure: sums, leasts and mosts in any order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tracker.storage.times import DAY_HOURS, hour_of


class Countable(Protocol):
    """Of an event, what is counted."""

    @property
    def type(self) -> str: ...
    @property
    def ts(self) -> int: ...
    @property
    def component(self) -> str: ...
    @property
    def session_id(self) -> str | None: ...
    @property
    def release(self) -> str: ...
    @property
    def environment(self) -> str: ...
    @property
    def ok(self) -> bool | None: ...


class Cell(NamedTuple):
    """Where an event is counted (a tuple, like all that is made for every event)."""

    span: int
    """Hours: 1 or 24."""
    start: int
    """The first of them."""
    type: str
    component: str
    release: str
    environment: str


class Count(NamedTuple):
    """How many events, and how many of them did not succeed (an error as such is no failure of an action)."""

    events: int
    failures: int


class Session(NamedTuple):
    """Of a session: its release and environment (where it had several, the last by name), first and last time."""

    release: str
    environment: str
    first: int
    last: int


class Visit(NamedTuple):
    """A component that a session touched."""

    session_id: str
    component: str


class Span(NamedTuple):
    """From the first to the last time, in ms since 1970."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Increments:
    """What is to be added, by where."""

    cells: Mapping[Cell, Count]
    sessions: Mapping[str, Session]
    visits: Mapping[Visit, Span]
    components: Mapping[str, int]
    """When each was last heard of."""
    releases: Mapping[str, int]
    """When each was first heard of."""


def increments(events: Iterable[Countable]) -> Increments:
    """Count a batch."""
    counts: Counter[Cell] = Counter()
    failures: Counter[Cell] = Counter()
    sessions: dict[str, Session] = {}
    visits: dict[Visit, Span] = {}
    components: dict[str, int] = {}
    releases: dict[str, int] = {}
    for event in events:
        ts, component = event.ts, event.component
        cell = Cell(1, hour_of(ts), event.type, component, event.release, event.environment)
        counts[cell] += 1
        if event.ok is False and event.type != "error":
            failures[cell] += 1
        components[component] = max(components.get(component, ts), ts)
        if event.release:
            releases[event.release] = min(releases.get(event.release, ts), ts)
        session_id = event.session_id
        if session_id is not None:
            sessions[session_id] = _met(sessions.get(session_id), event.release, event.environment, ts)
            first, last = visits.get(visit := Visit(session_id, component), (ts, ts))
            visits[visit] = Span(min(first, ts), max(last, ts))
    return Increments(_by_span(counts, failures), sessions, visits, components, releases)


def _met(known: Session | None, release: str, environment: str, ts: int) -> Session:
    if known is None:
        return Session(release, environment, ts, ts)
    return Session(
        max(known.release, release), max(known.environment, environment), min(known.first, ts), max(known.last, ts)
    )


def _by_span(hours: Mapping[Cell, int], failures: Mapping[Cell, int]) -> Mapping[Cell, Count]:
    """The hours, and the days that they make."""
    cells = {cell: Count(count, failures.get(cell, 0)) for cell, count in hours.items()}
    days: dict[Cell, Count] = {}
    for cell, count in cells.items():
        day = cell._replace(span=DAY_HOURS, start=cell.start // DAY_HOURS * DAY_HOURS)
        before = days.get(day, _NONE)
        days[day] = Count(before.events + count.events, before.failures + count.failures)
    return {**cells, **days}


_NONE = Count(0, 0)
