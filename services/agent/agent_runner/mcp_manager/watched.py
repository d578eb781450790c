"""A transport that says when the server's side of it ends: the SDK's client looks alive all the same."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self

import anyio
from mcp.client._transport import ReadStream, Transport, TransportStreams
from mcp.shared.message import SessionMessage


@contextlib.asynccontextmanager
async def watched(transport: Transport, on_end: Callable[[], None]) -> AsyncGenerator[TransportStreams]:
    """The same transport; `on_end` is called when the server's side has ended."""
    async with transport as (read, write):
        yield _Watched(read, on_end), write


class _Watched:
    """The stream from a server, which says when it ends: the SDK's client looks alive all the same."""

    def __init__(self, stream: ReadStream[SessionMessage | Exception], on_end: Callable[[], None]) -> None:
        self._stream = stream
        self._on_end = on_end

    @property
    def last_context(self) -> object:
        """The context of whoever sent the last message; the SDK looks for it."""
        return getattr(self._stream, "last_context", None)

    def __aiter__(self) -> ReadStream[SessionMessage | Exception]:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self._stream.__anext__()
        except (StopAsyncIteration, anyio.ClosedResourceError):
            self._on_end()
            raise

    async def receive(self) -> SessionMessage | Exception:
        """One message."""
        return await self._stream.receive()

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()
