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


def entries(batch: Batch, stored: int) -> Counter[Entry]:
    """The lines that a request adds."""
    counts: Counter[Entry] = Counter()
    counts[STORED] = stored
    counts["duplicate", "known_id"] = len(batch.events) - stored
    counts["limited", "queue_full"] = batch.limited
    for one in batch.rejected:
        counts["invalid", one.code] += 1
    for reason, count in batch.filtered.items():
        counts["filtered", reason] += count
    for reason, count in batch.dropped.items():
        counts["client_dropped", reason] += count
    return +counts
