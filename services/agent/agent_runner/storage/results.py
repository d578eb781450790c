"""Statements on tool outputs that were cut, kept whole."""

import sqlalchemy as sa

from agent_runner.storage.schema import results


def insert(connection: sa.Connection, ref: str, run_id: str, text: str) -> None:
    """Keep one."""
    connection.execute(results.insert(), {"ref": ref, "run_id": run_id, "text": text})


def get(connection: sa.Connection, ref: str) -> str | None:
    """The whole text; None when there is none."""
    return connection.scalar(sa.select(results.c.text).where(results.c.ref == ref))
