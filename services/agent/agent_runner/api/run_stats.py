"""Runs in numbers: what plots and tiles show, at the same cost however many runs there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query
from kit.clock import now_ms, rfc3339
from kit.web import routing
from pydantic import BaseModel, Field

from agent_runner.api.parts import PartsOf
from agent_runner.api.views import Time
from agent_runner.storage.records import RunStatus
from agent_runner.storage.run_counts import RunCount

_SLOT_MS: Mapping[str, int] = {"minute": 60_000, "hour": 3_600_000}


class RunsPoint(BaseModel):
    """Runs created from `ts` up to the next point."""

    ts: Time
    runs: int
    failed: int


class RunStats(BaseModel):
    """Runs created in whole slots from `since` on, the current slot included."""

    since: Time
    runs: int
    failed: int
    unfinished: dict[RunStatus, int] = Field(description="All that have not ended, however old, by status.")
    series: list[RunsPoint] = Field(description="Every slot, oldest first.")

    @classmethod
    def of(cls, starts: Iterable[int], found: Sequence[RunCount], unfinished: Mapping[RunStatus, int]) -> Self:
        """The view of what was counted, for slots that start at these times (ms)."""
        within: dict[int, list[RunCount]] = {start: [] for start in starts}
        for one in found:
            within.setdefault(one.slot, []).append(one)  # a run of a slot that has begun just now makes it one more
        points = [_point(start, counts) for start, counts in within.items()]
        return cls(
            since=points[0].ts,
            runs=sum(point.runs for point in points),
            failed=sum(point.failed for point in points),
            unfinished=dict(unfinished),
            series=points,
        )


def router() -> APIRouter:
    """`/api/v1/runs/stats`."""
    routes = routing.router("/api/v1/runs", tag="runs")

    @routes.get("/stats", summary="How many runs there were, by hour or minute")
    async def stats(
        parts: PartsOf,
        by: Annotated[Literal["minute", "hour"], Query(description="How long a slot is")] = "hour",
        slots: Annotated[int, Query(ge=1, le=744, description="How many, the current one included")] = 24,
    ) -> RunStats:
        slot_ms = _SLOT_MS[by]
        current = now_ms() // slot_ms * slot_ms
        starts = range(current - (slots - 1) * slot_ms, current + 1, slot_ms)
        return RunStats.of(starts, *await parts.archive.counts(starts[0], slot_ms))

    return routes


def _point(start: int, found: Sequence[RunCount]) -> RunsPoint:
    failed = sum(one.runs for one in found if one.status == "failed")
    return RunsPoint(ts=rfc3339(start), runs=sum(one.runs for one in found), failed=failed)
