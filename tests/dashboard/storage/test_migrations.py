"""The database over time."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from dashboard.storage.database import open_database
from dashboard.storage.schema import metadata
from kit.settings import SettingsError


async def test_migrated_database_is_what_the_code_expects(tmp_path: Path) -> None:
    """From an empty file, and again from one that is up to date."""
    for _ in range(2):
        database = open_database(tmp_path)
        with database.writer.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        await database.aclose()


async def test_newer_database_is_refused(tmp_path: Path) -> None:
    """An older program says what to do instead of breaking it."""
    database = open_database(tmp_path)
    with database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await database.aclose()
    with pytest.raises(SettingsError, match="install the newer version"):
        open_database(tmp_path)
