"""The life of one proxied exchange: it ends when the browser leaves, when its session does, and when we stop."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Receive


class Passage:
    """An `async with` block that is cut short, without an error, when the client leaves or `end` is called.

    Cutting it short cancels what the block awaits, so that the call behind it ends too. `client_left` says whose doing
    it was.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._limit = asyncio.timeout(None)
        self._over = False
        self._watch: asyncio.Task[None] | None = None
        self.client_left = False

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self._watch = asyncio.create_task(self._until_gone())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._over = True
        assert self._watch is not None
        self._watch.cancel()
        try:
            await self._limit.__aexit__(kind, error, trace)
        except TimeoutError:
            return True
        return False

    def end(self) -> None:
        """Cut the block short."""
        if not self._over:
            self._over = True
            self._limit.reschedule(0)

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_left = True
        self.end()


class Passages:
    """Those under way, by session."""

    def __init__(self) -> None:
        self._open: dict[Passage, str | None] = {}

    def add(self, passage: Passage, session_id: str | None) -> None:
        """Note one that has begun."""
        self._open[passage] = session_id

    def remove(self, passage: Passage) -> None:
        """Forget one that is over."""
        self._open.pop(passage, None)

    def end_session(self, session_id: str) -> None:
        """Cut short what a session has open."""
        for passage, owner in list(self._open.items()):
            if owner == session_id:
                passage.end()

    def end_all(self) -> None:
        """Cut everything short."""
        for passage in list(self._open):
            passage.end()
