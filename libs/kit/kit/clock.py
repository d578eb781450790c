"""Time as the APIs speak it: RFC 3339 in UTC with milliseconds; stored as whole milliseconds since 1970."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Gives the time in milliseconds since 1970-01-01 UTC; tests pass their own."""


def now_ms() -> int:
    """The wall clock in milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """`1764000000123` → `2025-11-24T16:00:00.123Z`."""
    return f"{_second(ms // 1000)}.{ms % 1000:03d}Z"


@lru_cache(maxsize=1000)
def _second(seconds: int) -> str:
    """Kept, because nearly all times that are written stand close together: every log line has one."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def parse_rfc3339(text: str) -> int:
    """An RFC 3339 time → milliseconds since 1970; without a zone it is read as UTC.

    Raises `ValueError` for anything else, also for years that no clock shows.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return round(moment.timestamp() * 1000)
    except OverflowError as error:
        raise ValueError(f"time out of range: {text!r}") from error
