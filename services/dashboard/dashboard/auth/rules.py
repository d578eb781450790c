"""The gate's decisions, as pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from kit.problems import Problem

from dashboard.errors import CrossSite, ReadOnly
from dashboard.storage.sessions import Role, Session

RawHeaders: TypeAlias = Mapping[bytes, bytes]
"""A request's headers as they came, under lower-case names."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_GUARDED = frozenset({"api", "auth", "metrics", "docs", "docs-assets", "openapi.json"})
_OPEN = frozenset({"/auth/login", "/auth/logout"})
_VIEWER_MAY = frozenset({"/api/track", "/auth/login", "/auth/logout"})
_NO_DATA = frozenset(
    {b"script", b"style", b"worker", b"sharedworker", b"serviceworker", b"audioworklet", b"paintworklet", b"xslt"}
    | {b"object", b"embed", b"iframe", b"frame", b"manifest"}
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a browser's session, or a script that has the token (`session` is None)."""

    role: Role
    session: Session | None = None

    @property
    def session_id(self) -> str | None:
        """The session's public id."""
        return self.session.id if self.session else None


def is_open(path: str) -> bool:
    """The page, its assets, logging in and out, and the health checks need no login."""
    return path in _OPEN or path.lstrip("/").partition("/")[0] not in _GUARDED


def refusal(path: str, method: str, headers: RawHeaders, visitor: Visitor | None) -> Problem | None:
    """Why this request must not go on, or None. That a login is needed is decided elsewhere.

    - What our API answers is data: no browser may run or frame it, whatever a file in the workspace holds.
    - Unsafe methods from a browser must come from our own page; a script with the token is no browser.
    - A viewer changes nothing; what the page reports of itself is no change.
    """
    if headers.get(b"sec-fetch-dest") in _NO_DATA and path.startswith("/api/"):
        return CrossSite("this is data; it is not given out as a script, style or frame")
    if method in SAFE_METHODS:
        return None
    if not (visitor and visitor.session is None) and not _is_own_page(headers, asks_proof=visitor is not None):
        return CrossSite("changes are taken only from the dashboard's own page, or with the bearer token")
    if visitor and visitor.role == "viewer" and path not in _VIEWER_MAY:
        return ReadOnly("you are logged in as a viewer, who sees all and changes nothing")
    return None


def _is_own_page(headers: RawHeaders, *, asks_proof: bool) -> bool:
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"same-origin"
    origin = headers.get(b"origin")
    if origin is not None:
        return origin.partition(b"://")[2].lower() == headers.get(b"host", b"").lower() != b""
    return not asks_proof
