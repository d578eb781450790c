"""Server-sent events: fan-out to many readers, resumable by id, ended when the service stops."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import orjson
from starlette.responses import StreamingResponse

from kit.jsontypes import Json

HEARTBEAT_S = 10.0
_HEARTBEAT = b": heartbeat\n\n"
_HEADERS: Mapping[str, str] = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its type, one JSON value, and an id when it can be replayed."""

    event: str
    data: Json
    id: str | None = None

    def encode(self) -> bytes:
        """The event as it goes over the wire."""
        head = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}event: {self.event}\ndata: ".encode() + orjson.dumps(self.data) + b"\n\n"


RESYNC = ServerEvent("resync", {})


class EventStream(StreamingResponse):
    """Streams events, a comment line when there is nothing to say, and ends when `stopping` is set."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[ServerEvent], stopping: asyncio.Event, status_code: int = 200) -> None:
        super().__init__(_lines(events, stopping), status_code, headers=_HEADERS)


async def _lines(events: AsyncIterator[ServerEvent], stopping: asyncio.Event) -> AsyncIterator[bytes]:
    stop = asyncio.ensure_future(stopping.wait())
    following: asyncio.Future[ServerEvent] | None = None
    yield b": open\n\n"  # headers and a first byte at once, so that the reader knows it is connected
    try:
        while True:
            following = following or asyncio.ensure_future(anext(events))
            await asyncio.wait({following, stop}, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                yield following.result().encode()
                following = None
            elif stop.done():
                return
            else:
                yield _HEARTBEAT
    except StopAsyncIteration:
        return
    finally:
        stop.cancel()
        if following is not None:
            following.cancel()


class Subscription:
    """One reader's bounded queue. Iterate over it; leave the `async with` to end it."""

    def __init__(self, broadcast: "Broadcast", limit: int) -> None:
        self._broadcast = broadcast
        self._limit = limit
        self._queue: deque[ServerEvent] = deque()
        self._filled = asyncio.Event()

    def put(self, event: ServerEvent) -> None:
        """Queue an event; a reader that is too slow loses its queue and is told to fetch anew."""
        if len(self._queue) >= self._limit:
            self._queue.clear()
            event = RESYNC
        self._queue.append(event)
        self._filled.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ServerEvent:
        while not self._queue:
            self._filled.clear()
            await self._filled.wait()
        return self._queue.popleft()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._broadcast.leave(self)


class Broadcast:
    """Fans events out to every subscriber and keeps the last ones for those who come back.

    Ids bear an epoch: one given out by an earlier process, or no longer in the ring, answers with `resync`.
    All methods belong to the event loop's thread.
    """

    def __init__(self, *, ring: int = 1000, queue: int = 1000) -> None:
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._ring: deque[ServerEvent] = deque(maxlen=ring)
        self._queue = queue
        self._subscribers: set[Subscription] = set()

    def publish(self, event: str, data: Json) -> None:
        """Send to all who listen now; `data` must not be changed afterwards."""
        self._count += 1
        numbered = ServerEvent(event, data, f"{self._epoch}-{self._count}")
        self._ring.append(numbered)
        for subscriber in self._subscribers:
            subscriber.put(numbered)

    def subscribe(self, last_event_id: str | None = None) -> Subscription:
        """Listen from now on, or from after `last_event_id`."""
        subscription = Subscription(self, self._queue)
        for event in self._missed(last_event_id):
            subscription.put(event)
        self._subscribers.add(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Forget a subscriber."""
        self._subscribers.discard(subscription)

    async def events(self, last_event_id: str | None = None) -> AsyncIterator[ServerEvent]:
        """A subscription as a generator that ends it by itself, ready for `EventStream`."""
        async with self.subscribe(last_event_id) as subscription:
            async for event in subscription:
                yield event

    def _missed(self, last_event_id: str | None) -> list[ServerEvent]:
        if last_event_id is None:
            return []
        epoch, _, number = last_event_id.partition("-")
        seen = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else -1
        oldest = self._count - len(self._ring)
        if epoch != self._epoch or not oldest <= seen <= self._count:
            return [RESYNC]
        return list(self._ring)[seen - oldest :]
