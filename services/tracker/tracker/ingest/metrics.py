"""What ingest tells Prometheus."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tracker.ingest.ledger import STORED, Entry

_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class IngestMetrics:
    """Events by outcome, the queue's depth, and how large and how slow commits are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Counter("tracker_events", "Events by what became of them", ("outcome",), registry=registry)
        self._queue = Gauge("tracker_queue_depth", "Requests that wait to be written", registry=registry)
        self._sizes = Histogram("tracker_commit_events", "Events per commit", buckets=_SIZES, registry=registry)
        self._seconds = Histogram("tracker_commit_seconds", "Time per commit", buckets=_SECONDS, registry=registry)

    def watch_queue(self, depth: Callable[[], int]) -> None:
        """Ask for the depth whenever the metrics are read."""
        self._queue.set_function(depth)

    def committed(self, ledger: Mapping[Entry, int], seconds: float) -> None:
        """Count one commit: what became of its events, and how long it took."""
        for (outcome, _), count in ledger.items():
            self._events.labels(outcome).inc(count)
        self._sizes.observe(ledger.get(STORED, 0))
        self._seconds.observe(seconds)
