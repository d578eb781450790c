"""The live stream of what happens to issues."""

from typing import Annotated, Any

from fastapi import Header, Request
from kit.web.app import runtime_of
from kit.web.routing import router as new_router
from kit.web.sse import EventStream

from tracker.api.deps import Tracker

router = new_router("/api/v1", tag="issues")

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`issue.new`, `issue.regressed` and `issue.updated` with the issue as it is listed",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get(
    "/stream",
    summary="Issues as they appear, regress and change",
    status_code=200,
    response_class=EventStream,
    responses=_ANSWER,
)
async def stream(
    request: Request, tracker: Tracker, last_event_id: Annotated[str | None, Header()] = None
) -> EventStream:
    """Resumable by `Last-Event-ID`; `resync` means: fetch anew."""
    return EventStream(tracker.broadcast.events(last_event_id), runtime_of(request).stopping)
