"""A run's events for one reader: from the record, then live, without a gap and without a double."""

import asyncio

from agent_runner.core.types import Message
from agent_runner.runs.channel import Channel, Item, Words
from agent_runner.runs.follow import follow
from agent_runner.storage import events, runs
from agent_runner.storage.records import Event, RunRecord, RunRequest
from kit.database import Database

RUN = RunRecord("run_1", "running", "api", "builtin:operator", "A run", 1)


async def collect(database: Database, channel: Channel | None, after: int = 0) -> list[Item]:
    return [item async for item in follow(database, channel, RUN.id, after)]


async def add(database: Database, channel: Channel, count: int, status: str = "running") -> None:
    made = [channel.number("run.status", {"status": status}) for _ in range(count)]
    await database.write(lambda connection: events.append(connection, [(RUN.id, event) for event in made]))
    channel.stored(made[-1].seq)


def numbers(items: list[Item]) -> list[int]:
    return [item.seq for item in items if isinstance(item, Event)]


async def begin(database: Database) -> Channel:
    await database.write(runs.creating(RUN, RunRequest([Message("user", "x")], "api"), "x", None))
    return Channel(RUN.id, 0)


async def test_events_on_record_come_before_those_that_are_live(database: Database) -> None:
    """A reader that comes in the middle gets every event once."""
    channel = await begin(database)
    await add(database, channel, 1_200)
    reading = asyncio.create_task(collect(database, channel))
    for _ in range(50):
        await add(database, channel, 3)
    await add(database, channel, 1, "succeeded")
    assert numbers(await asyncio.wait_for(reading, 10)) == list(range(1, 1_352))


async def test_slow_reader_reads_again_from_the_record(database: Database) -> None:
    """It misses words, never events."""
    channel = await begin(database)
    following = follow(database, channel, RUN.id, 0)
    await add(database, channel, 1)
    first = await anext(following)
    for at in range(3_000):
        channel.words(0, "text", str(at))
    await add(database, channel, 2_500)
    await add(database, channel, 1, "succeeded")
    rest = [item async for item in following]
    assert numbers([first, *rest]) == list(range(1, 2_503))
    assert len([item for item in rest if isinstance(item, Words)]) < 3_000


async def test_run_that_has_ended_is_read_from_the_record(database: Database) -> None:
    """Whole, or after a number."""
    channel = await begin(database)
    await add(database, channel, 3)
    await add(database, channel, 1, "failed")
    assert numbers(await collect(database, None)) == [1, 2, 3, 4]
    assert numbers(await collect(database, None, after=3)) == [4]
    assert await collect(database, None, after=99) == []


async def test_reader_that_leaves_is_forgotten(database: Database) -> None:
    """Nothing piles up for it."""
    channel = await begin(database)
    await add(database, channel, 1)
    following = follow(database, channel, RUN.id, 0)
    await anext(following)
    await following.aclose()  # type: ignore[attr-defined]
    assert not channel._readers
