"""The settings."""

from pathlib import Path

import pytest
from dashboard.config import Settings
from kit.settings import SettingsError


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DASHBOARD_PORT", "http"),
        ("DASHBOARD_PORT", "99999"),
        ("AGENT_URL", "127.0.0.1:8081"),
        ("AGENT_URL", "http://"),
        ("TRACKER_URL", "ftp://box"),
        ("DASHBOARD_URL", "box"),
        ("DASHBOARD_ROOT_PATH", "binnacle"),
        ("DASHBOARD_ROOT_PATH", '/a"b'),
        ("DASHBOARD_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("DASHBOARD_PRINT_LINK", "perhaps"),
        ("BINNACLE_TOKEN", "short"),
    ],
)
def test_wrong_setting_is_named(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, which says what would be right."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert str(refused.value).startswith(f"{variable}: ")
    assert "\n" not in str(refused.value)


def test_two_equal_passwords_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody could tell who logs in with them."""
    monkeypatch.setenv("DASHBOARD_PASSWORD", "the-same")
    monkeypatch.setenv("DASHBOARD_VIEWER_PASSWORD", "the-same")
    with pytest.raises(SettingsError, match="DASHBOARD_VIEWER_PASSWORD must differ") as refused:
        Settings.load()
    assert "the-same" not in str(refused.value)


def test_nothing_need_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defaults find the two other services on this machine; an empty variable counts as not set."""
    monkeypatch.setenv("DASHBOARD_URL", "")
    settings = Settings.load()
    assert (settings.port, settings.agent_url, settings.tracker_url) == (
        8080,
        "http://127.0.0.1:8081",
        "http://127.0.0.1:8082",
    )
    assert settings.login_url == "http://localhost:8080/login"
    assert settings.data_dir == Path(".data")


@pytest.mark.parametrize(
    ("env", "link", "hosts"),
    [
        ({"DASHBOARD_PORT": "9000"}, "http://localhost:9000/login", ("dashboard", "127.0.0.1")),
        ({"BINNACLE_HOST": "0.0.0.0"}, "http://localhost:8080/login", ("dashboard",)),
        ({"BINNACLE_HOST": "10.0.0.5"}, "http://localhost:8080/login", ("dashboard", "10.0.0.5")),
        ({"DASHBOARD_ROOT_PATH": "/b/"}, "http://localhost:8080/b/login", ("dashboard", "127.0.0.1")),
        (
            {
                "DASHBOARD_URL": "https://box.example/b/",
                "DASHBOARD_ROOT_PATH": "/b",
                "DASHBOARD_ALLOWED_HOSTS": "x, y,",
            },
            "https://box.example/b/login",
            ("dashboard", "box.example", "127.0.0.1", "x", "y"),
        ),
    ],
)
def test_links_and_hosts_follow_from_the_settings(
    env: dict[str, str], link: str, hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that people type is in the link and is answered."""
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)
    settings = Settings.load()
    assert settings.login_url == link
    assert settings.known_hosts == hosts
