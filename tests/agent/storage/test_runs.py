"""Statements on runs, at the size of a busy year."""

import time
from pathlib import Path

from agent_runner.core.types import Message
from agent_runner.storage import runs
from agent_runner.storage.database import open_database
from agent_runner.storage.records import RunRecord, RunRequest
from agent_runner.storage.runs import RunFilter

RUNS = 10_000


async def test_lists_stay_quick_with_many_runs(tmp_path: Path) -> None:
    """10,000 runs: a page by any filter, without reading what lists do not show."""
    database = open_database(tmp_path)
    request = RunRequest([Message("user", "x" * 2_000)], "api")

    def fill(connection: object) -> None:
        for at in range(RUNS):
            status = "failed" if at % 100 == 0 else "succeeded"
            run = RunRecord(f"run_{at}", status, "api", "m", f"Run {at}", at, session_id=f"s{at % 50}")
            runs.insert(connection, run, request, f"about {at}")  # type: ignore[arg-type]

    await database.write(fill)
    filters = [RunFilter(), RunFilter(status=["failed"]), RunFilter(q="about 77"), RunFilter(session_id=["s7"])]
    for wanted in filters:
        began = time.perf_counter()
        found = await database.read(lambda connection, wanted=wanted: runs.newest(connection, wanted, 51))
        assert len(found) == 51
        assert time.perf_counter() - began < 0.5  # the bar is 50 ms on a quiet machine
    before = (RUNS - 51, f"run_{RUNS - 51}")
    page = await database.read(lambda connection: runs.newest(connection, RunFilter(), 51, before))
    assert page[0].id == f"run_{RUNS - 52}"
    await database.aclose()
