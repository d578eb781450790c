"""Every tool call on record: who decided on it and what came of it; and from that the statistics of each tool."""

import asyncio
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from kit.clock import now_ms
from kit.database import Database, Unit
from kit.ids import new_id
from kit.jsontypes import Json

from agent_runner.core.ports import Allowed, Verdict
from agent_runner.core.types import ToolSpec
from agent_runner.storage import calls as table
from agent_runner.storage.calls import CallEnd, CallFilter, StatsRecord
from agent_runner.storage.records import CallRecord

_NEWEST = 100
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Stats:
    """Of one tool: how often it was called and failed, and the median of its newest calls."""

    calls: int = 0
    failures: int = 0
    p50_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made, or denied."""

    spec: ToolSpec
    arguments: Json
    verdict: Verdict
    call_id: str
    run_id: str | None = None
    session_id: str | None = None
    step: int | None = None


@dataclass(slots=True)
class _Tally:
    calls: int = 0
    failures: int = 0
    durations: deque[float] = field(default_factory=lambda: deque[float](maxlen=_NEWEST))


class Ledger:
    """Makes the rows; those who record what happens store them in the same transaction.

    The statistics are in memory, and stored with each call. A denied call is on record, and counts for nothing.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tallies: dict[str, _Tally] = {}

    async def load(self) -> None:
        """Read the statistics, and end what an earlier process left as running."""
        await self._database.write(table.interrupt)
        for known in await self._database.read(table.all_stats):
            self._tallies[known.tool] = _Tally(known.calls, known.failures, deque(known.durations, _NEWEST))

    def begun(self, call: Call) -> tuple[CallRecord, Unit]:
        """A call begins: its record, and what stores it."""
        record = _record(call)
        return record, lambda connection: table.insert(connection, record)

    def ended(self, record: CallRecord, end: CallEnd) -> Unit:
        """A call has ended: counted now, and the unit that stores it."""
        counted = end.status in {"ok", "error"} and record.decision == "allow"
        stats = self._count(record.tool, end) if counted else None

        return table.ending(record.id, end, stats)

    async def store(self, call: Call) -> CallRecord:
        """A call of no run begins: on record when this returns."""
        record, unit = self.begun(call)
        await self._database.write(unit)
        return record

    def enqueue_end(self, record: CallRecord, end: CallEnd) -> "asyncio.Future[object]":
        """A call of no run has ended: the future is done once that is stored."""
        return self._database.enqueue(self.ended(record, end))

    def stats(self, tool: str) -> Stats:
        """How a tool has fared."""
        tally = self._tallies.get(tool)
        if tally is None:
            return Stats()
        p50 = round(statistics.median(tally.durations), 3) if tally.durations else None
        return Stats(tally.calls, tally.failures, p50)

    async def listed(self, wanted: CallFilter, limit: int, before: tuple[int, str] | None) -> Sequence[CallRecord]:
        """Calls, newest first."""
        return await self._database.read(lambda connection: table.newest(connection, wanted, limit, before))

    def _count(self, tool: str, end: CallEnd) -> StatsRecord:
        tally = self._tallies.setdefault(tool, _Tally())
        tally.calls += 1
        tally.failures += end.status == "error"
        tally.durations.append(end.duration_ms)
        return StatsRecord(tool, tally.calls, tally.failures, tuple(tally.durations), now_ms())


def _record(call: Call) -> CallRecord:
    grant = call.verdict.grant
    allowed = isinstance(call.verdict, Allowed)
    return CallRecord(
        id=new_id("cal"),
        run_id=call.run_id,
        session_id=call.session_id,
        step=call.step,
        call_id=call.call_id,
        tool=call.spec.name,
        source=call.spec.source,
        fingerprint=call.spec.fingerprint,
        arguments=_bounded(call.arguments),
        decision="allow" if allowed else "deny",
        decided_by=grant.by,
        rule_id=grant.rule_id,
        approval_id=grant.approval_id,
        reason=None if isinstance(call.verdict, Allowed) else call.verdict.reason,
        status="running" if allowed else "denied",
        started_at=now_ms(),
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
    )


def _bounded(arguments: Json) -> Json:
    """The arguments, long texts cut: the run's events have the whole."""
    if isinstance(arguments, str):
        return arguments if len(arguments) <= _LONGEST else f"{arguments[:_LONGEST]}… ({len(arguments)} characters)"
    if isinstance(arguments, dict):
        return {key: _bounded(value) for key, value in arguments.items()}
    if isinstance(arguments, list):
        return [_bounded(value) for value in arguments[:1_000]]
    return arguments
