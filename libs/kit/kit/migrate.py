"""Bring a database to the schema of this code, and refuse one that is newer. Alembic is loaded only when needed."""

from pathlib import Path

import sqlalchemy as sa

from kit.database import opening
from kit.settings import SettingsError

_ENVIRONMENT = Path(__file__).with_name("alembic_env")


def migrate(engine: sa.Engine, versions: Path) -> None:
    """Run the revisions that the database lacks, all in one transaction; their files are named `NNNN_what.py`.

    Raises `SettingsError` for a database made by newer code, and for one that cannot be used.
    """
    with opening(str(engine.url.database)):
        _bring_up(engine, versions)


def _bring_up(engine: sa.Engine, versions: Path) -> None:
    known = sorted(file.name.split("_", 1)[0] for file in versions.glob("[0-9]*_*.py"))
    present = _revision(engine)
    if present == known[-1]:
        return
    if present is not None and present not in known:
        raise SettingsError(
            "BINNACLE_DATA_DIR",
            f"the database is at revision {present}, this version knows up to {known[-1]}; install the newer version",
        )
    _upgrade(engine, versions)


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def _upgrade(engine: sa.Engine, versions: Path) -> None:
    from alembic import command  # noqa: PLC0415 - 150 ms that a migrated database need not pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _literal(_ENVIRONMENT))
    config.set_main_option("version_locations", _literal(versions))
    config.set_main_option("path_separator", "newline")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _literal(path: Path) -> str:
    return str(path).replace("%", "%%")
