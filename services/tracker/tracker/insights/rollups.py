"""What a batch of events adds to the numbers that insights are told from. Pure: sums, leasts and mosts in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

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


@dataclass(frozen=True, slots=True)
class Cell:
    """Where an event is counted."""

    hour: int
    type: str
    component: str
    release: str
    environment: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session was seen."""

    session_id: str
    component: str
    release: str
    environment: str


@dataclass(slots=True)
class Count:
    """How many events, and how many of them did not succeed (an error as such is no failure of an action)."""

    events: int = 0
    failures: int = 0


@dataclass(slots=True)
class Span:
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


def increments(events: Sequence[Countable]) -> Increments:
    """Count a batch."""
    cells: dict[Cell, Count] = {}
    sessions: dict[Place, Span] = {}
    components: dict[str, int] = {}
    for event in events:
        cell = Cell(hour_of(event.ts), event.type, event.component, event.release, event.environment)
        count = cells.setdefault(cell, Count())
        count.events += 1
        count.failures += event.type != "error" and event.ok is False
        if event.session_id is not None:
            place = Place(event.session_id, event.component, event.release, event.environment)
            span = sessions.setdefault(place, Span(event.ts, event.ts))
            span.first, span.last = min(span.first, event.ts), max(span.last, event.ts)
        components[event.component] = max(components.get(event.component, event.ts), event.ts)
    return Increments(cells, sessions, components)
