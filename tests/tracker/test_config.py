"""The settings."""

from pathlib import Path

import pytest
from kit.settings import SettingsError
from tracker.app import create_app
from tracker.config import TrackerSettings


def test_nothing_needs_to_be_set() -> None:
    """The defaults of the design: port 8082, everything scrubbed."""
    settings = TrackerSettings()  # type: ignore[call-arg]
    assert settings.port == 8082
    assert settings.scrub == ("secrets", "cards", "emails")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TRACKER_PORT", "http"),
        ("TRACKER_PORT", "70000"),
        ("BINNACLE_TOKEN", "short"),
        ("TRACKER_SCRUB", "secrets,addresses"),
        ("TRACKER_SCRUB", "none,cards"),
        ("TRACKER_FILTERS", "robots"),
    ],
)
def test_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """In one line, which says what would be right."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable}: ") as caught:
        TrackerSettings.load()
    assert "\n" not in str(caught.value)


def test_lists_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comma-separated; `none` switches all off."""
    monkeypatch.setenv("TRACKER_SCRUB", "none")
    monkeypatch.setenv("TRACKER_FILTERS", "none")
    monkeypatch.setenv("TRACKER_SCRUB_KEYS", "badge, room")
    settings = TrackerSettings.load()
    assert (settings.scrub, settings.filters, settings.scrub_keys) == ((), (), ("badge", "room"))


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before anything is started."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BINNACLE_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="BINNACLE_DATA_DIR"):
        create_app(TrackerSettings.load())
