"""A transport that says when the server's side of it ends: the SDK's client looks alive all the same.

It also fills in what the newer era lets a server leave out, and the SDK insists on: a result without `resultType` is
complete.
"""

import contextlib
from collections.abc import AsyncGenerator, Callable
from types import TracebackType
from typing import Self

import anyio
from mcp.client._transport import ReadStream, Transport, TransportStreams
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCResponse


@contextlib.asynccontextmanager
async def watched(
    transport: Transport, on_end: Callable[[], None], is_modern: Callable[[], bool]
) -> AsyncGenerator[TransportStreams]:
    """The same transport; `on_end` is called when the server's side has ended. `is_modern` tells the era."""
    async with transport as (read, write):
        yield _Watched(read, on_end, is_modern), write


class _Watched:
    """The stream from a server, which says when it ends: the SDK's client looks alive all the same."""

    def __init__(
        self,
        stream: ReadStream[SessionMessage | Exception],
        on_end: Callable[[], None],
        is_modern: Callable[[], bool],
    ) -> None:
        self._stream = stream
        self._on_end = on_end
        self._is_modern = is_modern

    @property
    def last_context(self) -> object:
        """The context of whoever sent the last message; the SDK looks for it."""
        return getattr(self._stream, "last_context", None)

    def __aiter__(self) -> ReadStream[SessionMessage | Exception]:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return self._completed(await self._stream.__anext__())
        except (StopAsyncIteration, anyio.ClosedResourceError):
            self._on_end()
            raise

    async def receive(self) -> SessionMessage | Exception:
        """One message."""
        return self._completed(await self._stream.receive())

    def _completed(self, message: SessionMessage | Exception) -> SessionMessage | Exception:
        if isinstance(message, SessionMessage) and isinstance(message.message, JSONRPCResponse) and self._is_modern():
            message.message.result.setdefault("resultType", "complete")
        return message

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()
