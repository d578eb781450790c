"""What the dashboard measures beside its requests."""

from collections.abc import Callable, Sequence

from kit.outbox import Outbox
from prometheus_client import CollectorRegistry, Gauge

from dashboard.upstreams.upstream import Upstream


def add_gauges(registry: CollectorRegistry, spool: Outbox, upstreams: Sequence[Upstream]) -> None:
    """Read when they are asked for."""
    waiting = Gauge("dashboard_spool_events", "Events that wait for the tracker", registry=registry)
    waiting.set_function(lambda: spool.depth)
    up = Gauge("dashboard_upstream_up", "1 when the service answers", ("upstream",), registry=registry)
    for upstream in upstreams:
        up.labels(upstream.name).set_function(_is_up(upstream))


def _is_up(upstream: Upstream) -> Callable[[], float]:
    return lambda: float(upstream.state.status == "ok")
