"""The live side of a run: order, offsets, and readers that are too slow."""

from agent_runner.core.types import Progress
from agent_runner.runs.channel import Channel, Item, Reader, ToolProgress, Words
from agent_runner.storage.records import Event


async def drained(reader: Reader) -> list[Item]:
    return [item async for item in reader]


def shape(items: list[Item]) -> list[int | str]:
    return [_shape(item) for item in items]


def _shape(item: Item) -> int | str:
    match item:
        case Event():
            return item.seq
        case Words():
            return item.text
        case ToolProgress():
            return f"{item.progress.done:g}"


async def test_event_is_shown_once_it_is_stored() -> None:
    """Words that come behind it wait for it, so that readers get both in order."""
    channel = Channel("run_1", 0)
    reader = channel.subscribe()
    channel.words(0, "text", "before")
    event = channel.number("step.started", {})
    channel.words(0, "text", " after")
    channel.stored(event.seq)
    channel.close()
    assert shape(await drained(reader)) == ["before", 1, " after"]


async def test_numbers_go_on_where_the_record_ends() -> None:
    """Of a run that an earlier process began, too."""
    channel = Channel("run_1", 7)
    assert [channel.number("run.status", {}).seq for _ in range(2)] == [8, 9]


async def test_offsets_count_each_kind_of_a_step() -> None:
    """A late reader knows what it has missed; the next step starts at 0 again."""
    channel = Channel("run_1", 0)
    reader = channel.subscribe()
    channel.words(0, "text", "ab")
    channel.words(0, "reasoning", "xyz")
    channel.words(0, "text", "c")
    channel.words(2, "text", "d")
    channel.close()
    items = [item for item in await drained(reader) if isinstance(item, Words)]
    assert [(item.index, item.kind, item.offset) for item in items] == [
        (0, "text", 0),
        (0, "reasoning", 0),
        (0, "text", 2),
        (2, "text", 0),
    ]


async def test_partial_text_is_what_was_said_of_the_message_under_way() -> None:
    """Nothing before it, and nothing once it is whole."""
    channel = Channel("run_1", 0)
    assert channel.partial_text is None
    channel.words(0, "text", "one")
    channel.words(0, "reasoning", "thought")
    channel.words(0, "text", " two")
    assert channel.partial_text == "one two"
    channel.words(1, "text", "three")
    assert channel.partial_text == "three"
    channel.forget_words()
    assert channel.partial_text is None


async def test_slow_reader_loses_its_queue_and_knows_it() -> None:
    """The others lose nothing."""
    channel = Channel("run_1", 0)
    slow = Reader(limit=3)
    channel._readers.add(slow)
    quick = channel.subscribe()
    for at in range(4):
        channel.words(0, "text", str(at))
    channel.close()
    assert slow.lost
    assert shape(await drained(slow)) == ["3"]
    assert shape(await drained(quick)) == ["0", "1", "2", "3"]


async def test_reader_of_a_run_that_has_ended_ends() -> None:
    """Also one that subscribes a moment too late."""
    channel = Channel("run_1", 0)
    channel.close()
    assert await drained(channel.subscribe()) == []


async def test_progress_is_shown_behind_the_call_that_it_is_of() -> None:
    """It waits for the events before it, as words do."""
    channel = Channel("run_1", 0)
    reader = channel.subscribe()
    event = channel.number("tool.call", {})
    channel.progress(0, "call_1", Progress(3, 10))
    channel.stored(event.seq)
    channel.close()
    assert shape(await drained(reader)) == [1, "3"]
