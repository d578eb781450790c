"""Statements on permission rules."""

import sqlalchemy as sa
from kit.database import Unit

from agent_runner.storage.records import RuleRecord
from agent_runner.storage.schema import permissions


def insert(connection: sa.Connection, rule: RuleRecord) -> None:
    """A new rule."""
    names = [column.name for column in permissions.c]
    connection.execute(permissions.insert(), {name: getattr(rule, name) for name in names})


def adding(rule: RuleRecord, also: Unit | None) -> Unit:
    """A unit that stores a rule, and with it does what belongs into the same transaction."""

    def unit(connection: sa.Connection) -> None:
        insert(connection, rule)
        if also is not None:
            also(connection)

    return unit


def replace(connection: sa.Connection, rule: RuleRecord) -> None:
    """A new rule for all sessions instead of those of exactly the same pattern."""
    same = (permissions.c.pattern == rule.pattern, permissions.c.session_id.is_(None))
    connection.execute(permissions.delete().where(*same))
    insert(connection, rule)


def all_rules(connection: sa.Connection) -> list[RuleRecord]:
    """Every rule, oldest first."""
    query = sa.select(*permissions.c).order_by(permissions.c.created_at, permissions.c.id)
    return [RuleRecord(**row) for row in connection.execute(query).mappings()]


def newest(connection: sa.Connection, limit: int, before: tuple[int, str] | None = None) -> list[RuleRecord]:
    """Rules, newest first, from before a time and id."""
    query = sa.select(*permissions.c).order_by(permissions.c.created_at.desc(), permissions.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(sa.tuple_(permissions.c.created_at, permissions.c.id) < before)
    return [RuleRecord(**row) for row in connection.execute(query).mappings()]


def delete(connection: sa.Connection, rule_id: str) -> bool:
    """Revoke a rule; False when there is none."""
    return connection.execute(permissions.delete().where(permissions.c.id == rule_id)).rowcount > 0


def forget_session(connection: sa.Connection, session_id: str) -> None:
    """Revoke what was remembered for one session."""
    connection.execute(permissions.delete().where(permissions.c.session_id == session_id))
