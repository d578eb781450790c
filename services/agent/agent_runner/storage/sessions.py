"""Statements on conversations."""

import sqlalchemy as sa

from agent_runner.errors import SessionActive, SessionNotFound
from agent_runner.storage import permissions
from agent_runner.storage.records import FINAL, SessionRecord
from agent_runner.storage.schema import runs, sessions


def touch(connection: sa.Connection, session_id: str, title: str, now: int) -> None:
    """A run begins in this conversation, which is made when there is none."""
    values = {"id": session_id, "title": title, "pinned": False, "created_at": now, "updated_at": now}
    changed = connection.execute(sessions.update().where(sessions.c.id == session_id).values(updated_at=now))
    if not changed.rowcount:
        connection.execute(sessions.insert(), values)


def get(connection: sa.Connection, session_id: str) -> SessionRecord | None:
    """One conversation."""
    row = connection.execute(_SUMMARY.where(sessions.c.id == session_id)).one_or_none()
    return None if row is None else SessionRecord(*row)


def newest(
    connection: sa.Connection, limit: int, before: tuple[int, str] | None = None, q: str | None = None
) -> list[SessionRecord]:
    """Conversations, the last used first, from before a time and id."""
    query = _SUMMARY.order_by(sessions.c.updated_at.desc(), sessions.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(sa.tuple_(sessions.c.updated_at, sessions.c.id) < before)
    if q:
        query = query.where(sessions.c.title.icontains(q, autoescape=True))
    return [SessionRecord(*row) for row in connection.execute(query)]


def change(connection: sa.Connection, session_id: str, *, title: str | None, pinned: bool | None) -> SessionRecord:
    """Rename or pin; None leaves as it is. Raises `SessionNotFound`."""
    values = {key: value for key, value in {"title": title, "pinned": pinned}.items() if value is not None}
    if values:
        connection.execute(sessions.update().where(sessions.c.id == session_id).values(values))
    found = get(connection, session_id)
    if found is None:
        raise SessionNotFound(session_id)
    return found


def delete(connection: sa.Connection, session_id: str) -> list[str]:
    """Delete a conversation with its runs and what was remembered for it; gives the runs' ids.

    Raises `SessionNotFound`, `SessionActive`.
    """
    if get(connection, session_id) is None:
        raise SessionNotFound(session_id)
    found = connection.execute(sa.select(runs.c.id, runs.c.status).where(runs.c.session_id == session_id)).all()
    if any(row.status not in FINAL for row in found):
        raise SessionActive(session_id)
    connection.execute(runs.delete().where(runs.c.session_id == session_id))
    connection.execute(sessions.delete().where(sessions.c.id == session_id))
    permissions.forget_session(connection, session_id)
    return [row.id for row in found]


_RUNS = sa.select(sa.func.count()).where(runs.c.session_id == sessions.c.id).scalar_subquery()
_SUMMARY = sa.select(
    sessions.c.id, sessions.c.title, sessions.c.created_at, sessions.c.updated_at, sessions.c.pinned, _RUNS
)
