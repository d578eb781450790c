"""INSERT … ON CONFLICT: both databases speak it in the same words, SQLAlchemy has it in each dialect."""

from collections.abc import Mapping, Sequence
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, object]]
Names = tuple[str, ...]


def add_up(
    connection: sa.Connection, table: sa.Table, rows: Rows, *, plus: Names = (), least: Names = (), most: Names = ()
) -> None:
    """Insert rows; where the primary key is there already, add to the columns `plus`, keep the `least` or `most`."""
    if rows:
        connection.execute(_add_up(connection.dialect.name, table, plus, least, most), rows)


def insert_missing(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        connection.execute(_insert_missing(connection.dialect.name, table), rows)


def overwrite(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert rows; where the primary key is there already, write the whole row anew."""
    if rows:
        connection.execute(_overwrite(connection.dialect.name, table), rows)


def insert_new(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[object, ...]]) -> int:
    """Insert rows that break no unique constraint; gives how many.

    The values stand in the order of the table's columns, without the key that counts itself up. Tuples that go to the
    driver as they are take half the time of dictionaries that SQLAlchemy looks through: this is for the hot path.
    """
    return connection.exec_driver_sql(_insert_new(connection.dialect, table), list(rows)).rowcount


@cache  # building a statement costs more than running it
def _add_up(dialect: str, table: sa.Table, plus: Names, least: Names, most: Names) -> sa.Insert:
    insert = _insert(dialect, table)
    new, old = insert.excluded, table.c
    changes = {
        **{name: old[name] + new[name] for name in plus},
        **{name: sa.case((new[name] < old[name], new[name]), else_=old[name]) for name in least},
        **{name: sa.case((new[name] > old[name], new[name]), else_=old[name]) for name in most},
    }
    return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)


@cache
def _insert_new(dialect: sa.Dialect, table: sa.Table) -> str:
    names = [column.name for column in table.c if not column.primary_key]
    return str(_insert_missing(dialect.name, table).compile(dialect=dialect, column_keys=names))


@cache
def _insert_missing(dialect: str, table: sa.Table) -> sa.Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def _overwrite(dialect: str, table: sa.Table) -> sa.Insert:
    insert = _insert(dialect, table)
    changes = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)


def _insert(dialect: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
