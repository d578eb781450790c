"""Takes the pictures of the README from the real page: `python -m tests.browser.screenshots`.

Starts the three services with a data folder of its own, has the agent work, sets the times of its runs back so that
they lie over a day, adds errors of that day, and looks.
"""

import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.conftest import FLAGS, find_browser
from tests.browser.house import ROOT, House
from tests.browser.steps import add_server, ask, expect_answered, go_to, visit

IMAGES = ROOT / "docs" / "images"
SIZE = ViewportSize(width=1280, height=800)
HOUR_MS = 3_600_000
RUNS = 110
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
ASKED = (
    "list the files",
    "what time is it in Tokyo",
    "search the files for compass",
    "read notes.txt",
    "what is in report.md",
    "search the files for error",
)
ERRORS = (
    ("chat", "javascript_error", "TypeError: Cannot read properties of undefined (reading 'items')"),
    ("overview", "timeout", "No answer within 15 s."),
    ("insights", "rendering_error", "RangeError: Invalid time value"),
)
PACKAGES = "node_modules/@modelcontextprotocol"
NODE = {"transport": "stdio", "command": "node", "cwd": str(ROOT / "tests/mcp_servers")}
SERVERS = (
    ("ready", {"name": "clock", "transport": "stdio", "command": "mcp-server-time"}),
    ("ready", {"name": "repository", "transport": "stdio", "command": "mcp-server-git", "args": ["--repository", "."]}),
    ("ready", {"name": "everything", **NODE, "args": [f"{PACKAGES}/server-everything/dist/index.js", "stdio"]}),
    ("ready", {"name": "graph", **NODE, "args": [f"{PACKAGES}/server-memory/dist/index.js"]}),
    (
        "disabled",
        {"name": "browser", "transport": "stdio", "command": "npx", "args": ["-y", "browser-mcp"], "enabled": False},
    ),
    ("open", {"name": "inventory", "transport": "http", "url": "http://127.0.0.1:9/mcp"}),
)
FILES = {
    "report.md": "# Week 47\n\n- The compass was adjusted.\n- Two errors in the log, see `log.txt`.\n",
    "log.txt": "08:12 error: compass deviation over 3 degrees\n08:40 adjusted\n11:05 error: no answer from the pump\n",
}


def main() -> None:
    """Write `docs/images/*.png`."""
    data = Path(tempfile.mkdtemp())
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # its MCP servers
    house = House(data)
    for name, text in FILES.items():
        (data / "workspace" / name).write_text(text)
    try:
        house.start("tracker", "agent", "dashboard")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
            take(browser, house)
            browser.close()
    finally:
        house.stop_all()
        shutil.rmtree(data)


def take(browser: Browser, house: House) -> None:
    """Let a day pass, use the page for a while, and take the pictures."""
    page = browser.new_page(base_url=house.url, viewport=SIZE, color_scheme="dark", device_scale_factor=2)
    page.goto(house.login_link())
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    chance = random.Random(47)
    work(page, chance)
    house.stop("agent")
    set_back(house.data / "agent" / "agent.db", chance)
    house.start("agent")
    err(page, chance)
    page.set_default_timeout(10_000)
    converse(page)
    shoot(page, "chat")
    go_to(page, "Overview")
    expect(page.locator(".plot canvas")).to_have_count(2)
    shoot(page, "overview")
    for state, definition in SERVERS:
        add_server(page, definition, state)
    go_to(page, "Tools & MCP")
    expect(page.locator(".server-row")).to_have_count(len(SERVERS))
    shoot(page, "tools")


def work(page: Page, chance: random.Random) -> None:
    """Runs of the agent, some of which may take one step only, which is not enough."""
    for number in range(RUNS):
        limit = {"max_steps": 1} if chance.random() < 0.06 else {}
        body = {"input": ASKED[number % len(ASKED)], **limit}
        assert page.request.post("/api/agent/runs", data=body, headers=SAME_ORIGIN).ok
    until = time.monotonic() + 60
    while page.request.get("/api/agent/runs?status=queued,running&limit=1").json()["items"]:
        assert time.monotonic() < until
        time.sleep(0.2)


def set_back(database: Path, chance: random.Random) -> None:
    """Spread the runs over the last day, more of them in the last hours."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for (run,) in connection.execute("SELECT id FROM runs").fetchall():
            by = int(chance.betavariate(1, 1.6) * 23 * HOUR_MS)
            connection.execute(
                "UPDATE runs SET created_at = created_at - ?1, started_at = started_at - ?1, ended_at = ended_at - ?1"
                " WHERE id = ?2",
                (by, run),
            )
            connection.execute(
                "UPDATE sessions SET updated_at = updated_at - ?1"
                " WHERE id = (SELECT session_id FROM runs WHERE id = ?2)",
                (by, run),
            )


def err(page: Page, chance: random.Random) -> None:
    """Errors over the last day, and what people did meanwhile, as the page would have told them."""
    events: list[dict[str, object]] = []
    for number in range(260):
        ago_s = chance.betavariate(1, 1.4) * 82_000
        ts = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - ago_s))
        component, kind, message = ERRORS[min(2, int(chance.expovariate(1.2)))]
        is_error = chance.random() < 0.12
        what = (
            {"type": "error", "kind": kind, "message": message, "level": "error"}
            if is_error
            else {"type": "interaction", "action": "tab_switch", "target": component, "success": True}
        )
        id_ = f"00000000-0000-4000-8000-{number:012d}"
        events.append({"id": id_, "ts": ts, "component": component, "session_id": f"visit-{number % 9}", **what})
    assert page.request.post("/api/track", data={"events": events}, headers=SAME_ORIGIN).ok
    page.wait_for_timeout(3000)


def converse(page: Page) -> None:
    """A conversation that ends with a question to the person."""
    ask(page, "search the files for error")
    expect_answered(page)
    page.get_by_label("Ask the agent").fill("write hello to greeting.txt")
    page.keyboard.press("Enter")
    expect(page.locator(".approval")).to_be_visible()
    visit(page, page.url)
    expect(page.locator(".approval")).to_be_visible()


def shoot(page: Page, name: str) -> None:
    """One picture, when nothing moves any more."""
    page.wait_for_timeout(800)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
