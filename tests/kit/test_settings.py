"""Settings, secrets and times: what a person types is understood or refused in one line."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.clock import parse_rfc3339, rfc3339
from kit.ids import new_id
from kit.settings import CommaSeparated, Port, ServiceSettings, SettingsError
from kit.token import read_or_create_secret, service_token
from pydantic import Field


class Settings(ServiceSettings):
    """A service's settings."""

    port: Port = Field(8081, validation_alias="TEST_PORT")
    hosts: CommaSeparated = Field((), validation_alias="TEST_HOSTS")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests leaks in."""
    for name in list(os.environ):
        if name.startswith(("BINNACLE_", "TEST_")):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TEST_PORT", "http"), ("TEST_PORT", "70000"), ("BINNACLE_TOKEN", "short"), ("BINNACLE_LOG_LEVEL", "loud")],
)
def test_a_bad_setting_is_named_in_one_line_without_its_value(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the variable and the fix; the value may be a secret."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    message = str(caught.value)
    assert message.startswith(f"{variable}: ")
    assert "\n" not in message
    assert value not in message or variable == "TEST_PORT"


def test_lists_and_empty_values_are_read_as_people_mean_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comma-separated values are trimmed; a variable that compose sets to nothing counts as unset."""
    monkeypatch.setenv("TEST_HOSTS", " a.lan , b.lan,")
    monkeypatch.setenv("TEST_PORT", "")
    settings = Settings.load()
    assert settings.hosts == ("a.lan", "b.lan")
    assert settings.port == 8081


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the folder are in the message."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("BINNACLE_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="BINNACLE_DATA_DIR: cannot write to"):
        Settings.load().own_dir("agent")


def test_all_who_start_at_once_agree_on_the_token(tmp_path: Path) -> None:
    """Whoever comes first makes it; nobody reads half of it; mode 600."""
    path = tmp_path / "data" / "token"
    with ThreadPoolExecutor(16) as pool:
        tokens = set(pool.map(lambda _: read_or_create_secret(path), range(64)))
    assert len(tokens) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_empty_token_file_stops_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that anyone could guess is refused by name."""
    (tmp_path / "token").touch()
    monkeypatch.setenv("BINNACLE_DATA_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match="BINNACLE_TOKEN_FILE"):
        service_token(Settings.load())


@given(st.integers(min_value=0, max_value=253_402_300_799_999))
def test_times_survive_the_way_out_and_back(ms: int) -> None:
    """Milliseconds since 1970 → RFC 3339 → the same."""
    assert parse_rfc3339(rfc3339(ms)) == ms


def test_every_time_that_is_read_can_be_written() -> None:
    """Years have four digits, the letters may be small, and what lies outside the years 1 to 9999 in UTC is refused."""
    assert rfc3339(parse_rfc3339("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00.000Z"
    assert parse_rfc3339("2026-11-23t00:00:00.123z") == parse_rfc3339("2026-11-23T01:00:00.123+01:00")


NO_TIMES = ["", "yesterday", "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z", "12:00"]
OUTSIDE = ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59.9999Z", "0001-01-01T00:00:00+14:00"]


@pytest.mark.parametrize("text", [*NO_TIMES, *OUTSIDE])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Always as `ValueError`, whatever the library makes of it."""
    with pytest.raises(ValueError, match=r".+"):
        parse_rfc3339(text)


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    """A later id is never smaller than one made a millisecond before."""
    ids = [new_id("run") for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert [i[:13] for i in ids] == sorted(i[:13] for i in ids)
