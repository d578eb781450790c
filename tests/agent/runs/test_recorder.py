"""What happens in runs is stored in order, in groups, and shown after that."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
import sqlalchemy as sa
from agent_runner.core.types import Message
from agent_runner.runs.channel import Channel
from agent_runner.runs.ports import Action
from agent_runner.runs.recorder import Recorder
from agent_runner.storage import events, runs
from agent_runner.storage.happenings import Happening
from agent_runner.storage.records import ApprovalRecord, RunRecord, RunRequest
from kit.database import Database
from kit.problems import StorageUnavailable

T = TypeVar("T")
RUN = RunRecord("run_1", "running", "api", "builtin:operator", "A run", 1)
REQUEST = RunRequest([Message("user", "hello")], "api")


class Told:
    """An announcer that remembers."""

    def __init__(self) -> None:
        self.runs: list[tuple[Action, str]] = []

    def run(self, action: Action, run_id: str, run: RunRecord | None) -> None:
        assert run is None or run.id == run_id
        self.runs.append((action, run.status if run else ""))

    def approval(self, action: Action, approval: ApprovalRecord) -> None:
        """Not asked for here."""


class Away:
    """A database that is away for a while."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.failures = 0
        self.writes = 0

    async def write(self, unit: Callable[[sa.Connection], T]) -> T:
        if self.failures:
            self.failures -= 1
            raise StorageUnavailable("on purpose")
        self.writes += 1
        return await self._database.write(unit)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def away(database: Database) -> Away:
    return Away(database)


@pytest.fixture
async def recorder(away: Away, told: Told, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Recorder]:
    monkeypatch.setattr("agent_runner.runs.recorder._RETRY_S", 0.01)
    made = Recorder(away, told)  # type: ignore[arg-type]
    job = asyncio.create_task(made.run())
    yield made
    job.cancel()


async def create(database: Database, channel: Channel) -> None:
    await database.write(runs.creating(RUN, REQUEST, "hello", None))
    assert channel.run_id == RUN.id


async def test_what_comes_together_shares_a_transaction(
    recorder: Recorder, database: Database, away: Away, told: Told
) -> None:
    """Many events of a run, one write; of its states only the last is kept and told."""
    channel = Channel(RUN.id, 0)
    await create(database, channel)
    for status in ("running", "waiting_approval", "running"):
        event = channel.number("run.status", {"status": status})
        recorder.record(channel, Happening(RUN.id, event, replace(RUN, status=status)))
    await recorder.flush()
    assert away.writes == 1
    stored = await database.read(lambda connection: events.after(connection, RUN.id, 0))
    assert [event.seq for event in stored] == [1, 2, 3]
    assert told.runs == [("updated", "running")]


async def test_nothing_is_shown_before_it_is_stored(recorder: Recorder, database: Database) -> None:
    """A reader that hears of an event finds it on record."""
    channel = Channel(RUN.id, 0)
    await create(database, channel)
    reader = channel.subscribe()
    recorder.record(channel, Happening(RUN.id, channel.number("run.status", {"status": "running"})))
    seen = await anext(reader)
    stored = await database.read(lambda connection: events.after(connection, RUN.id, 0))
    assert stored == [seen]


async def test_database_that_is_away_costs_nothing(recorder: Recorder, database: Database, away: Away) -> None:
    """What happened meanwhile is stored when it is back, in order; new runs are refused until then."""
    channel = Channel(RUN.id, 0)
    await create(database, channel)
    away.failures = 5
    for at in range(3):
        recorder.record(channel, Happening(RUN.id, channel.number("step.started", {"index": at})))
    await asyncio.sleep(0.04)
    with pytest.raises(StorageUnavailable):
        recorder.require_storage()
    await asyncio.wait_for(recorder.flush(), 5)
    recorder.require_storage()
    stored = await database.read(lambda connection: events.after(connection, RUN.id, 0))
    assert [event.data["index"] for event in stored] == [0, 1, 2]


async def test_reading_does_not_wait_for_a_database_that_is_away(recorder: Recorder, away: Away) -> None:
    """Who reads sees what there is."""
    away.failures = 1_000
    channel = Channel(RUN.id, 0)
    recorder.record(channel, Happening(RUN.id, channel.number("step.started", {})))
    await asyncio.sleep(0.04)
    await asyncio.wait_for(recorder.catch_up(), 0.5)
