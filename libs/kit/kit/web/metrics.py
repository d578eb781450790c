"""HTTP metrics in Prometheus' format, one registry per application."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class HttpMetrics:
    """Requests by method, route template and status, and how long they took; rooms add their own to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        labels = ("method", "route", "status")
        self._requests = Counter("http_requests", "HTTP requests answered", labels, registry=self.registry)
        self._seconds = Histogram(
            "http_request_seconds", "Until the answer began", ("route",), buckets=_BUCKETS, registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        known = self._children.get((method, route, status))
        if known is None:
            known = self._requests.labels(method, route, str(status)), self._seconds.labels(route)
            self._children[method, route, status] = known
        requests, until_begun = known
        requests.inc()
        until_begun.observe(seconds)

    async def endpoint(self, _request: Request) -> Response:
        """GET `/metrics`."""
        return Response(generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE})
