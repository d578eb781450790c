"""The schema, as the migrations make it."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from agent_runner.storage.database import open_database
from agent_runner.storage.schema import metadata
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from kit.settings import SettingsError


async def test_migrations_make_the_schema_of_the_code(tmp_path: Path) -> None:
    """From empty; and opening it again changes nothing."""
    for _ in range(2):
        database = open_database(tmp_path)
        with database.writer.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        await database.aclose()


async def test_database_of_newer_code_is_refused(tmp_path: Path) -> None:
    """With a line that says what to do, and without touching it."""
    database = open_database(tmp_path)
    with database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await database.aclose()
    with pytest.raises(SettingsError, match="install the newer version"):
        open_database(tmp_path)
