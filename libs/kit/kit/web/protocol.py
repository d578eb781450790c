"""uvicorn's HTTP protocol as the services use it: joined writes, bounded heads, problems for what is no HTTP."""

import asyncio
from http import HTTPStatus
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kit.web.problems import problem_response

_GATHERED_BYTES = 32 << 10
_HEAD_BYTES = 64 << 10


class JoinedTransport(asyncio.Transport):
    """Gathers writes until the loop's next turn, or until there is enough to send.

    uvicorn writes head and body by themselves: two calls of the system and two packets for every small answer. Order is
    kept, closing sends what has gathered, and all else is the transport's own: flow control sees a write a turn later
    at most.
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
        if self._size > _GATHERED_BYTES:
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


class Http(HttpToolsProtocol):
    """One connection. A request's head may have 64 KiB; what cannot be read is answered with a problem and a close."""

    _in_head = False
    _head_bytes = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(JoinedTransport(transport))

    @override
    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_BYTES:
                detail = f"address and headers are over {_HEAD_BYTES >> 10} KiB"
                self._refuse(431, "request_header_fields_too_large", detail)

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "bad_request", "this is no HTTP request that can be read")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        self._in_head = False
        if not self.cycle or self.cycle.response_complete:  # else an answer is under way, and this is none of it
            answer = problem_response(status, code, detail, headers={"Connection": "close"})
            lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
            lines += [b"%s: %s" % header for header in answer.raw_headers]
            self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()
