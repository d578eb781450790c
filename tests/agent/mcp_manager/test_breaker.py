"""When a server is left alone, and when it is tried again."""

import pytest
from agent_runner.mcp_manager import breaker as breakers
from agent_runner.mcp_manager.types import Breaker


def longest() -> float:
    return 0.999_999


def test_breaker_opens_on_failures_in_a_row() -> None:
    """Not on the first ones, which are tried again soon and ever later."""
    breaker, waits = Breaker(), []
    for _ in range(breakers.THRESHOLD - 1):
        breaker = breakers.failed(breaker, "gone", 0, longest)
        assert breaker.status == "closed"
        waits.append(breaker.retry_at)
    assert waits == [300, 600, 1_200, 2_400]
    breaker = breakers.failed(breaker, "gone", 0, longest)
    assert (breaker.status, breaker.reason, breaker.retry_at) == ("open", "gone", 5_000)


def test_answer_starts_the_count_anew() -> None:
    """Failures count in a row only."""
    breaker = breakers.failed(Breaker(), "gone", 0, longest)
    assert breakers.answered(breaker) == Breaker()


def test_connecting_alone_does_not_start_it_anew() -> None:
    """A server that falls over at every call opens its breaker, however well it starts."""
    breaker = Breaker()
    for _ in range(breakers.THRESHOLD):
        breaker = breakers.failed(breakers.connected(breaker), "gone", 0, longest)
    assert breaker.status == "open"


def test_only_the_probe_closes_an_open_breaker() -> None:
    """Late answers from before do not; and late failures do not put the probe off."""
    opened = Breaker("open", 5, 1, "gone", 1_000)
    assert breakers.answered(opened) == opened
    assert breakers.failed(opened, "late", 500, longest).retry_at == 1_000
    assert breakers.connected(breakers.probing(opened)) == Breaker(opened=1)


def test_each_opening_in_a_row_waits_longer() -> None:
    """Up to five minutes."""
    breaker, waits = Breaker("open", 5, 1, "gone", 0), []
    for _ in range(9):
        breaker = breakers.failed(breakers.probing(breaker), "gone", 0, longest)
        assert breaker.status == "open"
        waits.append(breaker.retry_at)
    assert waits[:3] == [10_000, 20_000, 40_000]
    assert waits[-1] == breakers.LONGEST_COOL_DOWN_MS


def test_many_failures_do_not_come_back_together() -> None:
    """The wait is between half and all of what it would be."""
    waits = [breakers.failed(Breaker(), "gone", 0, lambda at=at: at / 10).retry_at for at in range(10)]
    assert len(set(waits)) == 10
    assert min(wait for wait in waits if wait is not None) >= 150


@pytest.mark.parametrize(("now", "wait"), [(0, 300), (200, 100), (300, 0), (10_000, 0), (-10_000_000, 300_000)])
def test_wait_ends_whatever_the_clock_does(now: int, wait: int) -> None:
    """Also when it was set back by hours after the time was stored."""
    assert breakers.due_in(Breaker(retry_at=300), now) == wait


def test_probe_that_never_ended_is_due_again() -> None:
    """The agent died in the middle of it."""
    assert breakers.restored(Breaker("half_open", 5, 1, "gone", None)).status == "open"
