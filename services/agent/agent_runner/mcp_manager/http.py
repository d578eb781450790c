"""The HTTP transports: the SDK's, on a client that says what became of each request and reads no more than fits."""

import contextlib
import functools
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import httpx2
from mcp.client.auth.exceptions import OAuthFlowError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from agent_runner.mcp_manager.failures import UNAUTHORIZED
from agent_runner.mcp_manager.flight import current
from agent_runner.mcp_manager.ports import SignInRequiredError
from agent_runner.mcp_manager.secrets import Resolved

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

MAX_BODY_BYTES = 32 << 20
_CONNECT_S = 10.0
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_HERE = ("127.0.0.1", "localhost", "[::1]", "host.docker.internal")

OnAnswer = Callable[[int, str | None], None]
"""The status of an answer, and the `Authorization` that its request carried."""
OnRefusal = Callable[[Exception], bool]
"""Why no token can be had for a request. True: it alone ends, as one that was answered 401; else the transport does."""


class WatchedClient(httpx2.AsyncClient):
    """Notes on the current flight whether a request was sent and how it was answered; `on_answer` is told too.

    Bodies but event streams end at `MAX_BODY_BYTES`; the SDK sets the limit of one event.
    """

    def __init__(
        self,
        on_answer: OnAnswer,
        headers: dict[str, str],
        auth: httpx2.Auth | None,
        on_refusal: OnRefusal = lambda _error: False,
    ) -> None:
        super().__init__(
            headers=headers,
            auth=auth,
            timeout=httpx2.Timeout(
                _CONNECT_S, read=None
            ),  # streams may be silent; calls and checks have their own clock,
            verify=_trust(),
            mounts={f"all://{host}": httpx2.AsyncHTTPTransport(verify=_trust()) for host in _HERE},  # past any proxy
        )
        self._on_answer = on_answer
        self._on_refusal = on_refusal

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """As httpx2's own."""
        flight = current.get()
        try:
            response = await super().send(request, **options)
        except httpx2.RequestError as error:
            # what failed may also be a request that was to get a token for this one
            if flight is not None and (isinstance(error, _NOT_SENT) or error.request is not request):
                flight.unsent = True
            raise
        except (SignInRequiredError, OAuthFlowError) as error:
            if flight is not None:  # the server turned it away before it did anything
                flight.status = UNAUTHORIZED
            if not self._on_refusal(error):
                raise
            return httpx2.Response(UNAUTHORIZED, request=request)
        if flight is not None:
            flight.status = response.status_code
        self._on_answer(response.status_code, response.request.headers.get("authorization"))
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _Bounded(response.stream)
        return response


class _Bounded(httpx2.AsyncByteStream):
    """A body that fails when it is longer than we read."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise httpx2.StreamError(f"the answer is longer than {MAX_BODY_BYTES >> 20} MiB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


@functools.cache
def _trust() -> ssl.SSLContext:
    """One for all clients: making it takes 50 ms."""
    return httpx2.create_ssl_context()


@contextlib.asynccontextmanager
async def http_transport(
    values: Resolved, auth: httpx2.Auth | None, on_answer: OnAnswer, on_refusal: OnRefusal
) -> AsyncGenerator["TransportStreams"]:
    """Streamable HTTP."""
    async with (
        WatchedClient(on_answer, dict(values.headers), auth, on_refusal) as client,
        streamable_http_client(values.url, http_client=client, max_sse_event_size=MAX_BODY_BYTES) as streams,
    ):
        yield streams


@contextlib.asynccontextmanager
async def sse_transport(
    values: Resolved, auth: httpx2.Auth | None, on_answer: OnAnswer, on_refusal: OnRefusal
) -> AsyncGenerator["TransportStreams"]:
    """The older transport: one stream of events, and a POST for each message."""

    def make(
        headers: dict[str, str] | None = None,
        timeout: httpx2.Timeout | None = None,  # noqa: ARG001 - the SDK's signature; ours holds for both transports
        auth: httpx2.Auth | None = None,
    ) -> httpx2.AsyncClient:
        return WatchedClient(on_answer, headers or {}, auth, on_refusal)

    async with sse_client(values.url, dict(values.headers), httpx_client_factory=make, auth=auth) as streams:
        yield streams
