"""POST /api/v1/events: the hot path. It reads its body itself and answers with what became of each event."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from kit.problems import Problem
from kit.web.middleware import header_of
from kit.web.problems import handle_http_exception, respond
from kit.web.routing import router as new_router
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from tracker.api.deps import services_of
from tracker.ingest.budget import Held
from tracker.ingest.decode import decode
from tracker.ingest.events import AnyEvent
from tracker.ingest.parse import Form, form_of, parse
from tracker.ingest.prepare import Batch, Preparer

_LARGE = 128 << 10  # bytes from which a body is prepared beside the event loop, so that others are not held up


class RawRoute(APIRoute):
    """Calls its endpoint with the request and nothing else: no dependencies, no validation, no serialization."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


class RejectedEvent(BaseModel):
    """An event that was not taken."""

    index: int = Field(description="Its place in the request, from 0.")
    code: str = Field(description="A stable word such as `missing_id`.")
    detail: str


class Taken(BaseModel):
    """What became of each event of a request; the counts are disjoint."""

    accepted: int = Field(description="Newly stored.")
    duplicates: int = Field(description="Their id was stored before, or came twice in the request.")
    filtered: int = Field(description="Held back by an inbound filter.")
    rejected: list[RejectedEvent]


class ClientDropped(BaseModel):
    """Events that a client gave up before sending them."""

    type: str
    reason: str
    count: int = Field(ge=1)


class EventsBody(BaseModel):
    """Events of any types; unknown fields are ignored."""

    events: list[Annotated[AnyEvent, Field(discriminator="type")]]
    dropped: list[ClientDropped] = []


EVENTS_PATH = "/api/v1/events"

router = new_router(tag="ingest")
router.route_class = RawRoute


def _inlined(value: object, definitions: dict[str, object]) -> object:
    """A JSON schema with its definitions where they are referred to: OpenAPI has no place for them of its own."""
    if isinstance(value, dict):
        found = cast("dict[str, object]", value)
        if "$ref" in found:
            return _inlined(definitions[str(found["$ref"]).rpartition("/")[2]], definitions)
        return {key: _inlined(item, definitions) for key, item in found.items()}
    if isinstance(value, list):
        return [_inlined(item, definitions) for item in cast("list[object]", value)]
    return value


def _schema_of(model: type[BaseModel]) -> object:
    schema = model.model_json_schema()
    return _inlined(schema, schema.pop("$defs", {}))


_REQUEST_BODY = {
    "required": True,
    "description": "JSON, or one event a line; `Content-Encoding` may be `gzip` or `zstd`.",
    "content": {
        "application/json": {"schema": _schema_of(EventsBody)},
        "application/x-ndjson": {"schema": {"type": "string"}},
    },
}


@router.post(
    EVENTS_PATH,
    status_code=202,
    response_model=Taken,
    summary="Take events; answered once they are on disk",
    openapi_extra={"requestBody": _REQUEST_BODY},
)
async def take_events(request: Request) -> Response:
    """One bad event never costs the others: it is named in `rejected`. Sending an id again changes nothing."""
    services = services_of(request)
    form = form_of(header_of(request.scope, b"content-type"))
    encoding = header_of(request.scope, b"content-encoding")
    with Held(services.budget) as held:
        body = await _read(request.receive, held)
        if body is None:
            return Response(status_code=400)  # nobody is there to read it
        job = (services.preparer, body, form, encoding, services.clock())
        batch = await asyncio.to_thread(_prepare, *job) if len(body) > _LARGE or encoding else _prepare(*job)
        written = await services.writer.write(batch)
    answer = {
        "accepted": written.stored,
        "duplicates": written.duplicates,
        "filtered": sum(batch.filtered.values()),
        "rejected": batch.rejected,
    }
    return Response(orjson.dumps(answer), 202, media_type="application/json")


class IngestFirst:
    """Answers the ingest of events before FastAPI's routing is asked, which would take half as long again.

    The route stays: the document is made from it, and it answers what this leaves to it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] != EVENTS_PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route_template"] = EVENTS_PATH
        request = Request(scope, receive, send)
        try:
            response = await take_events(request)
        except Problem as problem:
            response = respond(problem)
        except HTTPException as error:
            response = await handle_http_exception(request, error)
        await response(scope, receive, send)


async def _read(receive: Receive, held: Held) -> bytes | None:
    """The whole body, or None when the client left before its end."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk: bytes = message.get("body", b"")
        held.add(len(chunk))
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _prepare(preparer: Preparer, body: bytes, form: Form, encoding: str, now: int) -> Batch:
    return preparer.batch(parse(decode(body, encoding), form), now)
