"""What becomes of an issue: counts, regressions, conditions; whatever the order."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker.grouping.fingerprint import ErrorFacts, Grouping, group
from tracker.issues.states import FOR_GOOD, Issue, Until, absorb, change_between, decided, opened

GROUPING = group(ErrorFacts("api_error", "chat", "boom")).grouping


@dataclass(frozen=True)
class Seen:
    """An error, as far as its issue looks at it."""

    id: bytes
    ts: int
    title: str
    level: str
    grouping: Grouping = GROUPING
    culprit: str = "chat"
    kind: str = "api_error"
    component: str = "chat"
    handled: bool | None = None
    session_id: str | None = None
    release: str = ""
    environment: str = ""


def seen(ts: int, id_: int = 0, title: str = "boom", level: str = "error") -> Seen:
    return Seen(id_.to_bytes(16, "big"), ts, title, level)


def issue(*times: int) -> Issue:
    sightings = [seen(ts, number) for number, ts in enumerate(times)]
    return absorb(opened("iss_1", sightings[0]), sightings, 0)


def test_counts_and_times_add_up() -> None:
    """Events are counted, the first and the last time kept."""
    found = absorb(issue(20, 10), [seen(30, 9)], 2)
    assert (found.events, found.first_seen, found.last_seen, found.sessions) == (3, 10, 30, 2)
    assert found.state == "open"


def test_it_looks_like_its_latest_error() -> None:
    """Title and level come from the error that happened last, not from the one that arrived last."""
    found = absorb(issue(10), [seen(30, 1, "late", "fatal"), seen(20, 2, "between")], 0)
    assert (found.title, found.level) == ("late", "fatal")
    assert absorb(found, [seen(5, 3, "straggler")], 0).title == "late"


@pytest.mark.parametrize(
    ("times", "state", "regressed_at"),
    [
        ((50,), "resolved", None),
        ((100,), "resolved", None),
        ((101,), "open", 101),
        ((50, 99, 100), "resolved", None),
        ((150, 101, 50), "open", 101),
    ],
)
def test_only_what_happened_after_the_resolution_is_a_regression(
    times: tuple[int, ...], state: str, regressed_at: int | None
) -> None:
    """A straggler sent before "resolve" raises no false alarm, however late it comes; it is counted all the same."""
    resolved = decided(issue(10), "resolved", FOR_GOOD, now=100)
    found = absorb(resolved, [seen(ts, ts) for ts in times], 0)
    assert (found.state, found.regressed_at) == (state, regressed_at)
    assert found.events == 1 + len(times)
    assert change_between(resolved, found) == ("regressed" if state == "open" else "updated")


def test_resolving_again_forgets_the_regression() -> None:
    """A second resolution starts afresh."""
    again = decided(absorb(decided(issue(10), "resolved", FOR_GOOD, 100), [seen(150)], 0), "resolved", FOR_GOOD, 200)
    assert (again.state, again.regressed_at) == ("resolved", None)
    assert absorb(again, [seen(180)], 0).state == "resolved"
    assert absorb(again, [seen(201)], 0).state == "open"


def test_ignored_for_good_stays_so() -> None:
    """Without a condition nothing brings an ignored issue back."""
    ignored = decided(issue(10), "ignored", FOR_GOOD, 100)
    assert absorb(ignored, [seen(ts, ts) for ts in range(200, 300)], 0).state == "ignored"


@pytest.mark.parametrize(
    ("until", "times", "state"),
    [
        (Until(ts=200), (150, 200), "ignored"),
        (Until(ts=200), (150, 201), "open"),
        (Until(events=4), (150, 151), "ignored"),
        (Until(events=4), (150, 151, 152), "open"),
        (Until(ts=500, events=2), (150,), "open"),
    ],
)
def test_ignored_comes_back_when_its_condition_is_met(until: Until, times: tuple[int, ...], state: str) -> None:
    """Until a time, or until so many events."""
    ignored = decided(issue(10), "ignored", until, 100)
    found = absorb(ignored, [seen(ts, ts) for ts in times], 0)
    assert found.state == state
    assert found.until == (until if state == "ignored" else FOR_GOOD)


def test_reopening_by_hand_keeps_no_resolution() -> None:
    """An issue that a person opened does not regress."""
    found = absorb(decided(decided(issue(10), "resolved", FOR_GOOD, 100), "open", FOR_GOOD, 110), [seen(150)], 0)
    assert (found.state, found.regressed_at, found.state_changed_at) == ("open", None, 110)


def test_a_new_issue_is_told_as_new() -> None:
    """What there was nothing of before is new."""
    assert change_between(None, issue(1)) == "new"


STARTS: list[Callable[[Issue], Issue]] = [
    lambda found: found,
    lambda found: decided(found, "resolved", FOR_GOOD, 500),
    lambda found: decided(found, "ignored", FOR_GOOD, 500),
    lambda found: decided(found, "ignored", Until(ts=700), 500),
    lambda found: decided(found, "ignored", Until(events=5), 500),
]


@given(
    st.sampled_from(STARTS),
    st.lists(st.tuples(st.integers(0, 1000), st.sampled_from(["a", "b", "c"])), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_order_and_batches_never_change_the_issue(
    start: Callable[[Issue], Issue], errors: list[tuple[int, str]], chance: random.Random
) -> None:
    """However the same errors are shuffled and cut into batches, the same issue comes out."""
    sightings = [seen(ts, number, title) for number, (ts, title) in enumerate(errors)]
    begun = start(issue(400))
    at_once = absorb(begun, sightings, 0)
    chance.shuffle(sightings)
    piecemeal = begun
    while sightings:
        size = chance.randint(1, len(sightings))
        piecemeal = absorb(piecemeal, sightings[:size], 0)
        del sightings[:size]
    assert piecemeal == at_once


def test_opening_does_not_depend_on_which_comes_first() -> None:
    """Of two errors that open an issue together, either may be the first."""
    one, other = seen(10, 1, "one"), seen(20, 2, "other")
    assert absorb(opened("i", one), [one, other], 0) == absorb(opened("i", other), [other, one], 0)
