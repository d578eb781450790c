"""Who is logged in: in memory for every request, on disk for the next start."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog
from kit.clock import Clock
from kit.ids import new_id
from kit.problems import NotFound, Problem

from dashboard.storage.sessions import Role, Session, SessionStore

DAY_MS = 24 * 3600 * 1000
SESSION_MS = 30 * DAY_MS
CODE_MS = 10 * 60 * 1000
_NOTE_SEEN_EVERY_MS = 5 * 60 * 1000
_MAX_SESSIONS = 500

_log = structlog.get_logger("auth")


class SessionNotFound(NotFound):
    """There is no such session, or not any more."""

    code = "session_not_found"


class Sessions:
    """All sessions of the only process there is, so that looking one up costs no query.

    Guarantee: a session is on disk before its token is handed out, and gone from both places when `revoke` returns.
    Belongs to the event loop's thread.
    """

    def __init__(self, store: SessionStore, credentials: Mapping[Role, bytes], clock: Clock) -> None:
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._by_token: dict[bytes, Session] = {}
        self._notes: set[asyncio.Task[None]] = set()
        self._on_end: list[Callable[[str], None]] = []

    async def load(self) -> None:
        """Read those that are still good; a session made under another password is none any more."""
        found = await self._store.load(self._clock())
        stale = [s.id for s in found if self._credentials.get(s.role) != s.credential]
        if stale:
            await self._store.remove(stale)
        self._by_token = {s.token_hash: s for s in found if s.id not in stale}

    def on_end(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the id of every session that ends before its time."""
        self._on_end.append(listener)

    def find(self, token: bytes) -> Session | None:
        """The session of a token. No disk is touched."""
        session = self._by_token.get(hashlib.sha256(token).digest())
        if session is None:
            return None
        now = self._clock()
        if session.expires_at <= now:
            del self._by_token[session.token_hash]
            return None
        return session if now - session.seen_at < _NOTE_SEEN_EVERY_MS else self._seen(session, now)

    def all(self) -> list[Session]:
        """Those that are good now, the last used first."""
        now = self._clock()
        good = [session for session in self._by_token.values() if session.expires_at > now]
        return sorted(good, key=lambda session: session.seen_at, reverse=True)

    async def open(self, role: Role, *, address: str, user_agent: str) -> tuple[Session, str]:
        """A new session, and the token that only its browser will know."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        session = Session(
            id=new_id("login"),
            token_hash=digest(token),
            role=role,
            credential=self._credentials[role],
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_MS,
            address=address,
            user_agent=user_agent[:300],
        )
        for oldest in self.all()[_MAX_SESSIONS - 1 :]:
            await self.revoke(oldest.id)
        await self._store.add(session)
        self._by_token[session.token_hash] = session
        return session, token

    async def revoke(self, id_: str) -> None:
        """End a session. Raises `SessionNotFound`."""
        session = next((s for s in self._by_token.values() if s.id == id_), None)
        if session is None:
            raise SessionNotFound("there is no such session; it may have ended already")
        await self._store.remove([id_])
        self._by_token.pop(session.token_hash, None)
        for tell in self._on_end:
            tell(id_)

    def _seen(self, session: Session, now: int) -> Session:
        noted = replace(session, seen_at=now)
        self._by_token[session.token_hash] = noted
        note = asyncio.create_task(self._note(noted))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)
        return noted

    async def _note(self, session: Session) -> None:
        try:
            await self._store.seen(session.id, session.seen_at)
        except Problem as problem:  # only a time is lost
            _log.warning("session_not_noted", reason=problem.detail)


def digest(token: str) -> bytes:
    """What is kept of a token or code: both are random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def make_code(store: SessionStore, now: int) -> str:
    """A new one-time login code, good for ten minutes."""
    code = secrets.token_urlsafe(24)
    await store.add_code(digest(code), now=now, expires_at=now + CODE_MS)
    return code
