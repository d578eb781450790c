"""The passwords that open the dashboard, compared without telling by time how much of one was right."""

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from kit.settings import SettingsError
from kit.token import read_or_create_secret

from dashboard.config import Settings
from dashboard.storage.sessions import Role

_SCRYPT_COST = 2**13


@dataclass(frozen=True, slots=True)
class Passwords:
    """The admin's password, and the viewer's where there is one."""

    admin: str = field(repr=False)
    viewer: str | None = field(default=None, repr=False)

    def role_of(self, given: str) -> Role | None:
        """Whose password this is. All of them are always compared."""
        is_admin = _same(given, self.admin)
        is_viewer = self.viewer is not None and _same(given, self.viewer)
        if is_admin:
            return "admin"
        return "viewer" if is_viewer else None

    def credentials(self) -> dict[Role, bytes]:
        """A fingerprint of each password, to tell sessions that were made under another one. Takes some 20 ms each."""
        by_role: dict[Role, str | None] = {"admin": self.admin, "viewer": self.viewer}
        return {role: _fingerprint(role, password) for role, password in by_role.items() if password is not None}


def read_passwords(settings: Settings, folder: Path) -> Passwords:
    """From the settings, else from the file `password`, which is made when missing. Raises `SettingsError`."""
    viewer = settings.viewer_password.get_secret_value() if settings.viewer_password else None
    if settings.password is not None:
        return Passwords(settings.password.get_secret_value(), viewer)
    path = folder / "password"
    try:
        admin = read_or_create_secret(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("DASHBOARD_PASSWORD", f"cannot read {path} ({error}); set a password") from error
    if not admin:
        raise SettingsError("DASHBOARD_PASSWORD", f"{path} is empty; delete it to have one made, or set a password")
    return Passwords(admin, viewer)


def _same(given: str, expected: str) -> bool:
    """Over hashes, so that lengths do not tell either."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _fingerprint(role: Role, password: str) -> bytes:
    salt = f"binnacle {role}".encode()
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=_SCRYPT_COST, r=8, p=1, dklen=16)
