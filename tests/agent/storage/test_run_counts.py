"""Counting runs."""

from pathlib import Path

from agent_runner.core.types import Message
from agent_runner.storage import run_counts, runs
from agent_runner.storage.database import open_database
from agent_runner.storage.records import RunRecord, RunRequest
from agent_runner.storage.run_counts import RunCount

SLOT = 1_000


async def test_runs_are_counted_by_slot_and_status(tmp_path: Path) -> None:
    """From a time on, slots without runs left out; what has not ended is counted whatever its age."""
    database = open_database(tmp_path)
    request = RunRequest([Message("user", "x")], "api")

    def fill(connection: object) -> None:
        for at, status in enumerate(["queued", "succeeded", "failed", "failed", "running"]):
            run = RunRecord(f"run_{at}", status, "api", "m", "Run", at * 500 + 100)  # type: ignore[arg-type]
            runs.insert(connection, run, request, "x")  # type: ignore[arg-type]

    await database.write(fill)
    found = await database.read(lambda connection: run_counts.by_slot(connection, SLOT, SLOT))
    assert found == [RunCount(1_000, "failed", 2), RunCount(2_000, "running", 1)]
    assert await database.read(run_counts.unfinished) == {"queued": 1, "running": 1}
    await database.aclose()
