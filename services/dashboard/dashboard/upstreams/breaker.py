"""The breaker of one upstream: a pure state machine. Times are seconds of a steady clock."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

State: TypeAlias = Literal["closed", "open", "half_open"]

THRESHOLD = 3
COOL_DOWN_S = 0.5
PROBE_S = 15.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row so far; `until` is when an open breaker lets a probe through, or a probe counts as lost."""

    state: State = "closed"
    failures: int = 0
    until: float = 0.0


def admit(breaker: Breaker, now: float) -> Breaker | None:
    """The breaker after letting one call through, or None when the call must not be made.

    Closed lets all pass. Open lets one through after the cool-down, as the probe. Half-open waits for that probe, but
    not for one that never comes back.
    """
    if breaker.state == "closed":
        return breaker
    if now < breaker.until:
        return None
    return replace(breaker, state="half_open", until=now + PROBE_S)


def succeeded() -> Breaker:
    """The breaker after a call that was answered, whatever the answer."""
    return Breaker()


def failed(breaker: Breaker, now: float) -> Breaker:
    """The breaker after a call that was not answered: opens on the third in a row, or when it was the probe.

    A failure while it is open, of a call from before or of whoever watches for its return, does not put the probe off.
    """
    failures = breaker.failures + 1
    if breaker.state == "open" or (breaker.state == "closed" and failures < THRESHOLD):
        return replace(breaker, failures=failures)
    return Breaker("open", failures, now + COOL_DOWN_S)


def given_up(breaker: Breaker, now: float) -> Breaker:
    """The breaker after a call whose caller left: it proves nothing, and another probe may go."""
    return replace(breaker, state="open", until=now) if breaker.state == "half_open" else breaker
