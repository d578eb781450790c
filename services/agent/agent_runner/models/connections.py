"""The HTTP client for all providers, and the connections that it keeps."""

import time
from collections import deque
from collections.abc import AsyncIterator
from typing import TypeAlias
from urllib.request import getproxies

import httpx
from typing_extensions import override

_KEPT_S = 30.0
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=_KEPT_S)
_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEPT_S)
_THIS_MACHINE = ("127.0.0.1", "localhost", "host.docker.internal")
_Origin: TypeAlias = tuple[str, str, int | None]
_Idle: TypeAlias = deque[tuple[float, httpx.AsyncHTTPTransport]]
"""Connections that are not in use, each with the moment since when, the oldest first."""


def model_client() -> httpx.AsyncClient:
    """One client for all providers. Making it costs about 20 ms; what runs on this machine is asked without a proxy."""
    lanes = Lanes()
    if getproxies():  # set in the environment: httpx knows which one is for which address
        return httpx.AsyncClient(limits=_LIMITS, mounts={f"all://{host}": lanes for host in _THIS_MACHINE})
    return httpx.AsyncClient(transport=lanes)


class Lanes(httpx.AsyncBaseTransport):
    """A connection for every request under way, used again for the next one to the same place.

    httpx's own pool polls each idle connection for each request, and compares it with all others: with fifty streams
    that took 10 ms of a request's time. Here a request looks at its own only. How many there are is bounded by the
    runs that work at once.
    """

    def __init__(self) -> None:
        self._tls = httpx.create_ssl_context()
        self._idle: dict[_Origin, _Idle] = {}

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send on the connection last used, or on a new one."""
        idle = self._idle.setdefault((request.url.scheme, request.url.host, request.url.port), deque())
        lane = idle.pop()[1] if idle else httpx.AsyncHTTPTransport(verify=self._tls, limits=_ONE)

        try:
            response = await lane.handle_async_request(request)
        except BaseException:
            await lane.aclose()
            raise
        response.stream = _Body(response, lane, idle)
        await _close_old(idle)
        return response

    @override
    async def aclose(self) -> None:
        """Close those that are not in use."""
        for idle in self._idle.values():
            while idle:
                await idle.pop()[1].aclose()


class _Body(httpx.AsyncByteStream):
    """A response's body that gives its connection back when it is closed."""

    def __init__(self, response: httpx.Response, lane: httpx.AsyncHTTPTransport, idle: _Idle) -> None:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._stream = response.stream
        self._lane = lane
        self._idle = idle

    @override
    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    @override
    async def aclose(self) -> None:
        """Close; httpx does so once."""
        try:
            await self._stream.aclose()
        except BaseException:
            await self._lane.aclose()
            raise
        self._idle.append((time.monotonic(), self._lane))


async def _close_old(idle: _Idle) -> None:
    while idle and idle[0][0] < time.monotonic() - _KEPT_S:
        await idle.popleft()[1].aclose()
