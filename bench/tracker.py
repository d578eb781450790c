"""The tracker against its commit floor: events that are accepted, stored and grouped, a second."""

import json
import tempfile
import urllib.request
from pathlib import Path

from bench.load import Load, wrk
from bench.processes import TOKEN, Running, peer, service
from bench.report import Figure, ms, show, times

_AUTH = {"Authorization": f"Bearer {TOKEN}"}
_CONNECTIONS = 16


def run(seconds: float) -> None:
    """Measure single events and batches, ours and the floor in turn."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            service("TRACKER", "tracker", folder) as ours,
            peer("tracker_floor", folder, FLOOR_DB=name + "/f.db") as floor,
        ):
            figures += [
                _compare(ours, floor, 1, seconds),
                _compare(ours, floor, 50, seconds),
            ]
            figures.append(_memory(ours, floor))
            figures.append(_kept(ours))
    show("Tracker: 1 kB errors, 16 connections", figures)


def _compare(ours: Running, floor: Running, size: int, seconds: float) -> Figure:
    base = _load(floor, size, seconds)
    mine = _load(ours, size, seconds)
    share = mine.per_second / base.per_second
    reached = share >= 0.5 if size == 1 else mine.per_second * size >= 10_000
    return Figure(
        f"events a second, {size} a request (p99 {ms(mine.p99)}, {mine.errors} errors)",
        f"{mine.per_second * size:,.0f}",
        f"floor {base.per_second * size:,.0f}",
        times(mine.per_second, base.per_second),
        "≥ 0.50x the floor" if size == 1 else "≥ 10,000",
        reached and mine.errors == 0,
    )


def _load(running: Running, size: int, seconds: float) -> Load:
    url = f"{running.url}/api/v1/events"
    return wrk(url, connections=_CONNECTIONS, seconds=seconds, headers=_AUTH, batch=size)


def _memory(ours: Running, floor: Running) -> Figure:
    mine, base = ours.memory_mib(), floor.memory_mib()
    return Figure(
        "memory after it", f"{mine:.0f} MiB", f"floor {base:.0f} MiB", times(mine, base), "≤ 150 MiB", mine <= 150
    )


def _kept(ours: Running) -> Figure:
    request = urllib.request.Request(f"{ours.url}/api/v1/outcomes", headers=_AUTH)
    with urllib.request.urlopen(request, timeout=30) as answer:
        ledger = json.load(answer)
    parts = sum(ledger[name] for name in ("stored", "duplicates", "filtered", "invalid", "limited"))
    return Figure(
        "received = stored + all others",
        f"{ledger['received']:,}",
        f"{parts:,}",
        "",
        "equal",
        parts == ledger["received"],
    )
