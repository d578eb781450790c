"""A run's words as a stream of chunks."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias

from kit.problems import Problem
from kit.web.problems import problem_response
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agent_runner.api.openai.answer import Chunks, error_chunk
from agent_runner.api.openai.errors import error_object
from agent_runner.api.openai.outcome import Refusal, Result
from agent_runner.core.types import Delta

Ending: TypeAlias = "asyncio.Future[Problem | None]"
"""Done when a run has ended and is stored; with the problem where that cannot be."""
_HEARTBEAT_S = 10.0
_HEARTBEAT = b": working\n\n"
SILENCE = Delta("")


class Words:
    """What a run says, queued for the one client that waits for it. None stands for the end of the run.

    Not bounded: it holds one answer at most, whose length the model limits.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Delta | None] = asyncio.Queue()
        self._steps: dict[str, int] = {}

    def hear(self, index: int, delta: Delta) -> None:
        """Take words of a step; behind those of an earlier one, of the same kind, they begin a new paragraph."""
        if self._steps.get(delta.kind, index) != index:
            self._queue.put_nowait(Delta("\n\n", delta.kind))
        self._steps[delta.kind] = index
        self._queue.put_nowait(delta)

    def end_with(self, ended: Ending) -> None:
        """Have the queue end when the run has."""
        ended.add_done_callback(lambda _: self._queue.put_nowait(None))

    async def next(self) -> Delta | None:
        """The next words, None at the end; after 10 s of silence, empty ones."""
        if not self._queue.empty():
            return self._queue.get_nowait()
        try:
            async with asyncio.timeout(_HEARTBEAT_S):
                return await self._queue.get()
        except TimeoutError:
            return SILENCE


class RunStream(Response):
    """Sends a run's words as they come.

    It begins with the first words, so that what fails before them is still told by a status. When the client leaves,
    `leave` is called: the run ends.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        words: Words,
        make: Chunks,
        result: Callable[[], Result],
        *,
        headers: Mapping[str, str],
        leave: Callable[[], None],
    ) -> None:
        super().__init__(headers={**headers, "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._words = words
        self._make = make
        self._result = result
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        gone = asyncio.ensure_future(gone_from(receive))
        gone.add_done_callback(lambda _: self._leave())
        try:
            first = await self._words.next()
            if first is None and isinstance(result := self._result(), Refusal):
                await refused(result)(scope, receive, send)
            else:
                await self._stream(first, send)
        finally:
            gone.cancel()
            self._leave()

    async def _stream(self, first: Delta | None, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        opening, delta = self._make.begin(), first
        while delta is not None:
            chunk = self._make.words(delta) if delta.text else _HEARTBEAT
            await send({"type": "http.response.body", "body": opening + chunk, "more_body": True})
            opening, delta = b"", await self._words.next()
        await send({"type": "http.response.body", "body": opening + _ending(self._make, self._result())})


async def gone_from(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def refused(refusal: Refusal) -> Response:
    """The answer where there is none to give."""
    return problem_response(refusal.status, refusal.failure.code, refusal.failure.detail)


def _ending(make: Chunks, result: Result) -> bytes:
    if isinstance(result, Refusal):
        return error_chunk(error_object(result.status, result.failure.code, result.failure.detail))
    added = b"".join(make.words(delta) for delta in result.added)
    calls = make.calls(result.message.tool_calls) if result.message.tool_calls else b""
    return added + calls + make.end(result.finish_reason, result.usage)
