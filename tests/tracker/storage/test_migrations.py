"""The schema: the migrations make what the code expects, and newer databases are refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from kit.database import Database, sqlite_url
from kit.migrate import migrate
from kit.settings import SettingsError
from sqlalchemy import event
from tracker.records.store import RecordFilter, latest
from tracker.storage import open as storage
from tracker.storage.open import open_database
from tracker.storage.schema import metadata, releases

VERSIONS = Path(storage.__file__).with_name("migrations") / "versions"


def test_migrations_make_the_schema(engine: sa.Engine) -> None:
    """From an empty file to exactly the tables, columns and indexes that the code names."""
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        made = set(sa.inspect(connection).get_table_names())
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_sequence").scalar() == 0
        )  # rows are numbered once
    assert made == {table.name for table in metadata.sorted_tables} | {"alembic_version"}


def test_releases_are_known_from_what_was_counted(tmp_path: Path) -> None:
    """A database of before there was a table of releases has them in order, to the hour."""
    first = tmp_path / "versions"
    first.mkdir()
    shutil.copy(VERSIONS / "0001_first_tables.py", first)
    old = Database(sqlite_url(tmp_path / "tracker.db"))
    migrate(old.writer, first)
    with old.writer.begin() as connection:
        for hour, release in ((7, "1.1"), (5, "1.0"), (6, "1.0"), (4, "")):
            values = (1, hour, "error", "chat", release, "", 1, 0)
            connection.exec_driver_sql("INSERT INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    old.writer.dispose()
    new = open_database(tmp_path)
    with new.reader.connect() as connection:
        found = connection.execute(sa.select(releases).order_by(releases.c.first_seen)).all()
    assert [tuple(row) for row in found] == [("1.0", 5 * 3_600_000), ("1.1", 7 * 3_600_000)]
    new.writer.dispose()
    new.reader.dispose()


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (RecordFilter(type="error", releases=["1.0"]), "events_by_release"),
        (RecordFilter(type="error", environments=["prod"]), "events_by_environment"),
        (RecordFilter(type="error", levels=["fatal"]), "events_by_level"),
        (RecordFilter(type="interaction", ok=False), "events_by_success"),
        (RecordFilter(type="error", sessions=["s"]), "events_by_session"),
        (RecordFilter(issues=["iss_1"]), "events_by_issue"),
        (RecordFilter(type="error", components=["chat"]), "events_by_component"),
        (RecordFilter(type="vital", labels=["LCP"]), "events_by_label"),
        (RecordFilter(type="error", since=5), "events_by_time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_filter_has_its_index(engine: sa.Engine, wanted: RecordFilter, index: str) -> None:
    """A list is read from the index of what it is filtered by, in order, so that it costs the same at any size."""
    asked: list[tuple[str, Any]] = []
    with engine.begin() as connection:
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        latest(connection, wanted, None, 50)
        (statement, values), *_ = asked
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert [index in step for step in plan] == [True], plan


def test_opening_again_changes_nothing(engine: sa.Engine, tmp_path: Path) -> None:
    """What is there stays."""
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO components VALUES ('chat', 1)"))
    again = open_database(tmp_path)
    with again.reader.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM components")) == 1
    again.writer.dispose()
    again.reader.dispose()


def test_a_commit_reaches_the_disk(engine: sa.Engine, tmp_path: Path) -> None:
    """WAL with `synchronous=FULL`: what 202 promises."""
    engine.dispose()
    again = open_database(tmp_path)
    with again.writer.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    again.writer.dispose()
    again.reader.dispose()


def test_a_newer_database_is_refused(engine: sa.Engine, tmp_path: Path) -> None:
    """With one line that says so, before anything is touched."""
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SettingsError, match="9999"):
        open_database(tmp_path)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_table_can_be_made_on_both_databases(dialect: str) -> None:
    """Nothing in the schema is understood by one of them alone."""
    engine = sa.create_mock_engine(
        f"{dialect}://", lambda statement, *_: str(statement.compile(dialect=engine.dialect))
    )
    metadata.create_all(engine, checkfirst=False)
