"""The database of a service: grouped writes, isolated failures, readers that cannot write."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from kit.database import Database, sqlite_url
from kit.migrate import migrate
from kit.problems import StorageUnavailable
from kit.settings import SettingsError
from sqlalchemy.exc import IntegrityError

_FIRST = """
from alembic import op
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
revision = "{0}"
down_revision = {1}
def upgrade():
    op.create_table("t{0}", sa.Column("n", sa.Integer, primary_key=True))
"""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with one table."""
    database = Database(sqlite_url(tmp_path / "test.db"))
    await database.write(lambda c: c.execute(sa.text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    yield database
    await database.aclose()


def _insert(connection: sa.Connection, n: int) -> int:
    connection.execute(sa.text("INSERT INTO t VALUES (:n)"), {"n": n})
    return n


def _numbers(connection: sa.Connection) -> list[int]:
    return list(connection.scalars(sa.text("SELECT n FROM t ORDER BY n")))


async def test_a_write_that_fails_is_rolled_back_alone(database: Database) -> None:
    """Of writes that share a transaction, only the failing one is undone."""
    futures = [database.enqueue(lambda c, n=n: _insert(c, n)) for n in (1, 2, 1, 3)]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(outcomes[2], IntegrityError)
    assert await database.read(_numbers) == [1, 2, 3]


async def test_a_reader_cannot_write(database: Database) -> None:
    """What is given to `read` is refused when it writes."""
    with pytest.raises(StorageUnavailable):
        await database.read(lambda c: _insert(c, 1))
    assert await database.read(_numbers) == []


async def test_what_was_written_is_there_after_a_new_start(tmp_path: Path) -> None:
    """Closing commits what is queued."""
    first = Database(sqlite_url(tmp_path / "a.db"), durability="FULL")
    first.enqueue(lambda c: c.execute(sa.text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    for n in range(50):
        first.enqueue(lambda c, n=n: _insert(c, n))
    await first.aclose()
    second = Database(sqlite_url(tmp_path / "a.db"))
    assert await second.read(_numbers) == list(range(50))
    await second.aclose()


def test_migrating_runs_what_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    """From empty and from an earlier revision the schema becomes the newest."""
    versions = tmp_path / "versions"
    versions.mkdir()
    engine = sa.create_engine(sqlite_url(tmp_path / "m.db"))
    (versions / "0001_first.py").write_text(_FIRST.format("0001", None))
    migrate(engine, versions)
    (versions / "0002_second.py").write_text(_FIRST.format("0002", '"0001"'))
    migrate(engine, versions)
    migrate(engine, versions)
    assert {"t0001", "t0002"} <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_a_database_of_newer_code_is_refused_with_one_line(tmp_path: Path) -> None:
    """Going back to older code says so instead of breaking things."""
    versions = tmp_path / "versions"
    versions.mkdir()
    engine = sa.create_engine(sqlite_url(tmp_path / "m.db"))
    (versions / "0002_second.py").write_text(_FIRST.format("0002", None))
    migrate(engine, versions)
    (versions / "0002_second.py").rename(versions / "0001_first.py")
    with pytest.raises(SettingsError, match="newer"):
        migrate(engine, versions)
    engine.dispose()


async def test_a_damaged_database_is_told_as_such(tmp_path: Path) -> None:
    """A file that is damaged under us is trouble with the storage, as a lock or a full disk is: no defect."""
    path = tmp_path / "test.db"
    database = Database(sqlite_url(path))
    await database.write(lambda c: c.execute(sa.text("CREATE TABLE t (n INTEGER PRIMARY KEY)")))
    for n in range(2_000):
        database.enqueue(lambda c, n=n: _insert(c, n))
    await database.write(lambda c: _insert(c, 2_000))
    await database.aclose()
    path.write_bytes(path.read_bytes()[:4096] + b"?" * (path.stat().st_size - 4096))
    database = Database(sqlite_url(path))
    with pytest.raises(StorageUnavailable):
        await database.read(_numbers)
    with pytest.raises(StorageUnavailable):
        await database.write(lambda c: _insert(c, 3_000))
    await database.aclose()


def test_a_file_that_is_no_database_is_refused_at_the_start(tmp_path: Path) -> None:
    """With the variable that says where it lies."""
    path = tmp_path / "test.db"
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(SettingsError, match=r"test\.db"):
        migrate(sa.create_engine(sqlite_url(path)), tmp_path)
