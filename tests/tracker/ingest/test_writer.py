"""The writer under load and in trouble: never silence, nothing half done."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping

import pytest
import sqlalchemy as sa
from kit.problems import Overloaded, StorageUnavailable
from prometheus_client import CollectorRegistry, generate_latest
from tracker.ingest.metrics import IngestMetrics
from tracker.ingest.parse import Parsed
from tracker.ingest.prepare import Batch, Preparer
from tracker.ingest.store import Committed, EventStore, Item
from tracker.ingest.writer import EventWriter
from tracker.issues.states import Change
from tracker.records.store import ledger

from tests.tracker.making import NOW, error


class Gate(EventStore):
    """A store that can be held up, and made to fail."""

    def __init__(self, engine: sa.Engine) -> None:
        super().__init__(engine)
        self.open = threading.Event()
        self.open.set()
        self.trouble: Exception | None = None
        self.poison: bytes | None = None

    def commit(self, items: list[Item]) -> Committed:  # type: ignore[override]
        assert self.open.wait(10)
        if self.trouble:
            raise self.trouble
        if self.poison and any(isinstance(i, Batch) and any(self.poison in e.body for e in i.events) for i in items):
            raise ZeroDivisionError
        return super().commit(items)


@pytest.fixture
def store(engine: sa.Engine) -> Gate:
    return Gate(engine)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def changes() -> list[Mapping[str, Change]]:
    return []


@pytest.fixture
async def writer(
    store: Gate, registry: CollectorRegistry, changes: list[Mapping[str, Change]]
) -> AsyncIterator[EventWriter]:
    writer = EventWriter(store, IngestMetrics(registry), changes.append)
    yield writer
    store.trouble = None
    store.open.set()
    await writer.aclose()


@pytest.fixture
def batch(preparer: Preparer) -> Batch:
    return preparer.batch(Parsed([error()]), NOW)


def another(preparer: Preparer, **fields: object) -> Batch:
    return preparer.batch(Parsed([error(**fields)]), NOW)


def entries(engine: sa.Engine) -> dict[tuple[str, str], int]:
    with engine.connect() as connection:
        return {(outcome, reason): count for outcome, reason, count in ledger(connection)}


async def test_what_waits_is_written_together(writer: EventWriter, store: Gate, preparer: Preparer) -> None:
    """Requests that come while one is written share the next commit."""
    groups: list[int] = []
    honest = store.commit
    store.commit = lambda items: (groups.append(len(items)), honest(items))[1]  # type: ignore[method-assign]
    store.open.clear()
    first = asyncio.create_task(writer.write(another(preparer)))
    await asyncio.sleep(0.05)
    rest = [asyncio.create_task(writer.write(another(preparer))) for _ in range(20)]
    await asyncio.sleep(0)
    store.open.set()
    assert all(written.stored == 1 for written in await asyncio.gather(first, *rest))
    assert groups[:2] == [1, 20]


async def test_a_full_queue_turns_away_and_enters_it_into_the_ledger(
    writer: EventWriter, store: Gate, preparer: Preparer, engine: sa.Engine
) -> None:
    """429 at once, nothing of it kept; later the ledger says how many."""
    writer._batcher._max_queue = 1
    store.open.clear()
    first = asyncio.create_task(writer.write(another(preparer)))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(writer.write(another(preparer)))
    await asyncio.sleep(0)
    refused = another(preparer)
    for _ in range(2):
        with pytest.raises(Overloaded) as caught:
            await writer.write(refused)
        assert caught.value.headers["Retry-After"]
    store.open.set()
    await asyncio.gather(first, second)
    await writer.write(refused)
    await writer.settle()
    assert entries(engine) == {("stored", ""): 3, ("limited", "queue_full"): 2}


async def test_trouble_with_the_disk_is_told_and_over_when_it_is(
    writer: EventWriter, store: Gate, batch: Batch, engine: sa.Engine
) -> None:
    """503 for everyone in the group; the same request goes in afterwards, once."""
    store.trouble = StorageUnavailable("the disk is full")
    with pytest.raises(StorageUnavailable):
        await writer.write(batch)
    assert writer.trouble == "the disk is full"
    await writer.probe()
    assert writer.trouble == "the disk is full"
    store.trouble = None
    await writer.probe()
    assert writer.trouble is None
    assert (await writer.write(batch)).stored == 1
    await writer.settle()
    assert entries(engine) == {("stored", ""): 1}


async def test_one_request_that_cannot_be_written_costs_the_others_nothing(
    writer: EventWriter, store: Gate, preparer: Preparer
) -> None:
    """A defect of ours with one request is its own."""
    store.poison = b"poison"
    store.open.clear()
    first = asyncio.create_task(writer.write(another(preparer)))
    await asyncio.sleep(0.05)
    rest = [asyncio.create_task(writer.write(another(preparer, message=text))) for text in ("a", "poison", "b")]
    await asyncio.sleep(0)
    store.open.set()
    outcomes = await asyncio.gather(first, *rest, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["Written", "Written", "ZeroDivisionError", "Written"]


async def test_everything_is_folded_within_a_moment(
    writer: EventWriter, store: Gate, preparer: Preparer, engine: sa.Engine
) -> None:
    """Nobody needs to ask: a timer sees to it."""
    await writer.write(another(preparer))
    await writer.write(another(preparer))
    for _ in range(100):
        if entries(engine).get(("stored", "")) == 2:
            break
        await asyncio.sleep(0.05)
    assert entries(engine)[("stored", "")] == 2


async def test_changes_are_told_after_the_commit(
    writer: EventWriter, preparer: Preparer, changes: list[Mapping[str, Change]]
) -> None:
    """New the first time, updated after that."""
    await writer.write(another(preparer))
    await writer.settle()
    await writer.write(another(preparer))
    await writer.settle()
    assert [list(one.values()) for one in changes] == [["new"], ["updated"]]


async def test_leaving_does_not_undo(writer: EventWriter, store: Gate, batch: Batch, engine: sa.Engine) -> None:
    """A client that goes away before the answer has its events stored all the same."""
    store.open.clear()
    task = asyncio.create_task(writer.write(batch))
    await asyncio.sleep(0.05)
    task.cancel()
    store.open.set()
    await writer.settle()
    assert (await writer.write(batch)).duplicates == 1


async def test_metrics_tell_what_goes_on(writer: EventWriter, preparer: Preparer, registry: CollectorRegistry) -> None:
    """Events by outcome, the queue, the commits."""
    await writer.write(preparer.batch(Parsed([error(), 5]), NOW))
    text = generate_latest(registry).decode()
    assert 'tracker_events_total{outcome="stored"} 1.0' in text
    assert 'tracker_events_total{outcome="invalid"} 1.0' in text
    assert "tracker_queue_depth 0.0" in text
    assert "tracker_commit_events_count 1.0" in text
