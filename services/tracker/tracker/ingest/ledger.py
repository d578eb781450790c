"""The ledger of what became of every event: received = stored + duplicate + filtered + invalid + limited."""

from collections import Counter
from typing import Literal, TypeAlias

from tracker.ingest.prepare import Batch

Outcome: TypeAlias = Literal["stored", "duplicate", "filtered", "invalid", "limited", "client_dropped"]
Entry: TypeAlias = tuple[Outcome, str]
"""What became of an event, and why."""

STORED: Entry = ("stored", "")


def size(batch: Batch) -> int:
    """How many events a request brought."""
    return len(batch.events) + len(batch.rejected) + sum(batch.filtered.values())


def enter(ledger: Counter[Entry], batch: Batch, stored: int) -> None:
    """Add the lines of a request."""
    ledger[STORED] += stored
    if stored < len(batch.events):
        ledger["duplicate", "known_id"] += len(batch.events) - stored
    if batch.limited:
        ledger["limited", "queue_full"] += batch.limited
    for one in batch.rejected:
        ledger["invalid", one.code] += 1
    for reason, count in batch.filtered.items():
        ledger["filtered", reason] += count
    for reason, count in batch.dropped.items():
        ledger["client_dropped", reason] += count
