"""The life of one proxied exchange: it ends when the browser leaves, when its session does, and when we stop."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Receive

_WATCH_AFTER_S = 0.02


class Passage:
    """An `async with` block that is cut short, without an error, when the client leaves or `end` is called.

    Cutting it short cancels what the block awaits, so that the call behind it ends too. `client_left` says whose doing
    it was. Most calls are over before it would pay to watch the client: watching begins after 20 ms.
    """

    __slots__ = ("_cancels", "_cut", "_receive", "_task", "_timer", "_watch", "client_left")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._task: asyncio.Task[None] | None = None
        self._cancels = 0
        self._watch: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._cut = False
        self.client_left = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        assert self._task is not None
        self._cancels = self._task.cancelling()
        self._timer = asyncio.get_running_loop().call_later(_WATCH_AFTER_S, self._begin_watch)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        task, self._task = self._task, None
        assert task is not None
        assert self._timer is not None
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if not self._cut:
            return False
        others = task.uncancel() > self._cancels  # somebody else wants this task gone as well
        return kind is asyncio.CancelledError and not others

    def end(self) -> None:
        """Cut the block short."""
        if self._task is not None and not self._cut:
            self._cut = True
            self._task.cancel()

    def _begin_watch(self) -> None:
        self._watch = asyncio.create_task(self._until_gone())

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
