"""How the parts of the tracker are, and since when."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from kit.clock import Clock

Status: TypeAlias = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part: `since` (ms since 1970) is when it came into this status, as far as anyone looked."""

    name: str
    status: Status
    since: int
    detail: str
    latency_ms: float | None = None


class HealthBook:
    """Remembers since when each part has its status."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock()
        self._last: dict[str, tuple[Status, int]] = {}

    def seen(self, name: str, status: Status, detail: str, latency_ms: float | None = None) -> PartHealth:
        """Note how a part is now."""
        before, since = self._last.get(name, ("ok", self._started))
        if status != before:
            since = self._clock()
        self._last[name] = (status, since)
        return PartHealth(name, status, since, detail, latency_ms)
