"""The agent, served for real in the test's own loop, and a provider of models that says what it is told to say."""

import asyncio
import contextlib
import json
import socket
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

TOKEN = "a-token-for-tests-only"
LIMIT_S = 8.0


@dataclass(frozen=True)
class Answer:
    """What the provider says next: words and calls, or an error; `held` answers stop after the first word."""

    words: Sequence[str] = ()
    calls: Sequence[tuple[str, str]] = ()
    status: int = 200
    error: str = ""
    held: asyncio.Event | None = None
    broken: bool = False
    """The connection ends in the middle."""
    finish_reason: str | None = None


@dataclass
class Provider:
    """An OpenAI-compatible server with one model, `mock`. Without a script it says `ok`."""

    window: int | None = None
    """How many tokens it says that its model takes."""
    script: deque[Answer] = field(default_factory=deque[Answer])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    server: "Server | None" = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"{self.server.url}/v1"

    def say(self, *words: str, **more: Any) -> None:
        """Answer with these words next."""
        self.script.append(Answer(words, **more))

    def call(self, name: str, arguments: object, **more: Any) -> None:
        """Call a tool next."""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        self.script.append(Answer(calls=[(name, text)], **more))

    def fail(self, status: int, error: str) -> None:
        """Answer with an error next."""
        self.script.append(Answer(status=status, error=error))

    def hold(self, *words: str) -> asyncio.Event:
        """Say the first word next, and the others once the event is set."""
        event = asyncio.Event()
        self.say(*words, held=event)
        return event

    def app(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
            ]
        )

    async def _models(self, _request: Request) -> Response:
        model = {"id": "mock", "object": "model", "context_length": self.window}
        return JSONResponse({"object": "list", "data": [model]})

    async def _complete(self, request: Request) -> Response:
        self.requests.append(await request.json())
        answer = self.script.popleft() if self.script else Answer(["ok"])
        if answer.status != 200:
            return JSONResponse({"error": {"message": answer.error}}, answer.status)
        return StreamingResponse(_stream(answer, f"call_{len(self.requests)}"), media_type="text/event-stream")


async def _stream(answer: Answer, call_id: str) -> AsyncGenerator[str]:
    for at, word in enumerate(answer.words):
        if at and answer.held is not None:
            await answer.held.wait()
        yield _chunk({"content": word})
    if answer.broken:
        raise ConnectionError("on purpose")
    for at, (name, arguments) in enumerate(answer.calls):
        call = {"index": at, "id": f"{call_id}_{at}", "type": "function"}
        yield _chunk({"tool_calls": [{**call, "function": {"name": name, "arguments": arguments}}]})
    yield _chunk({}, answer.finish_reason or ("tool_calls" if answer.calls else "stop"))
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    yield f"data: {json.dumps({'choices': [], 'usage': usage})}\n\ndata: [DONE]\n\n"


def _chunk(delta: object, finish: str | None = None) -> str:
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': delta, 'finish_reason': finish}]})}\n\n"


class Server:
    """An application served over HTTP on a port of its own, in this loop."""

    def __init__(self, app: ASGIApp) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self._config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(self._config)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        """As `serve` begins, without its main loop: that looks only ten times a second whether it is to end."""
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(self._sockets)
        assert self._server.started

    async def stop(self) -> None:
        await self._server.shutdown(self._sockets)


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so; fails after a while."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Heard:
    """One server-sent event."""

    event: str
    data: Any
    id: str | None


async def listen(response: httpx.Response) -> AsyncGenerator[Heard]:
    """The events of a stream."""
    event, data, id_ = "message", "", None
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            data = value
        elif name == "id":
            id_ = value
        elif not line and data:
            yield Heard(event, json.loads(data) if data != "[DONE]" else data, id_)
            event, data, id_ = "message", "", None


class Agent:
    """A client of the served agent, with what most tests do with it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def chat(self, text: str = "hello", **more: Any) -> httpx.Response:
        """POST a chat completion for the agent."""
        headers = more.pop("headers", None)
        body = {"model": "agent", "messages": [{"role": "user", "content": text}], **more}
        return await self.http.post("/v1/chat/completions", json=body, headers=headers)

    async def answer(self, text: str = "hello", **more: Any) -> str:
        """The words of the agent's answer."""
        response = await self.chat(text, **more)
        assert response.status_code == 200, response.text
        return response.json()["choices"][0]["message"]["content"]

    @contextlib.asynccontextmanager
    async def stream(self, text: str = "hello", **more: Any) -> AsyncGenerator[httpx.Response]:
        """A streamed chat completion."""
        headers = more.pop("headers", None)
        body = {"model": "agent", "stream": True, "messages": [{"role": "user", "content": text}], **more}
        async with self.http.stream("POST", "/v1/chat/completions", json=body, headers=headers) as response:
            yield response

    async def run(self, text: str = "hello", headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """Start a run."""
        response = await self.http.post("/api/v1/runs", json={"input": text, **more}, headers=headers)
        assert response.status_code == 202, response.text
        return response.json()

    async def get(self, path: str, /, **params: Any) -> Any:
        """GET something that is there."""
        response = await self.http.get(path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def ended(self, run_id: str) -> dict[str, Any]:
        """A run, once it has ended."""
        await self.reached(run_id, "succeeded", "failed", "cancelled")
        return await self.get(f"/api/v1/runs/{run_id}")

    async def reached(self, run_id: str, *statuses: str) -> None:
        """Wait until a run has one of these statuses."""

        async def there() -> bool:
            return (await self.get(f"/api/v1/runs/{run_id}"))["status"] in statuses

        await until(there)

    async def events(self, run_id: str, **params: Any) -> list[Heard]:
        """All events of a run, from its stream, which ends with it."""
        async with self.http.stream("GET", f"/api/v1/runs/{run_id}/events", params=params) as response:
            assert response.status_code == 200
            return [heard async for heard in listen(response)]

    async def pending(self, run_id: str) -> dict[str, Any]:
        """The question that a run asks."""
        found: list[dict[str, Any]] = []

        async def asked() -> bool:
            page = await self.get("/api/v1/approvals", status="pending", run_id=run_id)
            found[:] = page["items"]
            return bool(found)

        await until(asked)
        return found[0]
