"""Statements on tool calls: the audit trail, and the statistics of each tool."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from kit.database import Unit

from agent_runner.core.types import Failure
from agent_runner.storage.records import CallRecord, CallStatus
from agent_runner.storage.schema import tool_calls, tool_stats


@dataclass(frozen=True, slots=True)
class CallEnd:
    """What came of a call."""

    status: CallStatus
    failure: Failure | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class StatsRecord:
    """The statistics of one tool. `durations` are those of the newest calls, in milliseconds."""

    tool: str
    calls: int = 0
    failures: int = 0
    durations: Sequence[float] = ()
    last_called_at: int = 0


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls to list; what is empty filters nothing."""

    run_id: Sequence[str] = ()
    tool: Sequence[str] = ()
    source: Sequence[str] = ()
    decision: Sequence[str] = ()
    status: Sequence[str] = ()
    since: int | None = None


def insert(connection: sa.Connection, call: CallRecord) -> None:
    """A call that begins, or was denied."""
    names = [column.name for column in tool_calls.c]
    connection.execute(tool_calls.insert(), {name: getattr(call, name) for name in names})


def ending(call_id: str, end: CallEnd, stats: StatsRecord | None) -> Unit:
    """A unit that stores what came of a call, and where it counts, how the statistics of its tool stand after it."""
    values = {
        "status": end.status,
        "error_code": end.failure.code if end.failure else None,
        "error_detail": end.failure.detail if end.failure else None,
        "duration_ms": end.duration_ms,
    }

    def unit(connection: sa.Connection) -> None:
        connection.execute(tool_calls.update().where(tool_calls.c.id == call_id).values(values))
        if stats is not None:
            count(connection, stats, failed=end.status == "error")

    return unit


def interrupt(connection: sa.Connection) -> None:
    """No call of an earlier process is under way any more."""
    running = tool_calls.update().where(tool_calls.c.status == "running")
    connection.execute(running.values(status="interrupted"))


def newest(
    connection: sa.Connection, wanted: CallFilter, limit: int, before: tuple[int, str] | None = None
) -> list[CallRecord]:
    """Calls, newest first, from before a time and id."""
    query = sa.select(*tool_calls.c).order_by(tool_calls.c.started_at.desc(), tool_calls.c.id.desc()).limit(limit)
    for name in ("run_id", "tool", "source", "decision", "status"):
        if values := getattr(wanted, name):
            query = query.where(tool_calls.c[name].in_(values))
    if wanted.since is not None:
        query = query.where(tool_calls.c.started_at >= wanted.since)
    if before is not None:
        query = query.where(sa.tuple_(tool_calls.c.started_at, tool_calls.c.id) < before)
    return [CallRecord(**row) for row in connection.execute(query).mappings()]


def count(connection: sa.Connection, stats: StatsRecord, *, failed: bool) -> None:
    """One more call of a tool; `stats` is how its statistics stand after it in this process."""
    changes = {"durations": list(stats.durations), "last_called_at": stats.last_called_at}
    counted = {"calls": tool_stats.c.calls + 1, "failures": tool_stats.c.failures + int(failed), **changes}
    found = connection.execute(tool_stats.update().where(tool_stats.c.tool == stats.tool).values(counted))
    if found.rowcount == 0:
        connection.execute(tool_stats.insert(), {"tool": stats.tool, "calls": 1, "failures": int(failed), **changes})


def all_stats(connection: sa.Connection) -> list[StatsRecord]:
    """The statistics of every tool that was ever called."""
    return [StatsRecord(**row) for row in connection.execute(sa.select(*tool_stats.c)).mappings()]
