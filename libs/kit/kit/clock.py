"""Time as the APIs speak it: RFC 3339 in UTC with milliseconds; stored as whole milliseconds since 1970."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias

_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999

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
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]


def parse_rfc3339(text: str) -> int:
    """An RFC 3339 time → milliseconds since 1970; without a zone it is read as UTC.

    Raises `ValueError` for anything else, also for years that no clock shows.
    """
    moment = datetime.fromisoformat(text.upper())  # RFC 3339 allows t and z
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    ms = round(moment.timestamp() * 1000)
    if not _FIRST_MS <= ms <= _LAST_MS:  # in UTC, or rounded, it is of the year 0 or 10000
        raise ValueError(f"time out of range: {text!r}")
    return ms
