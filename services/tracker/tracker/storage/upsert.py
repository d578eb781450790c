"""INSERT … ON CONFLICT: both databases speak it in the same words, SQLAlchemy has it in each dialect.

Most rows are tuples that stand in the order of the table's columns and go to the driver as they are: that takes half
the time of dictionaries that SQLAlchemy looks through, and this is the hot path. New rows go many in a statement: after
each statement the writer's thread has to wait for its turn at the interpreter, under load up to 5 ms.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_MOST_AT_ONCE = 50

Rows: TypeAlias = Sequence[tuple[object, ...]]
Names: TypeAlias = tuple[str, ...]


def insert_new(connection: sa.Connection, table: sa.Table, rows: Rows) -> int:
    """Insert rows that break no unique constraint; gives how many. A key that counts itself up is left out of them."""
    names = tuple(column.name for column in table.c if column is not table.autoincrement_column)
    return sum(
        connection.exec_driver_sql(
            _insert_new(connection.dialect, table, names, len(part)), tuple(chain.from_iterable(part))
        ).rowcount
        for part in (rows[start : start + _MOST_AT_ONCE] for start in range(0, len(rows), _MOST_AT_ONCE))
    )


def add_up(
    connection: sa.Connection, table: sa.Table, rows: Rows, *, plus: Names = (), least: Names = (), most: Names = ()
) -> None:
    """Insert rows; where the primary key is there already, add to the columns `plus`, keep the `least` or `most`."""
    if rows:
        connection.exec_driver_sql(_add_up(connection.dialect, table, plus, least, most), list(rows))


def overwrite(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, given by name; where the primary key is there already, write the whole row anew."""
    if rows:
        connection.execute(_overwrite(connection.dialect.name, table), rows)


@lru_cache(500)  # building a statement costs more than running it
def _insert_new(dialect: sa.Dialect, table: sa.Table, names: Collection[str], count: int) -> str:
    rows: list[dict[str, object]] = [{name: sa.bindparam(f"{name}_{row}") for name in names} for row in range(count)]
    return str(_insert(dialect.name, table).values(rows).on_conflict_do_nothing().compile(dialect=dialect))


@lru_cache(100)
def _add_up(dialect: sa.Dialect, table: sa.Table, plus: Names, least: Names, most: Names) -> str:
    insert = _insert(dialect.name, table)
    new, old = insert.excluded, table.c
    changes = {
        **{name: old[name] + new[name] for name in plus},
        **{name: sa.case((new[name] < old[name], new[name]), else_=old[name]) for name in least},
        **{name: sa.case((new[name] > old[name], new[name]), else_=old[name]) for name in most},
    }
    upsert = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)
    return _text(upsert, dialect, old.keys())


@lru_cache(100)
def _overwrite(dialect: str, table: sa.Table) -> sa.Insert:
    insert = _insert(dialect, table)
    changes = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)


def _insert(dialect: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _text(statement: sa.Insert, dialect: sa.Dialect, names: Collection[str]) -> str:
    return str(statement.compile(dialect=dialect, column_keys=list(names)))
