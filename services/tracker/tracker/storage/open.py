"""Open the tracker's database, brought to this code's schema."""

from pathlib import Path

from kit.database import Database, sqlite_url
from kit.migrate import migrate

_VERSIONS = Path(__file__).with_name("migrations") / "versions"


_BUSY_MS = 750  # senders keep what was refused and send again; at a SIGTERM they are told within the second of grace


def open_database(folder: Path) -> Database:
    """The database in the tracker's own folder. A commit has reached the disk: that is what 202 promises.

    Raises `SettingsError` when it was made by newer code.
    """
    database = Database(sqlite_url(folder / "tracker.db"), durability="FULL", busy_ms=_BUSY_MS)
    migrate(database.writer, _VERSIONS)
    return database
