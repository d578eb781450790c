"""Statements on what tools gave back beside text: pictures, sounds, files."""

from dataclasses import dataclass

import sqlalchemy as sa

from agent_runner.storage.schema import attachments

UNOWNED_MS = 24 * 3600 * 1000
"""How long what belongs to no run is kept."""


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """One of them; `run_id` is None for a direct call."""

    ref: str
    run_id: str | None
    mime_type: str
    data: bytes
    created_at: int


def insert(connection: sa.Connection, record: AttachmentRecord) -> None:
    """Keep one, and drop those of direct calls that are too old."""
    old = attachments.c.created_at < record.created_at - UNOWNED_MS
    connection.execute(attachments.delete().where(attachments.c.run_id.is_(None), old))
    names = [column.name for column in attachments.c]
    connection.execute(attachments.insert(), {name: getattr(record, name) for name in names})


def get(connection: sa.Connection, ref: str) -> AttachmentRecord | None:
    """One of them; None for an unknown reference."""
    row = connection.execute(sa.select(*attachments.c).where(attachments.c.ref == ref)).mappings().one_or_none()
    return None if row is None else AttachmentRecord(**row)
