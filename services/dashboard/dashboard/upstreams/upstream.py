"""The client for one upstream: pooled, guarded by a breaker, and knowing what state the other side is in."""

import asyncio
import contextlib
import io
import os
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Literal, TypeAlias

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from kit.clock import now_ms
from yarl import URL

from dashboard.errors import UpstreamDown, UpstreamRefused, UpstreamTimeout
from dashboard.upstreams import breaker as breakers
from dashboard.upstreams.breaker import Breaker
from dashboard.upstreams.state import Link, UpstreamState, judge

Name: TypeAlias = Literal["agent", "tracker"]

_ANSWER_S = 10.0
_SILENCE_S = 30.0  # three heartbeats
_CONNECT_S = 1.0
_REPEATED_METHODS = frozenset({"GET", "HEAD"})
_UNAUTHORIZED = 401
_BIG_BYTES = 1 << 20  # what is bigger is sent in pieces, so that others get their turn


class _Lost(aiohttp.ClientError):
    """The connection broke under a call that must not be made twice."""


class Upstream:
    """One of the two services behind the dashboard.

    Calls are refused at once while the breaker is open. Only GET and HEAD are tried again, once, when no byte of an
    answer came. Every call adds the service's token.
    """

    def __init__(
        self, name: Name, url: str, token: str, *, answer_s: float = _ANSWER_S, silence_s: float = _SILENCE_S
    ) -> None:
        self.name: Name = name
        self.answer_s = answer_s
        self._silence_s = silence_s
        self._url = url
        self._token = token
        self._breaker = Breaker()
        self._link = Link("new", "not reached yet")
        self._failure = ""
        self.state = UpstreamState("down", now_ms(), "not reached yet")
        self._on_change: list[Callable[[Upstream], None]] = []
        self._session: aiohttp.ClientSession | None = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """The client's life."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=1),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            auto_decompress=False,
        ) as self._session:
            yield

    def on_change(self, listener: Callable[["Upstream"], None]) -> None:
        """Call `listener` whenever the status changes."""
        self._on_change.append(listener)

    async def call(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        within_s: float | None = None,
    ) -> ClientResponse:
        """One call, until the answer's head has come; the caller releases the response.

        `target` is path and query, encoded. Raises `UpstreamDown`, `UpstreamTimeout`, `UpstreamRefused`.
        """
        admitted = breakers.admit(self._breaker, time.monotonic())
        if admitted is None:
            raise self.down()
        self._breaker = admitted
        answer_s = within_s or self.answer_s
        try:
            async with asyncio.timeout(answer_s):
                response = await self._request(method, target, headers, body)
        except TimeoutError:
            self._failed(f"no answer within {answer_s:g} s")
            raise UpstreamTimeout(f"the {self.name} did not answer within {answer_s:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            self._failed(_reason(error))
            raise self._not_answered(method, error) from error
        except asyncio.CancelledError:
            self._breaker = breakers.given_up(self._breaker, time.monotonic())
            raise
        self._succeeded()
        if response.status == _UNAUTHORIZED:
            response.close()
            raise UpstreamRefused(f"the {self.name} does not take our token: both must use the same BINNACLE_TOKEN")
        return response

    @contextlib.asynccontextmanager
    async def listen(self, target: str, last_event_id: str | None) -> AsyncGenerator[ClientResponse]:
        """An event stream. It asks the breaker for nothing, for it is what finds out that the other side is back.

        Raises `UpstreamDown` when it cannot be had, and when it breaks inside the block.
        """
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        try:
            async with asyncio.timeout(self.answer_s):
                response = await self._request("GET", target, headers, None)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, aiohttp.ClientConnectorError):  # nothing else says that calls would fail too
                self._failed(_reason(error))
            raise UpstreamDown(f"its events cannot be had: {_reason(error)}") from error
        self._succeeded()
        try:
            yield response
        except (aiohttp.ClientError, OSError) as error:
            raise UpstreamDown(f"its events broke off: {_reason(error)}") from error
        finally:
            response.close()

    async def chunks(self, response: ClientResponse) -> AsyncGenerator[bytes]:
        """What an answer brings, as it comes. Raises `TimeoutError` after three heartbeats of silence, `ClientError`.

        aiohttp could watch the silence too, but then on every call: a tenth of what one costs.
        """
        while True:
            async with asyncio.timeout(self._silence_s):
                chunk = await response.content.readany()
            if not chunk:
                return
            yield chunk

    def linked(self, link: Link) -> None:
        """Note how the standing connection to its event stream fares."""
        self._link = link
        self._judge()

    def down(self) -> UpstreamDown:
        """The problem that a caller sees while the breaker is open."""
        return UpstreamDown(f"the {self.name} cannot be reached just now: {self._failure}", retry_after_s=1)

    async def _request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> ClientResponse:
        assert self._session is not None
        return await self._session.request(
            method,
            URL(self._url + target, encoded=True),
            headers=headers,
            data=io.BytesIO(body) if body is not None and len(body) > _BIG_BYTES else body,
            allow_redirects=False,
            middlewares=() if method in _REPEATED_METHODS else (_once,),
        )

    def _not_answered(self, method: str, error: Exception) -> UpstreamDown:
        if method in _REPEATED_METHODS or isinstance(error, aiohttp.ClientConnectorError):
            return self.down()
        return UpstreamDown(
            f"the {self.name} closed the connection before it answered; whether the call took effect is not known"
        )

    def _succeeded(self) -> None:
        if self._breaker.failures:
            self._breaker = breakers.succeeded()
            self._judge()

    def _failed(self, reason: str) -> None:
        self._failure = reason
        self._breaker = breakers.failed(self._breaker, time.monotonic())
        self._judge()

    def _judge(self) -> None:
        status, detail = judge(self._link, self._breaker, self._failure)
        if status == self.state.status and detail == self.state.detail:
            return
        changed = status != self.state.status
        self.state = UpstreamState(status, now_ms() if changed else self.state.since, detail)
        for tell in self._on_change if changed else ():
            tell(self)


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Keeps aiohttp from repeating what it holds for idempotent (PUT, DELETE): we cannot know that it is."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Lost(str(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno
        return os.strerror(number).lower() if number else str(error.os_error) or "no connection"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiohttp.ServerDisconnectedError | _Lost):
        return "it closed the connection before it answered"
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError):
        return "its answer is broken, or no HTTP"  # what aiohttp says of it quotes the answer
    return str(error) or type(error).__name__
