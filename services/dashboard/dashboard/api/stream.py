"""One stream of events for the page."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from kit.web import routing
from kit.web.app import Runtime, runtime_of
from kit.web.sse import EventStream

from dashboard.api.parts import PartsOf, VisitorOf

_RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What no run is called is not asked for: the page hears of it from its own request for the run."""
_ANSWER: dict[int | str, dict[str, object]] = {
    200: {
        "description": "`upstream`, `agent.TOPIC`, `tracker.TYPE`, `run` and `resync`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


def router() -> APIRouter:
    """`/api/stream`."""
    routes = routing.router("/api", tag="page")

    @routes.get(
        "/stream",
        summary="Both services' events, the runs that are followed, and which service is down",
        status_code=200,
        response_class=EventStream,
        responses=_ANSWER,
    )
    async def stream(
        visitor: VisitorOf,
        parts: PartsOf,
        runtime: Annotated[Runtime, Depends(runtime_of)],
        runs: Annotated[str, Query(max_length=4000, description="Ids of runs to follow, comma-separated.")] = "",
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> EventStream:
        followed = [run_id for run_id in runs.split(",") if _RUN_ID.fullmatch(run_id)]
        return EventStream(parts.hub.page(followed, last_event_id, visitor.session_id), runtime.stopping)

    return routes
