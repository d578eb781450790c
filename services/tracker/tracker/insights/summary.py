"""What the rollups tell. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.storage.times import DAY_HOURS, HOUR_MS, hour_of

_HOURLY_UP_TO = 72
_LONGEST = 5 * 366 * DAY_HOURS  # an answer that stays readable, whatever is asked for


@dataclass(frozen=True, slots=True)
class Range:
    """Whole hours, or whole days (UTC) when it is long: rollups know no finer. `until` is not part of it."""

    since: int
    until: int

    @property
    def step(self) -> int:
        """Hours between the points of a series: an hour, or a day for long ranges."""
        return 1 if self.until - self.since <= _HOURLY_UP_TO else DAY_HOURS


def range_of(since: int | None, until: int | None, now: int) -> Range:
    """The hours that times in ms fall into; by default the 24 that end with this one. A long range is of whole days.

    It ends a day from now at the latest, and what is over five years is cut off at its beginning.
    """
    end = min(hour_of(now if until is None else until - 1) + 1, hour_of(now) + DAY_HOURS)
    hours = Range(end - DAY_HOURS if since is None else max(hour_of(since), end - _LONGEST), end)
    if hours.step == 1:
        return hours
    return Range(hours.since // DAY_HOURS * DAY_HOURS, -(-hours.until // DAY_HOURS) * DAY_HOURS)


@dataclass(slots=True)
class Totals:
    """Errors, interactions, and how many of these did not succeed."""

    errors: int = 0
    interactions: int = 0
    failures: int = 0

    @property
    def error_rate(self) -> float:
        """The errors' share of errors and interactions."""
        seen = self.errors + self.interactions
        return round(self.errors / seen, 4) if seen else 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Events of one type in one place: `key` is a component or the first hour of a step."""

    key: str | int
    type: str
    events: int
    failures: int


def totals(tallies: Iterable[Tally]) -> Totals:
    """All of them together."""
    return by_key(Tally("", one.type, one.events, one.failures) for one in tallies)[""]


def by_key(tallies: Iterable[Tally]) -> Mapping[str | int, Totals]:
    """Errors and interactions by key; a key that is not there has none."""
    found: dict[str | int, Totals] = defaultdict(Totals)
    for one in tallies:
        place = found[one.key]
        if one.type == "error":
            place.errors += one.events
        elif one.type == "interaction":
            place.interactions += one.events
            place.failures += one.failures
    return found


@dataclass(frozen=True, slots=True)
class Point:
    """Of a series: from `ts` (ms since 1970) to the next point."""

    ts: int
    errors: int
    interactions: int


def series(tallies: Iterable[Tally], hours: Range) -> Sequence[Point]:
    """One point for each step of the range, also where nothing happened."""
    found = by_key(tallies)
    starts = range(hours.since, hours.until, hours.step)
    return [Point(start * HOUR_MS, (at := found[start]).errors, at.interactions) for start in starts]


def worst_first(components: Mapping[str | int, Totals]) -> Sequence[tuple[str, Totals]]:
    """Most errors first, then most failures, then by name."""
    named = ((str(name), totals_) for name, totals_ in components.items())
    return sorted(named, key=lambda pair: (-pair[1].errors, -pair[1].failures, pair[0]))
