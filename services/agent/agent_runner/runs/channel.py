"""The live side of one run: its events numbered, and shown to readers in order, each once it is stored."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from kit.clock import now_ms
from kit.jsontypes import JsonObject

from agent_runner.core.types import Progress
from agent_runner.storage.records import Event, EventType

_READER_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of a message as it streams in; `offset` counts the characters of its kind sent before it in this step."""

    index: int
    kind: Literal["text", "reasoning"]
    text: str
    offset: int
    ts: int


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """How far a tool call is. Never stored."""

    index: int
    call_id: str
    progress: Progress
    ts: int


Item: TypeAlias = Event | Words | ToolProgress


class Reader:
    """One reader's bounded queue of what happens. It ends when the run has; `lost` says that it was too slow."""

    def __init__(self, limit: int = _READER_LIMIT) -> None:
        self.lost = False
        self._limit = limit
        self._items: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, item: Item) -> None:
        """Queue an item. Over the limit the queue is emptied: what was stored is to be read again."""
        if len(self._items) >= self._limit:
            self._items.clear()
            self.lost = True
        self._items.append(item)
        self._filled.set()

    def close(self) -> None:
        """Nothing follows."""
        self._closed = True
        self._filled.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        while not self._items:
            if self._closed:
                raise StopAsyncIteration
            self._filled.clear()
            await self._filled.wait()
        return self._items.popleft()


class Channel:
    """Numbers a run's events and fans them out.

    Guarantee: numbers have no gap; every reader gets events and words in the order they were made, an event only after
    `stored` was called for it. All methods belong to the event loop's thread.
    """

    def __init__(self, run_id: str, last_seq: int, *, followed: bool = True) -> None:
        self.run_id = run_id
        self._followed = followed
        self._last = last_seq
        self._stored = last_seq
        self._held: deque[Item] = deque()
        self._readers: set[Reader] = set()
        self._written: dict[str, int] = {}
        self._text: list[str] = []
        self._index = -1
        self._closed = False

    def number(self, type_: EventType, data: JsonObject) -> Event:
        """Make the next event; it is shown once it is stored."""
        self._last += 1
        event = Event(self._last, type_, now_ms(), data)
        self._held.append(event)
        return event

    def words(self, index: int, kind: Literal["text", "reasoning"], text: str) -> None:
        """Show words as they come, behind the events made before them."""
        if index != self._index:
            self._index = index
            self.forget_words()
        offset = self._written.get(kind, 0)
        self._written[kind] = offset + len(text)
        if kind == "text":
            self._text.append(text)
        self._pass_on(Words(index, kind, text, offset, now_ms()))

    def progress(self, index: int, call_id: str, progress: Progress) -> None:
        """Show how far a tool call is, behind the events made before it."""
        self._pass_on(ToolProgress(index, call_id, progress, now_ms()))

    def _pass_on(self, item: Words | ToolProgress) -> None:
        if self._held:
            self._held.append(item)
        else:
            self._show(item)

    def forget_words(self) -> None:
        """The message is whole, or given up: its words are no longer under way."""
        self._written.clear()
        self._text.clear()

    @property
    def partial_text(self) -> str | None:
        """The words so far of the message under way."""
        return "".join(self._text) or None

    def stored(self, seq: int) -> None:
        """Events up to `seq` are on record: show them, and the words that waited behind them."""
        self._stored = max(self._stored, seq)
        while self._held and (not isinstance(head := self._held[0], Event) or head.seq <= self._stored):
            self._show(self._held.popleft())

    @property
    def is_watched(self) -> bool:
        """Someone reads, or is about to: `followed` runs are started by those who look on."""
        return self._followed or bool(self._readers)

    def subscribe(self) -> Reader:
        """Read what happens from now on."""
        reader = Reader()
        self._readers.add(reader)
        if self._closed:
            reader.close()
        return reader

    def leave(self, reader: Reader) -> None:
        """Forget a reader."""
        self._readers.discard(reader)

    def close(self) -> None:
        """The run has ended and all of it is stored: readers end once they have read it."""
        self._closed = True
        for reader in self._readers:
            reader.close()

    def _show(self, item: Item) -> None:
        for reader in self._readers:
            reader.put(item)
