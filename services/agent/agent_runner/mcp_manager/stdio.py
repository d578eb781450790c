"""The `stdio` transport: messages as lines on a server's standard input and output, for the SDK's client.

In place of the SDK's own, which does not say which process it started, waits 4 s for one that hangs, and reads lines
of any length. What a server writes beside the protocol goes to its log tail, and costs nobody else anything.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, cast

import anyio
import orjson
from mcp.shared.message import SessionMessage
from mcp_types import PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCMessage, jsonrpc_message_adapter

from agent_runner.mcp_manager.logs import MAX_LINE, MAX_LINES, LogTail
from agent_runner.mcp_manager.processes import Child

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

MAX_MESSAGE_BYTES = 32 << 20
MAX_GARBAGE_BYTES = 1 << 20
_CHUNK = 64 << 10
_STDERR_BYTES_PER_TURN = 1 << 20
_TURN_S = 0.05
_EXIT_S = 0.3  # between the end of its output and its exit code, which says more


class StreamBrokenError(Exception):
    """The server's output cannot be read any further; the message says why."""


@contextlib.asynccontextmanager
async def stdio_transport(
    child: Child, log: LogTail, grace_s: float, on_broken: Callable[[str], None]
) -> AsyncGenerator[
    "tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]"
]:
    """The streams of a started server, which is ended with them.

    `on_broken` is told why, when the server's output cannot be read any further.
    """
    into_session, for_session = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    from_session, for_server = anyio.create_memory_object_stream[SessionMessage](0)
    async with into_session, for_session, from_session, for_server, anyio.create_task_group() as group:
        group.start_soon(_read, child, into_session, log, on_broken)
        group.start_soon(_write, child, for_server)
        group.start_soon(_keep_stderr, child, log)
        try:
            yield for_session, from_session
        finally:
            with anyio.CancelScope(shield=True):
                await child.end(grace_s)
            group.cancel_scope.cancel()


async def _read(
    child: Child,
    into_session: "MemoryObjectSendStream[SessionMessage | Exception]",
    log: LogTail,
    on_broken: Callable[[str], None],
) -> None:
    async with into_session:
        try:
            async for message in _messages(child, log):
                await into_session.send(SessionMessage(message))
            await child.ended_within(_EXIT_S)
        except StreamBrokenError as broken:
            on_broken(str(broken))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return


async def _messages(child: Child, log: LogTail) -> AsyncGenerator[JSONRPCMessage]:
    """What the server writes. Raises `StreamBrokenError`."""
    lines = LineSplitter(MAX_MESSAGE_BYTES)
    garbage = 0
    while chunk := await child.stdout.read(_CHUNK):
        for line in lines.feed(chunk):
            if (message := _parsed(line)) is not None:
                garbage = 0
                yield message
            else:
                garbage += len(line) + 1
                _note_garbage(line, garbage, log)


def _parsed(line: bytes) -> JSONRPCMessage | None:
    """The message on a line; None for anything else. Most garbage is told by its first byte, which costs little."""
    if line[:1] not in (b"{", b"["):
        return None
    try:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        return _unreadable_answer(line)


def _unreadable_answer(line: bytes) -> JSONRPCMessage | None:
    """An error in place of an answer that is nested too deep, or breaks the protocol: or its request would wait on."""
    try:
        answer = orjson.loads(line)
    except ValueError:
        return None
    if not isinstance(answer, dict) or "jsonrpc" not in answer or "method" in answer:
        return None
    request_id = cast("dict[str, object]", answer).get("id")
    if not isinstance(request_id, int | str):
        return None
    error = ErrorData(code=PARSE_ERROR, message="the answer is nested too deep, or breaks the protocol")
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=error)


def _note_garbage(line: bytes, total: int, log: LogTail) -> None:
    log.add("stdout", line[:MAX_LINE].decode(errors="replace"))
    if total > MAX_GARBAGE_BYTES:
        raise StreamBrokenError("it writes text that is no MCP message to its standard output, and does not stop")


class LineSplitter:
    """Puts lines together from pieces. Raises `StreamBrokenError` for one longer than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, without their ends."""
        first, *rest = chunk.split(b"\n")
        self._pieces.append(first)
        self._size += len(first)
        if self._size > self._limit:
            raise StreamBrokenError(f"it wrote a message longer than {self._limit >> 20} MiB")
        if not rest:
            return []
        whole = b"".join(self._pieces)
        self._pieces, self._size = [rest[-1]], len(rest[-1])
        return [line.rstrip(b"\r") for line in (whole, *rest[:-1])]


async def _write(child: Child, for_server: "MemoryObjectReceiveStream[SessionMessage]") -> None:
    async with for_server:
        async for item in for_server:
            text = item.message.model_dump_json(by_alias=True, exclude_unset=True)
            try:
                child.stdin.write(text.encode() + b"\n")
                await child.stdin.drain()
            except OSError:  # it is gone: its output ends as well, which tells the session
                return


async def _keep_stderr(child: Child, log: LogTail) -> None:
    """Keep the last lines. A flood is read at 20 MB/s at most, so that only its own server is slowed by it."""
    rest = b""
    read = 0
    while chunk := await child.stderr.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines[-MAX_LINES:]:
            log.add("stderr", line[:MAX_LINE].decode(errors="replace"))
        rest = rest[:MAX_LINE]
        read += len(chunk)
        if read > _STDERR_BYTES_PER_TURN:
            read = 0
            await asyncio.sleep(_TURN_S)
    log.add("stderr", rest.decode(errors="replace"))
