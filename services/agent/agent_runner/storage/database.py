"""Open the agent's database, with the schema of this code."""

from pathlib import Path

import sqlalchemy as sa
from kit.database import Database, sqlite_url
from kit.migrate import migrate

_BUSY_MS = 10_000

VERSIONS = Path(__file__).with_name("migrations") / "versions"


def open_database(folder: Path, url: str | None = None) -> Database:
    """The database in the agent's own folder, or at `url`, migrated. Raises `SettingsError` when newer code made it."""
    database = Database(url or sqlite_url(folder / "agent.db"), busy_ms=_BUSY_MS)
    migrate(database.writer, VERSIONS)
    return database


def ping(connection: sa.Connection) -> None:
    """Does the database answer?"""
    connection.execute(sa.text("SELECT 1"))
