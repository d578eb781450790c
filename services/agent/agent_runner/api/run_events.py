"""The events of one run: live and from the first, as a stream; or a page of those on record."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, cast

from fastapi import APIRouter, Header, Query, Request, Response
from kit.clock import rfc3339
from kit.jsontypes import JsonObject
from kit.web import routing
from kit.web.app import runtime_of
from kit.web.pages import Page, PageQuery, cut
from kit.web.sse import RESYNC, EventStream, ServerEvent
from starlette.responses import JSONResponse

from agent_runner.api.parts import Parts, PartsOf
from agent_runner.api.views import EventView, event_json
from agent_runner.runs.channel import Item, ToolProgress, Words
from agent_runner.runs.follow import follow
from agent_runner.storage import events as table

_ORDER = "run_events"
_STREAM = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Events, live"}
After = Annotated[int, Query(ge=0, le=2**53, description="Only events that follow this number.")]
LastId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)]


def router() -> APIRouter:
    """`/api/v1/runs/{run_id}/events`."""
    routes = routing.router("/api/v1/runs", tag="runs")

    @routes.get(
        "/{run_id}/events",
        summary="What happened in a run, and what happens",
        response_model=Page[EventView],
        responses={200: _STREAM},
    )
    async def events(
        run_id: str, request: Request, parts: PartsOf, page: PageQuery, after: After = 0, last_id: LastId = None
    ) -> Response:
        """Server-sent events `{seq, type, ts, data}` from the first, or after `Last-Event-ID` or `after`. The stream
        ends after the final status. `delta` (words) and `progress` (of a tool) are live only. With
        `Accept: application/json`, a page of the events on record instead.
        """
        await parts.archive.get(run_id)
        if _wants_json(request):
            return await _page(parts, run_id, page, after)
        return EventStream(_stream(parts, run_id, after, last_id), runtime_of(request).stopping)

    return routes


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/event-stream" not in accept


async def _page(parts: Parts, run_id: str, page: PageQuery, after: int) -> Response:
    position = page.position(_ORDER, int)
    start = after if position is None else int(position[0])
    found = await parts.database.read(lambda c: table.after(c, run_id, start, page.limit + 1))
    items, cursor = cut(found, page, _ORDER, lambda event: [event.seq])
    return JSONResponse({"items": [event_json(event) for event in items], "next_cursor": cursor})


async def _stream(parts: Parts, run_id: str, after: int, last_id: str | None) -> AsyncIterator[ServerEvent]:
    if last_id:
        known = last_id.isascii() and last_id.isdigit() and len(last_id) < 16
        after = int(last_id) if known else 0
        if not known or after > await parts.database.read(lambda connection: table.last_seq(connection, run_id)):
            after = 0
            yield RESYNC
    active = parts.runs.active(run_id)
    async for item in follow(parts.database, active.channel if active else None, run_id, after):
        yield _server_event(item)


def _server_event(item: Item) -> ServerEvent:
    if isinstance(item, Words):
        data: JsonObject = {"index": item.index, "kind": item.kind, "text": item.text, "offset": item.offset}
        return ServerEvent("delta", {"type": "delta", "ts": rfc3339(item.ts), "data": data})
    if isinstance(item, ToolProgress):
        far = {"index": item.index, "call_id": item.call_id, **asdict(item.progress)}
        return ServerEvent("progress", {"type": "progress", "ts": rfc3339(item.ts), "data": far})
    return ServerEvent(item.type, cast("JsonObject", event_json(item)), str(item.seq))
