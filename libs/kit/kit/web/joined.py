"""Joins what one answer writes: uvicorn sends head and body by themselves, two calls of the system and two packets."""

import asyncio
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_BYTES = 32 << 10


class JoinedTransport(asyncio.Transport):
    """Gathers writes until the loop's next turn, or until there is enough to send.

    Order is kept, closing sends what has gathered, and all else is the transport's own: flow control sees a write a
    turn later at most.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._gathered: list[bytes] = []
        self._size = 0

    @override
    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._gathered:
            self._loop.call_soon(self._send)
        self._gathered.append(bytes(data))
        self._size += len(data)
        if self._size > _MOST_BYTES:
            self._send()

    @override
    def close(self) -> None:
        self._send()
        self._transport.close()

    @override
    def abort(self) -> None:
        self._gathered.clear()
        self._transport.abort()

    @override
    def is_closing(self) -> bool:
        return self._transport.is_closing()

    @override
    def pause_reading(self) -> None:
        self._transport.pause_reading()

    @override
    def resume_reading(self) -> None:
        self._transport.resume_reading()

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def _send(self) -> None:
        gathered = b"".join(self._gathered)
        self._gathered.clear()
        self._size = 0
        if gathered:
            self._transport.write(gathered)


class JoinedHttp(HttpToolsProtocol):
    """uvicorn's protocol over such a transport."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(JoinedTransport(transport))
