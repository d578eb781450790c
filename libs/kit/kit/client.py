"""The HTTP client with which a service calls another: one pooled client, the token and request id on every call."""

import ssl
from functools import cache

import httpx
import structlog

REQUEST_ID = "X-Request-ID"


def service_client(base_url: str, token: str, *, timeout_s: float = 10.0) -> httpx.AsyncClient:
    """A pooled client for one upstream. Make one per process and upstream."""
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"Authorization": f"Bearer {token}"},
        verify=_tls(),
        timeout=httpx.Timeout(timeout_s, connect=2.0),
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=30.0),
        event_hooks={"request": [_pass_request_id_on]},
    )


@cache
def _tls() -> ssl.SSLContext:
    """One for all clients of a process: reading the certificates is what makes a client dear."""
    return httpx.create_ssl_context()


async def _pass_request_id_on(request: httpx.Request) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if isinstance(request_id, str):
        request.headers.setdefault(REQUEST_ID, request_id)
