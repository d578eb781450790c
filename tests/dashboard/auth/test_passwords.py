"""The passwords that open the dashboard."""

import stat
from pathlib import Path

import pytest
from dashboard.auth.passwords import Passwords, read_passwords
from dashboard.config import Settings
from kit.settings import SettingsError


def settings(folder: Path, **more: str) -> Settings:
    return Settings.model_validate({"BINNACLE_DATA_DIR": str(folder), **more})


def test_password_is_made_once_and_kept_to_its_user(tmp_path: Path) -> None:
    """With nothing set there is a strong one in a file that only the service's user may read."""
    made = read_passwords(settings(tmp_path), tmp_path)
    file = tmp_path / "password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(made.admin) >= 32
    assert file.read_text().strip() == made.admin
    assert read_passwords(settings(tmp_path), tmp_path) == made
    assert made.viewer is None
    assert made.admin not in repr(made)


def test_own_password_is_taken_from_the_settings(tmp_path: Path) -> None:
    """Then no file is made."""
    read = read_passwords(settings(tmp_path, DASHBOARD_PASSWORD="pässwort"), tmp_path)
    assert read.role_of("pässwort") == "admin"
    assert not (tmp_path / "password").exists()


def test_file_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    """One line that names the variable and the fix."""
    (tmp_path / "password").write_text("\n")
    with pytest.raises(SettingsError, match=r"DASHBOARD_PASSWORD: .*is empty; delete it"):
        read_passwords(settings(tmp_path), tmp_path)
    (tmp_path / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="DASHBOARD_PASSWORD: cannot read"):
        read_passwords(settings(tmp_path), tmp_path)


def test_each_password_has_its_role() -> None:
    """Odd texts are simply wrong ones; without a viewer's password none opens that door."""
    both = Passwords("secret", "look")
    assert [both.role_of(text) for text in ("secret", "look", "Secret", "secret ", "", "\ud800", "\0")] == [
        "admin", "viewer", None, None, None, None, None
    ]  # fmt: skip
    assert Passwords("secret").role_of("") is None


def test_credentials_tell_passwords_apart() -> None:
    """Sessions bear them, so that a changed password ends those of the old one."""
    one, two = Passwords("secret", "look").credentials(), Passwords("other", "look").credentials()
    assert one["viewer"] == two["viewer"]
    assert one["admin"] != two["admin"]
    assert Passwords("secret").credentials().keys() == {"admin"}
    assert Passwords("look").credentials()["admin"] != one["viewer"]
