"""The kit's HTTP protocol, over real connections."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator

import pytest
import uvicorn
from kit.web.protocol import Http
from starlette.types import ASGIApp, Receive, Scope, Send

_REQUEST = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextlib.asynccontextmanager
async def _served(app: ASGIApp) -> AsyncGenerator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http=Http, lifespan="off", log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve([listening]))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = scope["path"].encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def test_head_and_body_are_one_packet_and_answers_keep_their_order() -> None:
    """A small answer is there with the first read; calls sent in one go are answered one after another."""
    async with _served(_echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(20):
            writer.write(_REQUEST % b"%d" % number)
            answer = await reader.read(65536)
            assert answer.startswith(b"HTTP/1.1 200")
            assert answer.endswith(b"\r\n\r\n/%d" % number)
        writer.write(b"".join(_REQUEST % name for name in (b"a", b"b", b"c")))
        answers = b""
        while answers.count(b"HTTP/1.1 200") < 3 or not answers.endswith(b"/c"):
            answers += await reader.read(65536)
        assert [part[-2:] for part in answers.split(b"HTTP/1.1 200")[1:]] == [b"/a", b"/b", b"/c"]
        writer.close()


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
async def test_a_large_answer_comes_whole(connection: bytes) -> None:
    """Also when the connection is closed right behind it."""
    chunks = [bytes([n]) * 40_000 for n in range(100)]

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4000000")]})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async with _served(large) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection + b"\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(4_000_000) == b"".join(chunks)
        writer.close()


async def test_a_reader_that_does_not_read_holds_its_sender() -> None:
    """Whoever sends without end waits for the reader instead of filling the memory, and ends when the reader leaves."""
    sent = 0
    ended = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal sent
        await receive()
        left = asyncio.ensure_future(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not left.done():
            await send({"type": "http.response.body", "body": b"x" * 10_000, "more_body": True})
            sent += 1
            if sent % 500 == 0:
                await asyncio.sleep(0)
        ended.set()

    async with _served(endless) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1000)
        writer.write(_REQUEST % b"")
        await reader.readuntil(b"\r\n\r\n")
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.1)
        assert 0 < sent < 5_000  # what the two sockets hold
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 5)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x16\x03\x01 this is TLS\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nBroken header\r\n\r\n", 400, "bad_request"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 1_000_000, 431, "request_header_fields_too_large"),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 100_000, 431, "request_header_fields_too_large"),
        (b"GET /" + b"x" * 1_000_000, 431, "request_header_fields_too_large"),
    ],
)
async def test_what_is_no_request_is_a_problem_and_an_end(sent: bytes, status: int, code: str) -> None:
    """A head without end is not gathered in memory, and whoever speaks something else reads what was wrong."""
    async with _served(_echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            writer.write(sent)
            await writer.drain()
        head, _, body = (await reader.read(65536)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == code
        writer.transport.abort()
