"""How many runs there were, by time and status."""

from dataclasses import dataclass

import sqlalchemy as sa

from agent_runner.storage.records import FINAL, RunStatus
from agent_runner.storage.schema import runs


@dataclass(frozen=True, slots=True)
class RunCount:
    """Runs of one status that were created in the slot that begins at `slot` (ms since 1970)."""

    slot: int
    status: RunStatus
    runs: int


def by_slot(connection: sa.Connection, since: int, slot_ms: int) -> list[RunCount]:
    """Runs created from `since` on, oldest slot first; slots without any are left out."""
    slot = (runs.c.created_at - runs.c.created_at % slot_ms).label("slot")
    query = (
        sa.select(slot, runs.c.status, sa.func.count().label("runs"))
        .where(runs.c.created_at >= since)
        .group_by(slot, runs.c.status)
        .order_by(slot)
    )
    return [RunCount(row.slot, row.status, row.runs) for row in connection.execute(query)]


def unfinished(connection: sa.Connection) -> dict[RunStatus, int]:
    """Runs that have not ended, however old, by status."""
    query = (
        sa.select(runs.c.status, sa.func.count().label("runs"))
        .where(runs.c.status.not_in(FINAL))
        .group_by(runs.c.status)
    )
    return {row.status: row.runs for row in connection.execute(query)}
