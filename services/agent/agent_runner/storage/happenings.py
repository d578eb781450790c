"""What happens in runs, stored in groups: each event with the rows that change with it."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from kit.database import Unit

from agent_runner.storage import events, runs
from agent_runner.storage.records import Event, RunRecord


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a run; with it how the run stands after it, where that changed, and what else changes."""

    run_id: str
    event: Event
    run: RunRecord | None = None
    also: Unit | None = None


def changed_runs(happenings: Sequence[Happening]) -> Sequence[RunRecord]:
    """How the runs stand that changed, in the end."""
    return list({happening.run.id: happening.run for happening in happenings if happening.run is not None}.values())


def storing(happenings: Sequence[Happening]) -> Unit:
    """A unit that stores them all, in order. Of a run that changed several times only the last state is written."""
    changed = changed_runs(happenings)

    def unit(connection: sa.Connection) -> None:
        for happening in happenings:
            if happening.also is not None:
                happening.also(connection)
        if changed:
            runs.save(connection, changed)
        events.append(connection, [(happening.run_id, happening.event) for happening in happenings])

    return unit
