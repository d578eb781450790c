"""The gate: finds out who asks, and lets through what they may do. Plain ASGI: it is on every hot path."""

import hmac
from typing import cast

from kit.problems import Problem, Unauthorized
from kit.web.problems import respond
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.auth.rules import RawHeaders, Visitor, is_open, refusal
from dashboard.auth.sessions import Sessions
from dashboard.storage.sessions import Session

_VISITOR = "dashboard.visitor"
_LOG_IN = "log in, or send the service's token as `Authorization: Bearer TOKEN`"


class Gate:
    """Checks session cookie or bearer token, the origin of changes, and the role."""

    def __init__(self, app: ASGIApp, *, sessions: Sessions, token: str, cookie: str) -> None:
        self._app = app
        self._sessions = sessions
        self._bearer = f"Bearer {token}".encode()
        self._cookie = f"{cookie}=".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers: RawHeaders = dict(scope["headers"])  # a lookup costs a fiftieth of one in Starlette's Headers
        visitor = self._visitor(headers)
        problem = _refusal(scope, headers, visitor)
        if problem is not None:
            await respond(problem)(scope, receive, send)
            return
        scope[_VISITOR] = visitor
        await self._app(scope, receive, send)

    def _visitor(self, headers: RawHeaders) -> Visitor | None:
        """A request that brings an `Authorization` is judged by it alone."""
        given = headers.get(b"authorization")
        if given is not None:
            return Visitor("admin") if hmac.compare_digest(given, self._bearer) else None
        cookies = headers.get(b"cookie")
        session = self._session(cookies) if cookies is not None else None
        return Visitor(session.role, session) if session else None

    def _session(self, cookies: bytes) -> Session | None:
        for part in cookies.split(b";"):
            text = part.strip()
            if text.startswith(self._cookie):
                return self._sessions.find(text[len(self._cookie) :])
        return None


def visitor_of(scope: Scope) -> Visitor | None:
    """Who the gate found."""
    return cast("Visitor | None", scope.get(_VISITOR))


def _refusal(scope: Scope, headers: RawHeaders, visitor: Visitor | None) -> Problem | None:
    path: str = scope["path"]
    if visitor is None and not is_open(path):
        return Unauthorized(_LOG_IN, headers={"WWW-Authenticate": "Bearer"})
    return refusal(path, scope["method"], headers, visitor)
