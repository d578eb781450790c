"""How a service's own errors and timings reach the tracker: never blocking, on disk first, sent when it is there."""

import asyncio
import contextlib
import traceback
import uuid
from collections import deque
from collections.abc import Sequence

import httpx
import orjson
import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from kit.clock import now_ms, rfc3339
from kit.jsontypes import Json, JsonObject
from kit.outbox import Entry, Outbox
from kit.problems import Problem
from kit.text import clean

_log = structlog.get_logger("report")
_BATCH_EVENTS = 200
_BATCH_BYTES = 900_000
_MAX_BUFFER = 2_000
_ACCEPTED = 202
_REFUSED = frozenset({400, 413, 422})
_BACKOFF = wait_exponential_jitter(multiplier=0.25, max=3, jitter=0.25)


class _NotDelivered(Exception):
    """The tracker is away or busy; `retry_after_s` is what it asked for."""

    def __init__(self, retry_after_s: float = 0.0) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class Forwarder:
    """Sends an outbox to the tracker, oldest first.

    Guarantee: an event leaves the outbox only after the tracker answered 202 for it, or refused it by itself (then it
    is counted). Event ids make a repetition harmless. An absent tracker is tried again with backoff, for ever.
    """

    def __init__(self, outbox: Outbox, client: httpx.AsyncClient) -> None:
        self._outbox = outbox
        self._client = client

    async def run(self) -> None:
        """Forward until cancelled."""
        # A Problem is the outbox's own: a full or locked disk is waited out like an absent tracker.
        away = retry_if_exception_type((_NotDelivered, Problem))
        retrying = AsyncRetrying(retry=away, wait=_wait, reraise=True)
        while True:
            self._outbox.filled.clear()
            await retrying(self.drain)
            await self._outbox.filled.wait()

    async def drain(self) -> None:
        """Send until the outbox is empty; raises when the tracker does not take it."""
        while entries := await self._outbox.peek(_BATCH_EVENTS):
            await self._deliver(_within_bytes(entries))

    async def _deliver(self, entries: Sequence[Entry]) -> None:
        losses = await self._outbox.losses()
        status = await self._post(entries, [{"type": x.type, "reason": x.reason, "count": x.count} for x in losses])
        if status == _ACCEPTED:
            await self._outbox.settle(losses)
            await self._outbox.remove(entries)
        elif len(entries) > 1:  # one of them makes the whole unreadable: halve until it stands alone
            middle = len(entries) // 2
            await self._deliver(entries[:middle])
            await self._deliver(entries[middle:])
        else:
            await self._outbox.remove(entries, dropped_because=f"refused_{status}")

    async def _post(self, entries: Sequence[Entry], losses: Sequence[Json]) -> int:
        body = b'{"events":[%s],"dropped":%s}' % (b",".join(e.body for e in entries), orjson.dumps(losses))
        headers = {"Content-Type": "application/json"}
        try:
            response = await self._client.post("/api/v1/events", content=body, headers=headers)
        except httpx.TransportError as error:
            raise _NotDelivered from error
        if response.status_code == _ACCEPTED or response.status_code in _REFUSED:
            return response.status_code
        raise _NotDelivered(_seconds(response.headers.get("Retry-After")))


class Reporter:
    """Takes a service's own errors and timings without ever waiting, and brings them to its outbox in batches.

    The buffer in memory is bounded; what does not fit is counted in the log. Call the methods from the event loop.
    """

    def __init__(self, outbox: Outbox, *, component: str, release: str) -> None:
        self._outbox = outbox
        self._component = component
        self._release = release
        self._buffer: deque[JsonObject] = deque()
        self._filled = asyncio.Event()

    def error(
        self,
        kind: str,
        message: str,
        *,
        component: str | None = None,
        level: str = "error",
        error: BaseException | None = None,
        context: JsonObject | None = None,
    ) -> None:
        """Report an error; `kind` is one of the tracker's kinds, `error` brings its stack."""
        stack = "".join(traceback.format_exception(error)) if error is not None else None
        handled = {"kind": kind, "message": message, "stack": stack, "level": level, "handled": True}
        self._put("error", component, {**handled, "context": context})

    def timing(
        self,
        name: str,
        duration_ms: float,
        *,
        success: bool,
        component: str | None = None,
        context: JsonObject | None = None,
    ) -> None:
        """Report how long something took."""
        measured = {"name": name, "duration_ms": round(duration_ms, 3), "success": success}
        self._put("timing", component, {**measured, "context": context})

    async def run(self) -> None:
        """Move the buffer to the outbox until cancelled; then once more."""
        try:
            while True:
                await self._filled.wait()
                await asyncio.sleep(0.25)  # let a batch gather
                await self._flush()
        finally:
            with contextlib.suppress(Problem):
                await self._flush()

    def _put(self, type_: str, component: str | None, fields: JsonObject) -> None:
        if len(self._buffer) >= _MAX_BUFFER:
            _log.warning("report_dropped", type=type_, reason="buffer_full")
            return
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        head = {"id": str(uuid.uuid4()), "type": type_, "ts": rfc3339(now_ms()), "release": self._release}
        about = {"component": component or self._component, "request_id": request_id}
        event = {key: value for key, value in {**head, **about, **fields}.items() if value is not None}
        self._buffer.append(event)
        self._filled.set()

    async def _flush(self) -> None:
        self._filled.clear()
        events = [_cleaned(event) for event in self._buffer]
        self._buffer.clear()
        try:
            await self._outbox.put(events)
        except Problem as problem:  # the disk is full: the log is all that is left
            _log.error("report_lost", count=len(events), reason=problem.detail)


def _cleaned(event: JsonObject) -> JsonObject:
    cleaned = clean(event)
    assert isinstance(cleaned, dict)
    return cleaned


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after_s if isinstance(error, _NotDelivered) else 0.0
    return max(asked, _BACKOFF(state))


def _seconds(header: str | None) -> float:
    return min(float(header), 60.0) if header and header.isdigit() else 0.0


def _within_bytes(entries: Sequence[Entry]) -> Sequence[Entry]:
    total = 0
    for count, entry in enumerate(entries):
        total += len(entry.body)
        if total > _BATCH_BYTES and count:
            return entries[:count]
    return entries
