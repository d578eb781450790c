"""The token that the services and their callers share."""

import contextlib
import os
import secrets
from pathlib import Path

from kit.settings import ServiceSettings, SettingsError


def service_token(settings: ServiceSettings) -> str:
    """The token of `BINNACLE_TOKEN`, else of the token file, which whoever starts first creates.

    Raises `SettingsError` when the file cannot be read or made.
    """
    if settings.token is not None:
        return settings.token.get_secret_value()
    path = settings.token_file or settings.data_dir.absolute() / "token"
    try:
        token = read_or_create_secret(path)
    except OSError as error:
        fix = f"cannot read or create {path} ({error.strerror}); give its folder to this user, or set BINNACLE_TOKEN"
        raise SettingsError("BINNACLE_TOKEN_FILE", fix) from error
    if len(token) < 16:
        raise SettingsError("BINNACLE_TOKEN_FILE", f"{path} holds fewer than 16 characters; delete it to have one made")
    return token


def read_or_create_secret(path: Path) -> str:
    """The text of `path`; when missing, a new random secret is put there with mode 600.

    It is written beside and then linked into place, so that of any number of processes that start at once each reads
    the same whole secret. Raises `OSError`.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _create(path)
    return path.read_text(encoding="utf-8").strip()


def _create(path: Path) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret is the one
            os.link(beside, path)
    finally:
        beside.unlink()
