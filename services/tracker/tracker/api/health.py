"""How the tracker is, part by part; always 200."""

import time

from kit.problems import Problem
from kit.web.routing import router as new_router
from pydantic import BaseModel, Field

from tracker.api.deps import Services, Tracker
from tracker.api.views import Time
from tracker.health import PartHealth, Status
from tracker.records.store import is_readable

_MANY = 1_000  # some seconds' worth: soon callers will be turned away

router = new_router("/api/v1", tag="health")


class Part(BaseModel):
    """One part of the tracker."""

    name: str
    status: Status
    since: Time
    detail: str
    latency_ms: float | None = Field(description="Of a small read, where that makes sense.")


class Health(BaseModel):
    """All parts."""

    components: list[Part]


@router.get("/health", summary="Each part of the tracker, and since when it is as it is")
async def health(tracker: Tracker) -> Health:
    """Storage and ingest; always 200."""
    parts = [await _storage(tracker), _ingest(tracker)]
    return Health(components=[Part.model_validate(part, from_attributes=True) for part in parts])


async def _storage(tracker: Services) -> PartHealth:
    started = time.perf_counter()
    try:
        await tracker.database.read(is_readable)
    except Problem as problem:
        return tracker.health.seen("storage", "down", problem.detail)
    latency_ms = round((time.perf_counter() - started) * 1000, 2)
    if tracker.writer.trouble is not None:
        return tracker.health.seen("storage", "degraded", tracker.writer.trouble, latency_ms)
    return tracker.health.seen("storage", "ok", "", latency_ms)


def _ingest(tracker: Services) -> PartHealth:
    waiting = tracker.writer.waiting
    return tracker.health.seen("ingest", "degraded" if waiting > _MANY else "ok", f"{waiting} requests wait")
