"""What is known of each component: its status, since when, and why."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from kit.clock import now_ms

Status: TypeAlias = Literal["ok", "degraded", "down"]
_TIMEOUT_S = 5.0
_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class Component:
    """One component. `since` is when its status became this, in milliseconds since 1970."""

    name: str
    status: Status
    since: int
    detail: str
    latency_ms: float | None = None


Check: TypeAlias = Callable[[], Awaitable[Finding]]


class HealthBoard:
    """Checks every component when asked, and by itself; tells when one's status changed.

    Guarantee: `check` answers within 5 seconds, whatever a component does.
    """

    def __init__(self, checks: Mapping[str, Check], on_change: Callable[[Component], None]) -> None:
        self._checks = checks
        self._on_change = on_change
        self._known: dict[str, Component] = {}

    async def check(self) -> Sequence[Component]:
        """Look at every component now."""
        return await asyncio.gather(*(self._one(name, check) for name, check in self._checks.items()))

    async def run(self) -> None:
        """Check again and again, until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(_EVERY_S)

    async def _one(self, name: str, check: Check) -> Component:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                found = await check()
        except TimeoutError:
            found = Finding("down", f"did not answer within {_TIMEOUT_S:g} s")
        latency_ms = round((time.perf_counter() - started) * 1000, 3)
        return self._note(Component(name, found.status, now_ms(), found.detail, latency_ms))

    def _note(self, seen: Component) -> Component:
        known = self._known.get(seen.name)
        if known is not None and known.status == seen.status:
            seen = replace(seen, since=known.since)
        self._known[seen.name] = seen
        if known is not None and known.status != seen.status:
            self._on_change(seen)
        return seen
