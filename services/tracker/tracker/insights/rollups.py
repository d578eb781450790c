"""What a batch of events adds to the numbers that insights are told from. Pure: sums, leasts and mosts in any order."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tracker.storage.times import hour_of


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

    hour: int
    type: str
    component: str
    release: str
    environment: str


class Count(NamedTuple):
    """How many events, and how many of them did not succeed (an error as such is no failure of an action)."""

    events: int
    failures: int


class Place(NamedTuple):
    """Where a session was seen."""

    session_id: str
    component: str
    release: str
    environment: str


class Span(NamedTuple):
    """From the first to the last time, in ms since 1970."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Increments:
    """What is to be added, by where."""

    cells: Mapping[Cell, Count]
    sessions: Mapping[Place, Span]
    components: Mapping[str, int]
    """When each was last heard of."""


def increments(events: Iterable[Countable]) -> Increments:
    """Count a batch."""
    counts: Counter[Cell] = Counter()
    failures: Counter[Cell] = Counter()
    sessions: dict[Place, Span] = {}
    components: dict[str, int] = {}
    for event in events:
        ts, component = event.ts, event.component
        cell = Cell(hour_of(ts), event.type, component, event.release, event.environment)
        counts[cell] += 1
        if event.ok is False and event.type != "error":
            failures[cell] += 1
        if event.session_id is not None:
            place = Place(event.session_id, component, event.release, event.environment)
            first, last = sessions.get(place, (ts, ts))
            sessions[place] = Span(min(first, ts), max(last, ts))
        components[component] = max(components.get(component, ts), ts)
    cells = {cell: Count(count, failures[cell]) for cell, count in counts.items()}
    return Increments(cells, sessions, components)
