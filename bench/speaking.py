"""A client for streamed answers that costs next to nothing, so that what is measured is the server's."""

import asyncio
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

_FIRST_WORD = re.compile(rb'"sent=([\d.]+) ')
_END = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """When the first word of one answer came, in seconds: since it was asked for, and since the model sent it."""

    since_asked: float
    since_sent: float


class Listener(asyncio.Protocol):
    """One kept-alive connection that asks for one streamed answer after the other."""

    @classmethod
    async def connected(cls, url: str, body: bytes, token: str) -> "Listener":
        """A listener that will POST `body` to `url`."""
        parts = urlsplit(url)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        loop = asyncio.get_running_loop()
        assert parts.hostname
        assert parts.port
        _, listener = await loop.create_connection(lambda: cls(head.encode() + body), parts.hostname, parts.port)
        return listener

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._received = b""
        self._heard: Heard | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The server has taken the call."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    async def ask(self) -> Heard:
        """Ask, and wait for the whole answer."""
        self._received, self._heard = b"", None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked = time.monotonic()
        self._transport.write(self._request)
        await asyncio.wait_for(self._ended, 30)
        assert self._heard is not None, self._received[:500]
        return self._heard

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Look for the first word, then for the end."""
        now = time.monotonic()
        self._received += data
        if self._heard is None and (found := _FIRST_WORD.search(self._received)):
            self._heard = Heard(now - self._asked, now - float(found[1]))
        if self._received.endswith(_END):
            self._ended.set_result(None)
