"""The breaker of one server, and when it is tried again: pure decisions. Times are milliseconds since 1970."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from agent_runner.mcp_manager.types import Breaker

Chance: TypeAlias = Callable[[], float]
"""A random number from 0 up to 1."""

THRESHOLD = 5
FIRST_RETRY_MS = 300
FIRST_COOL_DOWN_MS = 5_000
LONGEST_COOL_DOWN_MS = 300_000


def failed(breaker: Breaker, reason: str, now: int, chance: Chance) -> Breaker:
    """The breaker after a failure of the transport, or a call or probe that took too long.

    Opens on the fifth in a row, or when it was the probe; each opening in a row waits twice as long. What still fails
    from before it opened does not put the probe off.
    """
    failures = breaker.failures + 1
    if breaker.status == "open":
        return replace(breaker, failures=failures)
    if breaker.status == "closed" and failures < THRESHOLD:
        retry_at = now + _jittered(FIRST_RETRY_MS << (failures - 1), chance)
        return replace(breaker, failures=failures, reason=reason, retry_at=retry_at)
    wait = min(FIRST_COOL_DOWN_MS << min(breaker.opened, 10), LONGEST_COOL_DOWN_MS)
    return Breaker("open", failures, breaker.opened + 1, reason, now + _jittered(wait, chance))


def due_in(breaker: Breaker, now: int) -> int:
    """Milliseconds until the next attempt or probe; 0 when it is due.

    No longer than the longest cool-down, whatever a clock that was set back makes of the stored time.
    """
    if breaker.retry_at is None:
        return 0
    return max(0, min(breaker.retry_at - now, LONGEST_COOL_DOWN_MS))


def probing(breaker: Breaker) -> Breaker:
    """The breaker while the one probe is under way."""
    return replace(breaker, status="half_open", retry_at=None) if breaker.status == "open" else breaker


def connected(breaker: Breaker) -> Breaker:
    """The breaker after connecting and listing the tools: for an open one that was the probe.

    A closed one keeps counting, so that a server which falls over at every call opens it all the same.
    """
    if breaker.status == "half_open":
        return Breaker(opened=breaker.opened)
    return replace(breaker, retry_at=None)


def answered(breaker: Breaker) -> Breaker:
    """The breaker after a call that the server answered, whatever the answer. An open one waits for its probe."""
    return Breaker() if breaker.status == "closed" else breaker


def restored(breaker: Breaker) -> Breaker:
    """The breaker as a new process finds it stored: a probe that was under way never came to an end."""
    return replace(breaker, status="open") if breaker.status == "half_open" else breaker


def _jittered(wait_ms: int, chance: Chance) -> int:
    """Between half and all of it, so that what failed together does not come back together."""
    return round(wait_ms * (0.5 + chance() / 2))
