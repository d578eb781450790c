"""Reads of an upstream that many pages share: coalesced, and served with their age while they refresh."""

import asyncio
import time
from dataclasses import dataclass
from typing import Literal, TypeAlias

import aiohttp
import orjson
from kit.clock import Clock, rfc3339
from kit.jsontypes import JsonObject
from kit.problems import Problem
from kit.report import Reporter

from dashboard.upstreams.upstream import Upstream

SourceState: TypeAlias = Literal["ok", "down", "absent"]

_FRESH_S = 0.5
_PATIENCE_S = 0.15
_ANSWER_S = 3.0
_OK = 200
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the first screen: `data` is encoded JSON, `as_of` when it was read (milliseconds since 1970)."""

    data: bytes | None
    as_of: int | None
    stale: bool
    source_state: SourceState

    def public(self) -> JsonObject:
        """As the API shows it; the data is put in as it came."""
        return {
            "data": orjson.Fragment(self.data) if self.data is not None else None,  # type: ignore[dict-item]
            "as_of": rfc3339(self.as_of) if self.as_of is not None else None,
            "stale": self.stale,
            "source_state": self.source_state,
        }


class SharedRead:
    """One GET. However many ask at once, one call is under way.

    Who asks waits for it; but where there is something from before, no longer than 150 ms: then that is served as
    stale, and the call goes on for the next one who asks.
    """

    def __init__(self, upstream: Upstream, path: str, clock: Clock, reporter: Reporter) -> None:
        self._upstream = upstream
        self._path = path
        self._clock = clock
        self._reporter = reporter
        self._kept = Part(None, None, stale=True, source_state="down")
        self._read_at = -_FRESH_S
        self._under_way: asyncio.Task[None] | None = None

    async def get(self) -> Part:
        """What is known, freshly read where that goes fast. Never raises for an upstream that is away."""
        if time.monotonic() - self._read_at < _FRESH_S:
            return self._kept
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._read())
        reading = self._under_way
        await asyncio.wait({reading}, timeout=_PATIENCE_S if self._kept.data is not None else None)
        if reading.done():
            reading.result()
            return self._kept
        return Part(self._kept.data, self._kept.as_of, stale=True, source_state=self._kept.source_state)

    async def aclose(self) -> None:
        """Give up what is under way."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _read(self) -> None:
        began = time.monotonic()
        found = await self._fetch()
        took_ms = (time.monotonic() - began) * 1000
        self._reporter.timing("bootstrap_read", took_ms, success=found is not None, context={"path": self._path})
        if found is None:
            self._kept = Part(self._kept.data, self._kept.as_of, stale=True, source_state="down")
        else:
            self._kept = found
            self._read_at = time.monotonic()

    async def _fetch(self) -> Part | None:
        """None when there is no usable answer."""
        try:
            response = await self._upstream.call("GET", self._path, {"accept": "application/json"}, within_s=_ANSWER_S)
            try:
                async with asyncio.timeout(_ANSWER_S):
                    body = await response.read()
            finally:
                response.release()
        except (Problem, aiohttp.ClientError, TimeoutError):
            return None
        if response.status == _NOT_FOUND:
            return Part(None, None, stale=False, source_state="absent")
        return Part(body, self._clock(), stale=False, source_state="ok") if response.status == _OK else None
