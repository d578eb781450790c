"""What a person does, in words that the tests share."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect


def visit(page: Page, path: str) -> None:
    """Go to an address and wait until its tab is there."""
    page.goto(path)
    expect(page.locator("h1")).to_be_visible()


def go_to(page: Page, tab: str) -> None:
    """Choose a tab."""
    page.get_by_role("navigation", name="Tabs").get_by_role("link", name=tab).click()


def ask(page: Page, text: str) -> None:
    """Send something to the agent in a new conversation."""
    visit(page, "/chat")
    page.get_by_label("Ask the agent").fill(text)
    page.keyboard.press("Enter")


def wait_until_quiet(page: Page) -> None:
    """No run goes on, of which there would be news."""
    while page.request.get("/api/agent/runs?status=queued,running&limit=1").json()["items"]:
        page.wait_for_timeout(50)


def report_error(page: Page, message: str) -> None:
    """Have an error on record, as a page would report it."""
    error = {"type": "error", "kind": "javascript_error", "message": message, "component": "chat"}
    event = {"id": str(uuid.uuid4()), "ts": datetime.now(UTC).isoformat(), **error}
    answer = page.request.post("/api/track", data={"events": [event]}, headers={"sec-fetch-site": "same-origin"})
    assert answer.status == 202, answer.text()


def add_server(page: Page, definition: dict[str, Any], state: str = "ready") -> None:
    """Have an MCP server, and wait until it has come to a state."""
    path = "/api/agent/mcp/servers"
    answer = page.request.post(path, data=definition, headers={"sec-fetch-site": "same-origin"})
    assert answer.status == 201, answer.text()
    until = time.monotonic() + 30
    while page.request.get(f"{path}/{definition['name']}").json()["state"] != state:
        assert time.monotonic() < until, f"{definition['name']} is not {state}"
        page.wait_for_timeout(50)


def remove_servers(page: Page) -> None:
    """Have no MCP servers, and no rules."""
    headers = {"sec-fetch-site": "same-origin"}
    for server in page.request.get("/api/agent/mcp/servers?limit=500").json()["items"]:
        assert page.request.delete(f"/api/agent/mcp/servers/{server['name']}", headers=headers).ok
    for rule in page.request.get("/api/agent/permissions?limit=500").json()["items"]:
        assert page.request.delete(f"/api/agent/permissions/{rule['id']}", headers=headers).ok


def expect_answered(page: Page) -> None:
    """The last run has ended well."""
    expect(page.locator(".turn").last).to_have_attribute("data-status", "succeeded")
