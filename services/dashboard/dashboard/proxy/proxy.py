"""Passes the allow-listed calls through to one upstream, streaming. A plain ASGI app: it is the hottest path."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import aiohttp
import structlog
from aiohttp import ClientResponse
from kit.problems import BadRequest, Unavailable
from starlette.types import Message, Receive, Scope, Send

from dashboard.auth.gate import visitor_of
from dashboard.errors import UpstreamDown, UpstreamTimeout
from dashboard.proxy.allow import WAITED_FOR, AllowList, check_query
from dashboard.proxy.headers import BODILESS, Headers, handed_back, sent_on
from dashboard.proxy.passage import Passage, Passages
from dashboard.upstreams.upstream import Upstream

_API = "/api/v1/"
_WHOLE_BYTES = 4 << 20
_WAIT_S = 600.0
_NO_BODY = frozenset({"GET", "HEAD"})
_SANDBOX = (b"content-security-policy", b"sandbox")
_SAVED = (b"content-disposition", b"attachment")

_log = structlog.get_logger("proxy")


class Proxy:
    """One upstream, under `/api/NAME/`.

    The body is taken in whole (the size limit has been checked) before the upstream is called, so that a slow sender
    holds nothing there. A JSON answer is handed back whole or not at all; anything else flows through as it comes, no
    faster than the browser reads. A browser that leaves cancels the call.
    """

    def __init__(self, upstream: Upstream, allowed: AllowList, passages: Passages) -> None:
        self._upstream = upstream
        self._prefix = f"/api/{upstream.name}/"
        self._allowed = allowed
        self._passages = passages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request. Raises `Problem`s for the handlers outside."""
        method: str = scope["method"]
        below = self._below(scope)
        template = self._allowed.match(method, below)
        scope["route_template"] = self._prefix + template
        query: bytes = scope["query_string"]
        check_query(query)
        body = await _whole_body(receive)
        if body is None:
            return
        target = f"{_API}{below}?{query.decode()}" if query else _API + below
        headers = sent_on(scope["headers"], scope["request_id"])
        answer_s = _WAIT_S if template in WAITED_FOR else self._upstream.answer_s
        visitor = visitor_of(scope)
        passage, answer = Passage(receive), _Answer(send, template)
        self._passages.add(passage, visitor.session_id if visitor else None)
        try:
            async with passage:
                await self._exchange(method, target, headers, None if method in _NO_BODY else body, answer, answer_s)
        finally:
            self._passages.remove(passage)
        if not passage.client_left:
            await answer.ended()

    def _below(self, scope: Scope) -> str:
        raw: bytes = scope["raw_path"]
        path = raw.decode("latin-1")
        if not path.startswith(self._prefix):
            raise BadRequest(f"write {self._prefix} as it stands, without escapes")
        return path[len(self._prefix) :]

    async def _exchange(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None, answer: "_Answer", answer_s: float
    ) -> None:
        deadline = asyncio.get_running_loop().time() + answer_s
        response = await self._upstream.call(method, target, headers, body, within_s=answer_s)
        try:
            fitting = self._headers(response)
            if _comes_whole(response):
                await answer.whole(response, fitting, await self._read(response, deadline))
            else:
                await answer.stream(response, fitting, self._upstream.chunks(response))
        finally:
            response.release()

    def _headers(self, response: ClientResponse) -> Headers:
        try:
            return handed_back(response.status, response.raw_headers)
        except ValueError as error:
            response.close()
            raise UpstreamDown(f"the {self._upstream.name} answers with what is no HTTP: {error}") from error

    async def _read(self, response: ClientResponse, deadline: float) -> bytes:
        if response.content.is_eof():  # it is all here already
            return await response.read()
        name = self._upstream.name
        try:
            async with asyncio.timeout_at(deadline):
                return await response.read()
        except TimeoutError:
            raise UpstreamTimeout(f"the {name} did not finish its answer in time") from None
        except aiohttp.ClientError as error:
            raise UpstreamDown(f"the {name} broke off in the middle of its answer") from error


class _Answer:
    """Hands one answer back to the browser."""

    __slots__ = ("_is_file", "_send", "_stage")

    def __init__(self, send: Send, template: str) -> None:
        self._send = send
        self._is_file = template.endswith("{path*}")
        self._stage: Literal["none", "events", "other", "done"] = "none"

    async def whole(self, response: ClientResponse, headers: Headers, body: bytes) -> None:
        if not any(name == b"content-length" for name, _ in headers):
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        self._stage = "done"
        await self._start(response.status, headers)
        await self._send({"type": "http.response.body", "body": body})

    async def stream(self, response: ClientResponse, headers: Headers, chunks: AsyncIterator[bytes]) -> None:
        self._stage = "events" if response.content_type == "text/event-stream" else "other"
        await self._start(response.status, headers)
        try:
            async for chunk in chunks:
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.warning("answer_broke_off", reason=str(error) or type(error).__name__)
            return
        self._stage = "done"
        await self._send({"type": "http.response.body", "body": b""})

    async def ended(self) -> None:
        """No more will come. Events end as they may at any time; a file is left unfinished, so that the server cuts
        the connection and the browser knows."""
        if self._stage == "none":
            raise Unavailable("the dashboard is stopping, or your session has ended")
        if self._stage == "events":
            await self._send({"type": "http.response.body", "body": b""})

    async def _start(self, status: int, headers: Headers) -> None:
        headers = as_download(headers) if self._is_file else headers
        await self._send({"type": "http.response.start", "status": status, "headers": headers})


def as_download(headers: Headers) -> Headers:
    """A file of the workspace is anybody's: it is saved, never shown as a page of ours."""
    named = [value for name, value in headers if name == b"content-disposition" and value.startswith(b"attachment")]
    kept = [header for header in headers if header[0] != b"content-disposition"]
    return [*kept, (_SAVED[0], named[0]) if named else _SAVED, _SANDBOX]


def _comes_whole(response: ClientResponse) -> bool:
    """JSON of a size that fits the memory of many such calls at once."""
    length = response.content_length
    return (
        response.status not in BODILESS
        and response.content_type in {"application/json", "application/problem+json"}
        and (length is None or length <= _WHOLE_BYTES)
    )


async def _whole_body(receive: Receive) -> bytes | None:
    """The request's body; None when the client left."""
    chunks: list[bytes] = []
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)
