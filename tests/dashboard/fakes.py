"""Small real HTTP servers: what stands behind the dashboard in these tests, and the dashboard itself."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import uvicorn
from dashboard.hub.events import EventParser
from kit.jsontypes import Json
from kit.web.sse import Broadcast, EventStream
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN = "a-service-token-for-tests"
PASSWORD = "correct horse battery staple"
VIEWER_PASSWORD = "only looking"
LIMIT_S = 5.0

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Seen:
    """One request as it came to an upstream."""

    method: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Serves an ASGI application on a port of its own, can be stopped and started again on the same one."""

    def __init__(self, app: ASGIApp, port: int | None = None) -> None:
        self._app = app
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = port or free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        server = uvicorn.Server(uvicorn.Config(self._app, log_config=None, lifespan="off"))
        self._server = server
        self._task = asyncio.create_task(server._serve([bound(self.port)]))
        await until(lambda: server.started)

    async def stop(self) -> None:
        """At once, as a crash would: open connections are cut."""
        if self._server is None or self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for listening_socket in self._server.servers:
            listening_socket.close()
        for connection in list(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in self._server.server_state.tasks:
            task.cancel()
        await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)
        self._server = self._task = None


class Upstream:
    """Stands in for the agent or the tracker: answers as told, remembers what it was asked."""

    def __init__(self) -> None:
        self.server = Server(self)
        self.seen: list[Seen] = []
        self.streams_opened = 0
        self.handlers: dict[str, Handler] = {}
        self.news = Broadcast()
        self.stopping = asyncio.Event()
        self.run_events: dict[str, list[dict[str, Json]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self._note(request)
        handler = self.handlers.get(request.url.path, self._default)
        response = await handler(request)
        await response(scope, receive, send)

    def asked(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.raw_path == path]

    async def start(self) -> None:
        """As a new process: what was in memory is gone."""
        self.news = Broadcast()
        self.stopping = asyncio.Event()
        await self.server.start()

    async def stop(self) -> None:
        self.stopping.set()
        await self.server.stop()

    async def _note(self, request: Request) -> None:
        raw, headers = request.scope["raw_path"].decode(), dict(request.headers)
        self.seen.append(Seen(request.method, raw, request.url.query, headers, await request.body()))

    async def _default(self, request: Request) -> Response:
        path = request.url.path
        if path == "/api/v1/stream":
            self.streams_opened += 1
            return EventStream(self.news.events(request.headers.get("last-event-id")), self.stopping)
        if path.startswith("/api/v1/runs/") and path.endswith("/events"):
            return self._run(path.split("/")[4], request)
        if path == "/api/v1/events":
            return JSONResponse({"accepted": 1, "duplicates": 0, "filtered": 0, "rejected": []}, 202)
        return JSONResponse({"path": path, "items": []})

    def _run(self, run_id: str, request: Request) -> Response:
        if run_id not in self.run_events:
            return JSONResponse({"code": "run_not_found"}, 404)
        after = int(request.headers.get("last-event-id", "0"))
        return StreamingResponse(self._follow(run_id, after), media_type="text/event-stream")

    async def _follow(self, run_id: str, after: int) -> AsyncGenerator[bytes]:
        sent = after
        while not self.stopping.is_set():
            for event in self.run_events[run_id][sent:]:
                yield f"id: {sent + 1}\nevent: {event['type']}\ndata: ".encode() + orjson.dumps(event) + b"\n\n"
                sent += 1
                if event["type"] == "run.status":
                    return
            await asyncio.sleep(0.01)


def run_event(seq: int, type_: str = "step.started", **data: Json) -> dict[str, Json]:
    return {"seq": seq, "type": type_, "ts": "2026-01-01T00:00:00.000Z", "data": data}


@dataclass
class Heard:
    """What a page has heard on `/api/stream` so far."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    status: int = 0
    ended: bool = False

    def of(self, name: str) -> list[Any]:
        return [data for event, data in self.events if event == name]

    def states(self, upstream: str) -> list[str]:
        return [data["status"] for data in self.of("upstream") if data["name"] == upstream]


@contextlib.asynccontextmanager
async def listening(
    client: httpx.AsyncClient, runs: str = "", last_event_id: str | None = None
) -> AsyncGenerator[Heard]:
    """A page that listens for as long as the block lasts."""
    heard = Heard()
    headers = {b"Last-Event-ID": last_event_id.encode()} if last_event_id else {}

    async def listen() -> None:
        async with client.stream("GET", "/api/stream", params={"runs": runs}, headers=headers, timeout=30) as response:
            heard.status = response.status_code
            parser = EventParser()
            async for chunk in response.aiter_raw():
                for event in parser.feed(chunk):
                    heard.events.append((event.event, orjson.loads(event.data)))
                    heard.ids += [event.id] if event.id else []
        heard.ended = True

    task = asyncio.create_task(listen())
    try:
        await until(lambda: len(heard.of("upstream")) >= 2 or task.done())
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bound(port: int) -> socket.socket:
    listening_socket = socket.socket()
    listening_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening_socket.bind(("127.0.0.1", port))
    return listening_socket


async def until(condition: Callable[[], object], within_s: float = LIMIT_S) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)
