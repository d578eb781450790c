"""The workspace's files over the API."""

import os
from pathlib import Path

import pytest

from tests.agent.api.serving import Agent

FILES = "/api/v1/workspace/files"


async def test_new_workspace_has_something_to_ask_about(agent: Agent) -> None:
    """On the first start the default workspace gets a welcome; who asks for the files sees some."""
    page = await agent.get("/api/v1/workspace")
    assert page["entry"]["kind"] == "folder"
    assert [item["name"] for item in page["items"]] == ["notes.txt", "welcome.md"]


async def test_file_goes_up_and_comes_down(agent: Agent, workspace: Path) -> None:
    """Byte for byte, folders are made on the way, and a second upload replaces the first."""
    data = bytes(range(256)) * 100
    for content in (b"before", data):
        up = await agent.http.put(f"{FILES}/photos/über 1.png", content=content)
        assert (up.status_code, up.json()["path"], up.json()["size"]) == (200, "photos/über 1.png", len(content))
    down = await agent.http.get(f"{FILES}/photos/über 1.png")
    assert down.content == data
    assert (workspace / "photos" / "über 1.png").read_bytes() == data


async def test_download_is_never_run_by_a_browser(agent: Agent) -> None:
    """Whatever a file holds, it is saved: no page of ours, no sniffing, no script."""
    await agent.http.put(f"{FILES}/evil.html", content=b"<script>alert(1)</script>")
    headers = (await agent.http.get(f"{FILES}/evil.html")).headers
    assert headers["content-type"].startswith("text/plain")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''evil.html"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


async def test_folder_is_listed_by_page(agent: Agent) -> None:
    """Folders first, then by name; the cursor goes on."""
    for name in ("z/inner.txt", "b.txt", "a.txt"):
        await agent.http.put(f"{FILES}/box/{name}", content=b"x")
    page = await agent.get("/api/v1/workspace", path="box", limit=2)
    rest = await agent.get("/api/v1/workspace", path="box", limit=2, cursor=page["next_cursor"])
    assert [item["path"] for item in page["items"] + rest["items"]] == ["box/z", "box/a.txt", "box/b.txt"]
    assert rest["next_cursor"] is None
    assert (await agent.get("/api/v1/workspace", path="box/a.txt"))["items"] == []


async def test_file_is_deleted(agent: Agent, workspace: Path) -> None:
    """A folder that holds something only when asked for it."""
    await agent.http.put(f"{FILES}/box/a.txt", content=b"x")
    refused = await agent.http.delete(f"{FILES}/box")
    assert (refused.status_code, refused.json()["code"]) == (409, "folder_not_empty")
    assert (await agent.http.delete(f"{FILES}/box", params={"recursive": "true"})).status_code == 204
    assert not (workspace / "box").exists()
    assert (await agent.http.delete(f"{FILES}/box")).json()["code"] == "file_not_found"


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/agent/agent.db",
        "..%2f..%2fetc/passwd",
        "%2fetc%2fpasswd",
        "link",
        "linked/inner.txt",
        "a%00b",
        "pipe",
        "x" * 5_000,
        "%ff%fe",
        "a/b/../../../agent",
        "",
        "CON%5c..%5c..",
    ],
)
async def test_path_tricks_fail_cleanly(agent: Agent, workspace: Path, tmp_path: Path, path: str) -> None:
    """No way out, whatever the method: a problem that says why, and nothing is read, written or deleted."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "inner.txt").write_text("secret")
    (workspace / "link").symlink_to(secret / "inner.txt")
    (workspace / "linked").symlink_to(secret)
    os.mkfifo(workspace / "pipe")
    got = await agent.http.get(f"{FILES}/{path}")
    put = await agent.http.put(f"{FILES}/{path}", content=b"changed")
    if path != "link":  # a link itself may be deleted, what it points to not
        deleted = await agent.http.delete(f"{FILES}/{path}")
        assert deleted.status_code < 500
    assert 400 <= got.status_code < 500, got.text
    assert got.json()["detail"]
    assert put.status_code < 500
    assert (secret / "inner.txt").read_text() == "secret"


async def test_upload_has_a_limit(agent: Agent) -> None:
    """10 MiB pass, more is refused."""
    limit = 10 << 20
    assert (await agent.http.put(f"{FILES}/large", content=b"x" * limit)).status_code == 200
    refused = await agent.http.put(f"{FILES}/larger", content=b"x" * (limit + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
