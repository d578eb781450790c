"""One answer of a provider under way: read it piece by piece, and know whether it came to its end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import cast

import httpx
from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Delta, Reply
from agent_runner.models import failures
from agent_runner.models.assemble import ReplyAssembler
from agent_runner.models.events import EventReader, EventTooLargeError, decode
from agent_runner.models.failures import AttemptFailedError
from agent_runner.models.providers import Provider

_DRAIN_S = 0.25


class Answer:
    """`read` takes in what came next, `take` hands out the deltas in it, `reply` is the whole at the end.

    Servers that answer in one JSON object although a stream was asked for are understood too. Raises
    `AttemptFailedError` for a connection that breaks, an error event, and an end before the answer was whole.
    """

    def __init__(self, provider: Provider, model: str, response: httpx.Response, *, idle_s: float) -> None:
        self._provider = provider
        self._model = model
        self._response = response
        self._idle_s = idle_s
        self._chunks: AsyncIterator[bytes] = response.aiter_bytes()
        self._is_stream = "json" not in response.headers.get("content-type", "")
        self._body: list[bytes] = []
        self._reader = EventReader()
        self._assembler = ReplyAssembler(f"{provider.name}:{model}")
        self._deltas: list[Delta] = []
        self._ended = False

    @property
    def begun(self) -> bool:
        """A word or a call has come."""
        return self._assembler.begun

    async def read(self) -> bool:
        """Take in the next piece; False once all has been read."""
        if self._ended:
            return False
        data = await self._receive()
        if not data:
            self._end()
        elif self._is_stream:
            await self._feed(data)
        else:
            self._body.append(data)
        return True

    def take(self) -> list[Delta]:
        """The deltas since this was last asked."""
        deltas, self._deltas = self._deltas, []
        return deltas

    def reply(self) -> Reply:
        """The whole answer."""
        return self._assembler.reply()

    async def aclose(self) -> None:
        """End the request; its connection is used again when the answer was read to its end."""
        await self._response.aclose()

    async def _receive(self) -> bytes:
        """The next bytes; none at the end, and when the connection breaks after all that matters has come."""
        try:
            return await anext(self._chunks, b"")
        except httpx.RequestError as error:
            if self._assembler.complete:
                return b""
            raise failures.from_transport(self._provider, error, idle_s=self._idle_s) from error

    async def _feed(self, data: bytes) -> None:
        try:
            values = self._reader.feed(data)
        except EventTooLargeError as error:
            raise AttemptFailedError("bad_model_answer", f"{self._provider.name}: {error}") from error
        self._assemble(values)
        if self._reader.done:
            self._finish()
            await self._drain()

    def _end(self) -> None:
        self._assemble(self._reader.end() if self._is_stream else self._whole())
        if not (self._reader.done or self._assembler.complete):
            raise self._incomplete()
        self._finish()

    def _finish(self) -> None:
        self._deltas += self._assembler.end()
        self._ended = True

    def _whole(self) -> list[Json]:
        try:
            return [decode(b"".join(self._body))]
        except ValueError:
            return []

    def _assemble(self, values: list[Json]) -> None:
        for value in values:
            if isinstance(value, Mapping) and (error := cast("JsonObject", value).get("error")):
                raise failures.from_event(self._provider, self._model, error)
            self._deltas += self._assembler.feed(value)

    def _incomplete(self) -> AttemptFailedError:
        where = f"{self._provider.name} ({self._provider.base_url})"
        if self.begun:
            return AttemptFailedError("model_interrupted", f"{where} ended its answer before it was whole")
        detail = f"{where} gave no answer in OpenAI's format; is that the address of such an API?"
        return AttemptFailedError("bad_model_answer", detail)

    async def _drain(self) -> None:
        """Read the little that follows the last event, so that the connection can be used again."""
        with contextlib.suppress(TimeoutError, httpx.RequestError):
            async with asyncio.timeout(_DRAIN_S):
                async for _ in self._chunks:
                    pass
