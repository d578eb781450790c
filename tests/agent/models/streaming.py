"""A small real server that streams what a test tells it to, over plain sockets."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.agent.tools.sockets import listening

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
Answer: TypeAlias = Callable[[asyncio.StreamWriter], Awaitable[None]]


def event(data: str) -> bytes:
    """One event as a chunk of its own."""
    body = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(body), body)


def words(text: str) -> bytes:
    """An event with words."""
    return event(f'{{"choices": [{{"delta": {{"content": "{text}"}}}}]}}')


@dataclass
class Server:
    """Where it listens, how often it was connected to and asked, and whether a client went away."""

    url: str = ""
    connections: int = 0
    requests: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def serving(*answers: Answer) -> AsyncGenerator[Server]:
    """Answer the requests in turn; an answer that closes its writer ends the connection."""
    server = Server()
    waiting = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while not writer.is_closing() and await _request(reader):
                server.requests += 1
                await waiting.pop(0)(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            server.left.set()

    async with listening(handle) as address:
        server.url = f"http://{address}/v1"
        yield server


async def _request(reader: asyncio.StreamReader) -> bool:
    """Read one request; False when the client is gone."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return len(await reader.readexactly(length)) == length


async def send(writer: asyncio.StreamWriter, *data: bytes) -> None:
    """Send it now."""
    writer.write(b"".join(data))
    await writer.drain()
