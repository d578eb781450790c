"""The breaker as a table, and what we make of an upstream."""

import pytest
from dashboard.upstreams.breaker import COOL_DOWN_S, PROBE_S, Breaker, admit, failed, given_up, succeeded
from dashboard.upstreams.state import Link, judge

OPEN = Breaker("open", 3, until=10.5)
HALF = Breaker("half_open", 3, until=25.0)


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        (Breaker(), 10, Breaker()),
        (Breaker(failures=2), 10, Breaker(failures=2)),
        (OPEN, 10.4, None),
        (OPEN, 10.5, Breaker("half_open", 3, until=10.5 + PROBE_S)),
        (HALF, 24.9, None),
        (HALF, 25.0, Breaker("half_open", 3, until=25.0 + PROBE_S)),
    ],
)
def test_who_may_call(before: Breaker, now: float, after: Breaker | None) -> None:
    """Closed lets all pass, open one after the cool-down, half-open none until that one is back or lost."""
    assert admit(before, now) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Breaker(), Breaker(failures=1)),
        (Breaker(failures=1), Breaker(failures=2)),
        (Breaker(failures=2), Breaker("open", 3, until=10 + COOL_DOWN_S)),
        (HALF, Breaker("open", 4, until=10 + COOL_DOWN_S)),
        (OPEN, Breaker("open", 4, until=10.5)),
    ],
)
def test_failures_open_it(before: Breaker, after: Breaker) -> None:
    """The third in a row opens, the probe's opens again, and one while open does not put the probe off."""
    assert failed(before, 10) == after


def test_success_closes_it() -> None:
    """Whatever it was before."""
    assert succeeded() == Breaker("closed", 0)


def test_probe_whose_caller_left_frees_the_place() -> None:
    """The next call is the probe; elsewhere a caller that leaves changes nothing."""
    freed = given_up(HALF, 12)
    assert admit(freed, 12) is not None
    assert given_up(Breaker(failures=1), 12) == Breaker(failures=1)
    assert given_up(OPEN, 12) == OPEN


@pytest.mark.parametrize(
    ("link", "breaker", "expected"),
    [
        (Link("new", "not reached yet"), Breaker(), ("down", "not reached yet")),
        (Link("open"), Breaker(), ("ok", None)),
        (Link("open"), Breaker(failures=2), ("ok", None)),
        (Link("open"), OPEN, ("degraded", "calls are not answered: boom")),
        (Link("lost", "refused"), Breaker(failures=1), ("degraded", "refused")),
        (Link("lost", "refused"), OPEN, ("down", "refused")),
        (Link("lost", "refused"), HALF, ("down", "refused")),
        (Link("refused", "it answers 500"), Breaker(), ("degraded", "it answers 500")),
        (Link("refused", "it answers 500"), OPEN, ("degraded", "calls are not answered: boom")),
    ],
)
def test_status_says_what_gets_through(link: Link, breaker: Breaker, expected: tuple[str, str | None]) -> None:
    """Down when neither events nor calls do, degraded when one of them does."""
    assert judge(link, breaker, "boom") == expected
