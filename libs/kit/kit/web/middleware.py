"""What every request passes, outermost first: context, host, size, token. Plain ASGI: it is on every hot path."""

import asyncio
import contextlib
import hmac
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.ids import new_id
from kit.logging import request_log
from kit.web.metrics import HttpMetrics
from kit.web.problems import problem_response

_log = structlog.get_logger("http")
_GOOD_REQUEST_ID = re.compile(r"[A-Za-z0-9._\-]{1,128}")
_INTERNAL = "something went wrong here; the log has it under this request id"
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_PATHS = frozenset({"/livez", "/readyz", "/metrics"})
_DRAINED_BYTES = 64 << 20
_DRAIN_S = 5.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class RequestContext:
    """Gives each request its id, in the log, in the answer and for the calls it makes; counts and logs it.

    A defect of ours is logged whole, handed to `on_error`, and answered without a traceback.
    """

    def __init__(self, app: ASGIApp, *, metrics: HttpMetrics, on_error: Callable[[Exception], None]) -> None:
        self._app = app
        self._metrics = metrics
        self._on_error = on_error
        self._log_request = request_log()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = header_of(scope, b"x-request-id")
        request_id = given if _GOOD_REQUEST_ID.fullmatch(given) else new_id("req")
        scope["request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def sender(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
                seconds = time.perf_counter() - started
                await send(message)
                self._count(scope, status, seconds)  # once the answer is on its way
            else:
                await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, sender)
        except Exception as error:
            if status:
                raise  # too late for an answer: the server closes the connection
            _log.error("unexpected_error", exc_info=error)
            self._on_error(error)
            await problem_response(500, "internal_error", _INTERNAL)(scope, receive, sender)
        finally:
            structlog.contextvars.reset_contextvars(**bound)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "OTHER"
        self._metrics.observe(method, route_of(scope), status, seconds)
        path, ms = scope["path"], round(seconds * 1000, 2)
        if path in _QUIET_PATHS:
            _log.debug("request", method=method, path=path, status=status, ms=ms)
        else:
            self._log_request(scope["request_id"], method, path, status, ms)


def route_of(scope: Scope) -> str:
    """The route's template, so that ids in paths do not make a metric each."""
    route = scope.get("route")
    return getattr(route, "path", None) or scope.get("route_template") or "unmatched"


class HostCheck:
    """Refuses a Host header that is not ours (DNS rebinding)."""

    def __init__(self, app: ASGIApp, *, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = LOOPBACK | {host.lower() for host in allowed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and _host_name(header_of(scope, b"host")) not in self._allowed:
            detail = "this Host is not served here; add its name to the service's *_ALLOWED_HOSTS"
            await problem_response(400, "unknown_host", detail)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def header_of(scope: Scope, name: bytes) -> str:
    """A header's first value, or an empty text; `name` in lower case. A tenth of the time of Starlette's `Headers`."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return ""


@lru_cache(maxsize=100)
def _host_name(header: str) -> str:
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """The largest body in bytes, by default and by path (a path ending in `*` stands for all that begin so)."""

    default: int = 1 << 20
    by_path: Mapping[str, int] | None = None

    def of(self, path: str) -> int:
        """The limit that holds for a path."""
        for pattern, limit in (self.by_path or {}).items():
            if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1])):
                return limit
        return self.default


class BodyLimit:
    """Answers 413 for a body over its limit, whether it declares its length or not."""

    def __init__(self, app: ASGIApp, *, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.of(scope["path"])
        declared = header_of(scope, b"content-length")
        if not declared and not header_of(scope, b"transfer-encoding"):
            await self._app(scope, receive, send)  # there is no body
            return
        detail = f"the body is over the limit of {limit} bytes"
        if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > limit):
            await _drain(receive)
            await problem_response(413, "too_large", detail, headers={"Connection": "close"})(scope, receive, send)
            return
        total = 0

        async def receiver() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > limit:
                await _drain(receive)
                raise HTTPException(413, detail, headers={"Connection": "close"})
            return message

        await self._app(scope, receiver, send)


async def _drain(receive: Receive) -> None:
    """Take the rest of a refused body in: who still sends would see a broken connection and not the answer.

    Only so much, and only so long; beyond that the connection is closed all the same.
    """
    left = _DRAINED_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


class BearerAuth:
    """Asks for the token on everything that is not open."""

    def __init__(self, app: ASGIApp, *, token: str, open_paths: Collection[str]) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self._open = {path for path in open_paths if not path.endswith("*")}
        self._open_prefixes = tuple(path[:-1] for path in open_paths if path.endswith("*"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or self._is_open(scope["path"]) or self._knows(scope):
            await self._app(scope, receive, send)
            return
        detail = "send the service's token as `Authorization: Bearer TOKEN`"
        refusal = problem_response(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})
        await refusal(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in self._open or (bool(self._open_prefixes) and path.startswith(self._open_prefixes))

    def _knows(self, scope: Scope) -> bool:
        return hmac.compare_digest(header_of(scope, b"authorization").encode("latin-1"), self._expected)
