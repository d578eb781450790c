"""Secrets go into the store, and out of it only into the server."""

import asyncio
import stat
from pathlib import Path

import pytest
from agent_runner.mcp_manager.logs import MAX_LINE, MAX_LINES, LogTail, Redactor
from agent_runner.mcp_manager.secret_file import SecretFile
from agent_runner.mcp_manager.secrets import UnresolvedError, looks_secret, resolve, seal
from agent_runner.mcp_manager.types import NewSecret, SecretRef, ServerSpec
from kit.problems import StorageUnavailable


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("API_KEY", "abc", True),
        ("GITHUB_PERSONAL_ACCESS_TOKEN", "abc", True),
        ("Authorization", "Bearer abc", True),
        ("x-api-key", "abc", True),
        ("DB_PASSWORD", "abc", True),
        ("apiKey", "abc", True),
        ("PATH", "/usr/bin", False),
        ("KEYBOARD", "de", False),
        ("LOG_LEVEL", "debug", False),
        ("DATABASE_URL", "postgres://me:pass@db/x", True),
        ("ANYTHING", "ghp_abcdefghijkl", True),
        ("API_KEY", "${API_KEY}", False),
        ("API_KEY", "", False),
    ],
)
def test_secrets_are_told_by_name_or_value(name: str, value: str, secret: bool) -> None:
    """References to the environment are none."""
    assert looks_secret(name, value) is secret


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def test_secrets_survive_in_a_file_for_its_user_only(tmp_path: Path) -> None:
    """Written whole or not at all; deleted ones are gone."""
    path = tmp_path / "secrets.json"
    await SecretFile(path).change({"a": "1", "b": "2"})
    store = SecretFile(path)
    assert (store.get("a"), store.get("c"), list(store.keys("b"))) == ("1", None, ["b"])
    await asyncio.gather(*(store.change({f"n{at}": str(at)}) for at in range(20)), store.change({"a": None}))
    again = SecretFile(path)
    assert (again.get("a"), len(again.keys(""))) == (None, 21)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names_in(tmp_path) == ["secrets.json"]


async def test_broken_secret_file_is_said_and_kept(tmp_path: Path) -> None:
    """It is not taken for an empty one and written over."""
    path = tmp_path / "secrets.json"
    path.write_text("{half")
    with pytest.raises(StorageUnavailable, match="cannot be read"):
        await SecretFile(path).change({"a": "1"})
    assert path.read_text() == "{half"


async def test_sealed_definition_holds_references(tmp_path: Path) -> None:
    """What is marked, and what looks like a secret; and it resolves to what it was."""
    store = SecretFile(tmp_path / "secrets.json")
    spec = ServerSpec("s", "stdio", command="c", env={"API_KEY": "abcdef", "PLAIN": NewSecret("marked"), "LEVEL": "x"})
    sealed, changes = seal(spec)
    await store.change(changes)
    assert sealed.env == {
        "API_KEY": SecretRef("mcp/s/env/API_KEY"),
        "PLAIN": SecretRef("mcp/s/env/PLAIN"),
        "LEVEL": "x",
    }
    assert seal(sealed) == (sealed, {})
    values = resolve(sealed, store, {})
    assert values.env == {"API_KEY": "abcdef", "PLAIN": "marked", "LEVEL": "x"}
    assert values.secrets == {"abcdef", "marked"}


def test_references_are_resolved_where_they_may_stand(tmp_path: Path) -> None:
    """In variables, headers, the address, and in arguments unless that would show a secret to everyone."""
    store = SecretFile(tmp_path / "secrets.json")
    around = {"HOME": "/home/me", "MY_TOKEN": "tok-123456", "HOST": "h.example"}
    local = ServerSpec(
        "l", "stdio", command="c", args=["${HOME}/x", "--header", "${MY_TOKEN}"], env={"A": "${MY_TOKEN}"}
    )
    values = resolve(local, store, around)
    assert values.args == ("/home/me/x", "--header", "${MY_TOKEN}")
    assert values.env == {"A": "tok-123456"}
    remote = ServerSpec("r", "http", url="https://${HOST}/${NOT:-mcp}", headers={"Authorization": "Bearer ${MY_TOKEN}"})
    values = resolve(remote, store, around)
    assert (values.url, values.headers) == ("https://h.example/mcp", {"Authorization": "Bearer tok-123456"})
    assert {"Bearer tok-123456", "tok-123456"} <= values.secrets


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """A variable that is not set, a secret that is not there."""
    store = SecretFile(tmp_path / "secrets.json")
    with pytest.raises(UnresolvedError, match=r"env\.A .* NOT_SET"):
        resolve(ServerSpec("s", "stdio", command="c", env={"A": "${NOT_SET}"}), store, {})
    with pytest.raises(UnresolvedError, match=r"headers\.A .* set it anew"):
        resolve(ServerSpec("s", "http", url="http://a", headers={"A": SecretRef("mcp/s/headers/A")}), store, {})


def test_log_tail_is_bounded_and_holds_no_secret() -> None:
    """Whatever a server writes: long lines, many lines, escape codes, the secret it was given."""
    log = LogTail()
    log.redact = Redactor({"hush-hush", "no"})
    for at in range(MAX_LINES * 2):
        log.add("stderr", f"\x1b[31mline {at}\x1b[0m no hush-hush" + "x" * MAX_LINE * 2)
    log.add("stderr", "   ")
    lines = log.lines()
    assert len(lines) == MAX_LINES
    assert lines[-1].text.startswith(f"line {MAX_LINES * 2 - 1} no ***x")
    assert all(len(line.text) <= MAX_LINE + 2 for line in lines)
