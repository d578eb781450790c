"""Statements on the events of runs."""

from collections.abc import Sequence

import sqlalchemy as sa

from agent_runner.storage.records import Event
from agent_runner.storage.schema import events

_INSERT = events.insert()


def append(connection: sa.Connection, numbered: Sequence[tuple[str, Event]]) -> None:
    """Store events, each with the id of its run."""
    rows = [
        {"run_id": run_id, "seq": event.seq, "type": event.type, "ts": event.ts, "data": event.data}
        for run_id, event in numbered
    ]
    connection.execute(_INSERT, rows)


def after(connection: sa.Connection, run_id: str, seq: int, limit: int | None = None) -> list[Event]:
    """The events of a run that follow `seq`, in order."""
    query = (
        sa.select(events.c.seq, events.c.type, events.c.ts, events.c.data)
        .where(events.c.run_id == run_id, events.c.seq > seq)
        .order_by(events.c.seq)
        .limit(limit)
    )
    return [Event(*row) for row in connection.execute(query)]


def last_seq(connection: sa.Connection, run_id: str) -> int:
    """The number of a run's last event; 0 when it has none."""
    return connection.scalar(sa.select(sa.func.max(events.c.seq)).where(events.c.run_id == run_id)) or 0
