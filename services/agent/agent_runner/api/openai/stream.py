"""A run's words as a stream of chunks."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from agent_runner.api.openai.answer import Chunks, error_chunk
from agent_runner.api.openai.errors import error_object
from agent_runner.api.openai.outcome import Refusal, Result
from agent_runner.core.types import Delta, Usage
from agent_runner.runs.active import ActiveRun

_HEARTBEAT_S = 10.0
_HEARTBEAT = b": working\n\n"
SILENCE = Delta("")


class Words:
    """What a run says, queued for the one client that waits for it. None stands for the end of the run.

    Not bounded: it holds one answer at most, whose length the model limits.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Delta | None] = asyncio.Queue()
        self._step: int | None = None

    def hear(self, index: int, delta: Delta) -> None:
        """Take words of a step; those of a later one begin a new paragraph."""
        if self._step is not None and index != self._step:
            self._queue.put_nowait(Delta("\n\n", delta.kind))
        self._step = index
        self._queue.put_nowait(delta)

    def end_with(self, run: ActiveRun) -> None:
        """Have the queue end when the run has."""
        run.finished.add_done_callback(lambda _: self._queue.put_nowait(None))

    async def next(self) -> Delta | None:
        """The next words, None at the end; after 10 s of silence, empty ones."""
        if not self._queue.empty():
            return self._queue.get_nowait()
        try:
            async with asyncio.timeout(_HEARTBEAT_S):
                return await self._queue.get()
        except TimeoutError:
            return SILENCE


async def chunks(
    words: Words, first: Delta | None, run: ActiveRun, make: Chunks, result: Callable[[], Result]
) -> AsyncGenerator[bytes]:
    """The body of a streamed answer, beginning with the words that have come already."""
    yield make.begin()
    delta = first
    while delta is not None:
        yield make.words(delta) if delta.text else _HEARTBEAT
        delta = await words.next()
    yield _ending(make, result(), run.record.usage)


def _ending(make: Chunks, result: Result, usage: Usage) -> bytes:
    if isinstance(result, Refusal):
        return error_chunk(error_object(result.status, result.failure.code, result.failure.detail))
    added = b"".join(make.words(delta) for delta in result.added)
    calls = make.calls(result.message.tool_calls) if result.message.tool_calls else b""
    return added + calls + make.end(result.finish_reason, usage)
