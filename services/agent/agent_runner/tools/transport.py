"""Connections to the public internet only."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import httpx
from kit.problems import Forbidden

from agent_runner.tools import addresses

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name, best first. Raises `OSError`."""

_HIGHEST_PORT = 65_535


class AddressRefused(Forbidden):
    """The page is not on the public internet."""

    code = "address_refused"


class CheckedTransport(httpx.AsyncBaseTransport):
    """Resolves a name once, checks the addresses, and connects to those and no others.

    Connections are not kept: one to a checked address must not serve another name that claims the same address.
    """

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)
        self._resolve = resolve
        self._allow_private = allow_private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol(f"{request.url.scheme!r} is not fetched", request=request)
        last: httpx.ConnectError | None = None
        for address in await self._addresses(request):
            try:
                return await self._inner.handle_async_request(_sent_to(address, request))
            except httpx.ConnectError as error:
                last = error
        raise last or httpx.ConnectError(f"{request.url.host} has no address", request=request)

    async def _addresses(self, request: httpx.Request) -> Sequence[str]:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        if port > _HIGHEST_PORT:
            raise httpx.ConnectError(f"there is no port {port}", request=request)
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{host} cannot be resolved", request=request) from error
        for address in found:
            if not self._allow_private and (why := addresses.refusal(address)):
                raise AddressRefused(f"{host} is {why}; only the public internet is fetched")
        return found

    async def aclose(self) -> None:
        await self._inner.aclose()


def _sent_to(address: str, request: httpx.Request) -> httpx.Request:
    """The same request, connected to `address`; the certificate is still that of the name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,  # the Host header names the host
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the operating system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
