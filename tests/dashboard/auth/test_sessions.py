"""Sessions over time and restarts."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest
from dashboard.auth.sessions import CODE_MS, SESSION_MS, SessionNotFound, Sessions, digest, make_code
from dashboard.storage.database import open_database
from dashboard.storage.sessions import Role, SessionStore
from kit.database import Database

from tests.dashboard.fakes import until

CREDENTIALS: dict[Role, bytes] = {"admin": b"a", "viewer": b"v"}


class Time:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[Database]:
    database = open_database(tmp_path)
    yield database
    await database.aclose()


@pytest.fixture
def store(database: Database) -> SessionStore:
    return SessionStore(database)


async def loaded(store: SessionStore, clock: Time, credentials: dict[Role, bytes] = CREDENTIALS) -> Sessions:
    sessions = Sessions(store, credentials, clock)
    await sessions.load()
    return sessions


async def test_session_survives_a_restart(store: SessionStore, clock: Time) -> None:
    """The token opens the same session in the next process; nothing on disk opens anything."""
    sessions = await loaded(store, clock)
    session, token = await sessions.open("viewer", address="10.0.0.1", user_agent="Firefox " + "x" * 1000)
    again = await loaded(store, clock)
    assert again.find(token.encode()) == session
    assert (session.role, session.address, len(session.user_agent)) == ("viewer", "10.0.0.1", 300)
    assert again.find(b"") is None
    assert again.find(token.encode() + b"x") is None


async def test_token_and_code_are_not_on_disk(store: SessionStore, clock: Time, tmp_path: Path) -> None:
    """Who reads the file can neither log in nor take a session over."""
    _, token = await (await loaded(store, clock)).open("admin", address="", user_agent="")
    code = await make_code(store, clock())
    with closing(sqlite3.connect(tmp_path / "dashboard.db")) as connection:
        text = "\n".join(connection.iterdump())
    assert token not in text
    assert code not in text
    assert digest(code).hex() in text.lower()


async def test_session_ends_after_thirty_days(store: SessionStore, clock: Time) -> None:
    """In memory, in the list and after a restart."""
    sessions = await loaded(store, clock)
    _, token = await sessions.open("admin", address="", user_agent="")
    clock.now += SESSION_MS - 1
    assert sessions.find(token.encode())
    clock.now += 1
    assert sessions.all() == []
    assert sessions.find(token.encode()) is None
    assert (await loaded(store, clock)).all() == []


async def test_revoked_session_is_gone_everywhere(store: SessionStore, clock: Time) -> None:
    """Also after a restart; who follows its streams is told."""
    sessions, ended = await loaded(store, clock), list[str]()
    sessions.on_end(ended.append)
    session, token = await sessions.open("admin", address="", user_agent="")
    await sessions.revoke(session.id)
    assert sessions.find(token.encode()) is None
    assert (await loaded(store, clock)).all() == []
    assert ended == [session.id]
    with pytest.raises(SessionNotFound):
        await sessions.revoke(session.id)


async def test_changed_password_ends_its_sessions(store: SessionStore, clock: Time) -> None:
    """Those of the other role stay; without a viewer's password no viewer stays."""
    sessions = await loaded(store, clock)
    for role in ("admin", "viewer"):
        await sessions.open(role, address="", user_agent="")
    assert [s.role for s in (await loaded(store, clock, {"admin": b"new", "viewer": b"v"})).all()] == ["viewer"]
    assert (await loaded(store, clock, {"admin": b"new"})).all() == []
    assert (await loaded(store, clock)).all() == []


async def test_last_use_is_noted(store: SessionStore, clock: Time) -> None:
    """To within five minutes, so that reading costs no writing."""
    sessions = await loaded(store, clock)
    session, token = await sessions.open("admin", address="", user_agent="")
    clock.now += 60_000
    sessions.find(token.encode())
    assert sessions.all()[0].seen_at == session.seen_at
    clock.now += 300_000
    sessions.find(token.encode())
    await until(lambda: not sessions._notes)
    assert (await loaded(store, clock)).all()[0].seen_at == clock.now


async def test_number_of_sessions_is_bounded(store: SessionStore, clock: Time) -> None:
    """The one that was not used for longest makes room."""
    sessions = await loaded(store, clock)
    first, _ = await sessions.open("admin", address="", user_agent="")
    for _ in range(500):
        clock.now += 1
        await sessions.open("admin", address="", user_agent="")
    assert len(sessions.all()) == 500
    assert first.id not in {session.id for session in sessions.all()}


async def test_code_works_once_and_for_ten_minutes(store: SessionStore, clock: Time) -> None:
    """Neither twice nor late, and making another one does not end the first."""
    first, second = await make_code(store, clock()), await make_code(store, clock())
    assert await store.use_code(digest(first), clock())
    assert not await store.use_code(digest(first), clock())
    assert not await store.use_code(digest("nonsense"), clock())
    assert not await store.use_code(digest(second), clock() + CODE_MS)
    assert await store.use_code(digest(second), clock() + CODE_MS - 1)
