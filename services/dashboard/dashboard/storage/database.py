"""Opens the file and brings it to the schema of this code."""

from pathlib import Path

from kit.database import Database, sqlite_url
from kit.migrate import migrate

_VERSIONS = Path(__file__).with_name("migrations") / "versions"


def open_database(folder: Path) -> Database:
    """The database in the dashboard's folder, migrated. Raises `SettingsError` when newer code made it."""
    database = Database(sqlite_url(folder / "dashboard.db"))
    migrate(database.writer, _VERSIONS)
    return database
