"""`python -m dashboard` runs the service; `python -m dashboard login-link` prints a link that logs in once."""

import asyncio
import sys
from typing import NoReturn

from kit.clock import now_ms
from kit.service import run_service
from kit.settings import SettingsError

from dashboard.app import create_app
from dashboard.auth.sessions import make_code
from dashboard.config import Settings
from dashboard.storage.database import open_database
from dashboard.storage.sessions import SessionStore

_USAGE = "usage: python -m dashboard [login-link]\n"


def main(words: list[str]) -> NoReturn:
    """Do what the command line asks."""
    if not words:
        run_service("dashboard", Settings.load, lambda s: ("DASHBOARD_PORT", s.port), create_app)
    if words != ["login-link"]:
        sys.stderr.write(_USAGE)
        sys.exit(2)
    try:
        settings = Settings.load()
        link = asyncio.run(login_link(settings))
    except SettingsError as error:
        sys.stderr.write(f"dashboard: {error}\n")
        sys.exit(2)
    sys.stdout.write(f"{link}\n")
    sys.exit(0)


async def login_link(settings: Settings) -> str:
    """A new link, whether the service runs or not."""
    database = open_database(settings.own_dir("dashboard"))
    try:
        return f"{settings.login_url}#{await make_code(SessionStore(database), now_ms())}"
    finally:
        await database.aclose()


if __name__ == "__main__":
    main(sys.argv[1:])
