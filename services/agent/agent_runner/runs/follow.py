"""A run's events for one reader: those on record first, then live, without a gap and without a double."""

from collections.abc import AsyncIterator

from kit.database import Database

from agent_runner.runs.channel import Channel, Item, Reader
from agent_runner.storage import events as table
from agent_runner.storage.records import FINAL, Event

_PAGE = 500


async def follow(database: Database, channel: Channel | None, run_id: str, after: int) -> AsyncIterator[Item]:
    """Events after `after`, and words as they come; ends after the final status.

    `channel` is the live side of a run under way. A reader that is too slow for it reads from the record again: it
    misses words then, never events.
    """
    reader = channel.subscribe() if channel else None
    try:
        while True:
            async for event in _on_record(database, run_id, after):
                after = event.seq
                yield event
                if is_final(event):
                    return
            if reader is None:
                return
            async for item in _live(reader, after):
                if isinstance(item, Event):
                    after = item.seq
                yield item
                if isinstance(item, Event) and is_final(item):
                    return
            if not reader.lost:
                return
            reader.lost = False
    finally:
        if channel is not None and reader is not None:
            channel.leave(reader)


def is_final(event: Event) -> bool:
    """Nothing follows this event."""
    return event.type == "run.status" and event.data["status"] in FINAL


async def _on_record(database: Database, run_id: str, after: int) -> AsyncIterator[Event]:
    while True:
        page = await database.read(lambda connection, seq=after: table.after(connection, run_id, seq, _PAGE))
        for event in page:
            yield event
        if len(page) < _PAGE:
            return
        after = page[-1].seq


async def _live(reader: Reader, after: int) -> AsyncIterator[Item]:
    """What comes now, until the reader has lost something or the run has ended."""
    async for item in reader:
        if reader.lost:
            return
        if not isinstance(item, Event) or item.seq > after:
            yield item
