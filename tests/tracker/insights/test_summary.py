"""Rollups and what is told from them."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker.insights.rollups import Cell, Count, Increments, Session, Span, Visit, increments
from tracker.insights.summary import Point, Range, Tally, by_key, range_of, series, totals, worst_first

HOUR = 3_600_000


@dataclass(frozen=True)
class Seen:
    """An event, as far as it is counted."""

    type: str
    ts: int
    component: str = "chat"
    session_id: str | None = None
    release: str = ""
    environment: str = ""
    ok: bool | None = None


def test_events_are_counted_where_they_belong() -> None:
    """By hour and place; an action that did not succeed is a failure, a handled error is none."""
    found = increments(
        [
            Seen("error", 1, ok=False, session_id="s"),
            Seen("error", HOUR - 1, session_id="s"),
            Seen("interaction", HOUR, ok=False),
            Seen("interaction", HOUR + 5, ok=True, component="page"),
        ]
    )
    assert found == Increments(
        cells={
            Cell(1, 0, "error", "chat", "", ""): Count(2, 0),
            Cell(1, 1, "interaction", "chat", "", ""): Count(1, 1),
            Cell(1, 1, "interaction", "page", "", ""): Count(1, 0),
            Cell(24, 0, "error", "chat", "", ""): Count(2, 0),
            Cell(24, 0, "interaction", "chat", "", ""): Count(1, 1),
            Cell(24, 0, "interaction", "page", "", ""): Count(1, 0),
        },
        sessions={"s": Session("", "", 1, HOUR - 1)},
        visits={Visit("s", "chat"): Span(1, HOUR - 1)},
        components={"chat": HOUR, "page": HOUR + 5},
        releases={},
    )


def test_a_release_is_known_from_its_first_event() -> None:
    """Of any type; events that name none are of none."""
    events = [Seen("error", 9, release="1.1"), Seen("vital", 5, release="1.1"), Seen("timing", 7, release="1.0")]
    assert increments([*events, Seen("error", 1)]).releases == {"1.1": 5, "1.0": 7}


EVENTS = st.builds(
    Seen,
    st.sampled_from(["error", "interaction"]),
    st.integers(0, 5 * HOUR),
    st.sampled_from("ab"),
    st.sampled_from(["s", "t", None]),
    ok=st.sampled_from([True, False, None]),
)


@given(st.lists(EVENTS), st.randoms(use_true_random=False))
def test_order_does_not_matter(events: list[Seen], chance: random.Random) -> None:
    """However the same events are shuffled, the same is counted."""
    counted = increments(events)
    chance.shuffle(events)
    assert increments(events) == counted
    for span in (1, 24):
        assert sum(count.events for cell, count in counted.cells.items() if cell.span == span) == len(events)


@pytest.mark.parametrize(
    ("since", "until", "now", "hours"),
    [
        (None, None, 100 * HOUR + 5, Range(77, 101)),
        (None, None, 100 * HOUR, Range(77, 101)),
        (50 * HOUR + 1, None, 100 * HOUR, Range(50, 101)),
        (50 * HOUR, 60 * HOUR, 100 * HOUR, Range(50, 60)),
        (50 * HOUR, 60 * HOUR + 1, 100 * HOUR, Range(50, 61)),
        (None, 60 * HOUR, 100 * HOUR, Range(36, 60)),
        (10 * HOUR, None, 100 * HOUR, Range(0, 120)),
        (24 * HOUR, 120 * HOUR, 200 * HOUR, Range(24, 120)),
    ],
)
def test_ranges_are_whole_hours(since: int | None, until: int | None, now: int, hours: Range) -> None:
    """Any time asked for is inside; by default it is the last 24 hours with this one; long ranges are of days."""
    assert range_of(since, until, now) == hours


def test_a_series_has_no_gaps() -> None:
    """Every hour has its point, also where nothing happened; long ranges have one a day."""
    tallies = [Tally(5, "error", 2, 0), Tally(7, "interaction", 3, 1), Tally(7, "timing", 9, 9)]
    assert series(tallies, Range(5, 8)) == [Point(5 * HOUR, 2, 0), Point(6 * HOUR, 0, 0), Point(7 * HOUR, 0, 3)]
    assert [point.ts // HOUR for point in series([], Range(24, 24 * 5))] == [24, 48, 72, 96]


def test_totals_and_shares() -> None:
    """The error rate is the errors' share; where nothing happened it is zero."""
    found = totals([Tally("a", "error", 1, 0), Tally("b", "interaction", 3, 2)])
    assert (found.errors, found.interactions, found.failures, found.error_rate) == (1, 3, 2, 0.25)
    assert totals([]).error_rate == 0.0


def test_the_worst_comes_first() -> None:
    """Most errors, then most failures, then by name."""
    tallies = [
        Tally("calm", "interaction", 5, 0),
        Tally("bad", "error", 5, 0),
        Tally("clumsy", "interaction", 5, 3),
        Tally("also calm", "interaction", 1, 0),
    ]
    assert [name for name, _ in worst_first(by_key(tallies))] == ["bad", "clumsy", "also calm", "calm"]
