"""Every change, as it happens."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from kit.web import routing
from kit.web.app import runtime_of
from kit.web.sse import EventStream

from agent_runner.api.parts import PartsOf

_STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events"}


def router() -> APIRouter:
    """`/api/v1/stream`."""
    routes = routing.router("/api/v1", tag="stream")

    @routes.get(
        "/stream", status_code=200, summary="Follow all changes", response_class=EventStream, responses={200: _STREAM}
    )
    async def stream(
        request: Request, parts: PartsOf, last_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None
    ) -> Response:
        """Server-sent events; `event:` is the topic: `runs`, `approvals`, `mcp`, `models`, `health`."""
        return EventStream(parts.feed.broadcast.events(last_id), runtime_of(request).stopping)

    return routes
