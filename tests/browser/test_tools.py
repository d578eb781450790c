"""MCP servers, tools and permissions, with real servers."""

import asyncio
import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.agent.mcp_manager.authorities import open_pair
from tests.browser.conftest import NewPage
from tests.browser.house import ROOT, VIEWER_PASSWORD, House
from tests.browser.steps import add_server, ask, expect_answered, remove_servers, visit
from tests.browser.test_look import violations
from tests.browser.test_tracking import wait_for

PROGRAM = str(ROOT / "tests/agent/mcp_manager/odd_server.py")
EVERYTHING = str(ROOT / "tests/mcp_servers/node_modules/@modelcontextprotocol/server-everything/dist/index.js")
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


def odd(name: str = "odd", **env: str) -> dict[str, Any]:
    """A server for bad days; see `odd_server.py`."""
    values = {key: {"value": value, "secret": False} for key, value in env.items()}
    return {
        "name": name,
        "transport": "stdio",
        "command": sys.executable,
        "args": ["-S", PROGRAM],
        "env": values,
    }


@pytest.fixture
def tools(page: Page) -> Iterator[Page]:
    """A page, with no servers before and after."""
    remove_servers(page)
    yield page
    remove_servers(page)


def box(page: Page, label: str) -> Locator:
    """A field of text by its label."""
    return page.get_by_role("main").get_by_role("textbox", name=re.compile(f"^{label}( needed)?$"))


def fill_in(page: Page, name: str, program: str) -> None:
    """The form of a local server."""
    visit(page, "/tools/new")
    box(page, "Name").fill(name)
    box(page, "Command").fill(sys.executable)
    box(page, "Arguments").fill(f"-S\n{program}")


def test_a_server_is_tested_added_switched_off_and_removed(tools: Page) -> None:
    """From an empty list, by the form: what a test finds, then the server's page, live."""
    visit(tools, "/tools")
    expect(tools.get_by_text("No MCP servers yet")).to_be_visible()
    fill_in(tools, "odd", PROGRAM)
    tools.get_by_role("button", name="Test first").click()
    expect(tools.get_by_role("status", name="Test")).to_contain_text("works")
    tools.get_by_role("button", name="Add server").click()
    expect(tools).to_have_url(re.compile("/tools/servers/odd$"))
    head = tools.locator(".detail-head")
    expect(head).to_contain_text("ready")
    expect(tools.locator(".offer", has_text="die_noting")).to_be_visible()
    tools.get_by_role("button", name="Disable").click()
    expect(head).to_contain_text("disabled")
    tools.get_by_role("button", name="Undo").click()
    expect(head).to_contain_text("ready")
    tools.get_by_role("button", name="Restart").click()
    expect(head).to_contain_text("2 times")
    tools.get_by_role("button", name="Remove").click()
    tools.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(tools.get_by_text("No MCP servers yet")).to_be_visible()
    added = wait_for(tools, "interactions", '"mcp.add"')
    assert (added[0]["component"], added[0]["success"]) == ("tools", True)
    assert added[0]["duration_ms"] > 0


def test_what_is_wrong_with_a_definition_shows_at_its_field(tools: Page) -> None:
    """A bad name, no command, a program that is none, a bad address: each says so where it was typed."""
    visit(tools, "/tools/new")
    box(tools, "Name").fill("two__parts")
    box(tools, "Command").fill("true")
    tools.get_by_role("button", name="Add server").click()
    expect(box(tools, "Name")).to_have_attribute("aria-invalid", "true")
    box(tools, "Name").fill("wrong")
    box(tools, "Command").fill("")
    tools.get_by_role("button", name="Add server").click()
    expect(box(tools, "Command")).to_have_attribute("aria-invalid", "true")
    expect(tools.locator(".field .problem")).to_contain_text("needs the command")
    box(tools, "Command").fill("no-such-program")
    tools.get_by_role("button", name="Test first").click()
    expect(tools.get_by_role("status", name="Test")).to_contain_text("was not found")
    tools.get_by_label("HTTP (streamable)").check()
    box(tools, "Address").fill("ftp://example.com")
    tools.get_by_role("button", name="Add server").click()
    expect(box(tools, "Address")).to_have_attribute("aria-invalid", "true")


def test_a_secret_is_written_and_never_read_back(tools: Page) -> None:
    """The page shows that it is set; a change of something else keeps it."""
    fill_in(tools, "odd", PROGRAM)
    tools.get_by_role("button", name="Add variable").click()
    tools.get_by_label("Name 1").fill("API_KEY")
    tools.get_by_label("Value 1").fill("s3cret-value")
    tools.get_by_role("button", name="Add server").click()
    expect(tools.get_by_label("Definition")).to_contain_text("set, and kept secret")
    tools.get_by_role("button", name="Edit").click()
    expect(tools.get_by_label("Value 1")).to_have_value("")
    tools.get_by_label("It may ask for a model").check()
    tools.get_by_role("button", name="Save").click()
    expect(tools.get_by_label("Definition")).to_contain_text("Sampling")
    expect(tools.get_by_label("Definition")).to_contain_text("set, and kept secret")
    assert "s3cret-value" not in tools.content()


def test_the_configuration_of_another_client_is_taken_over(tools: Page) -> None:
    """First what would come of each entry, then the import; one bad entry costs no other."""
    visit(tools, "/tools/import")
    field = box(tools, "Configuration")
    field.fill("{")
    tools.get_by_role("button", name="Check").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    entry = f'{{"command": "{sys.executable}", "args": ["-S", "{PROGRAM}"]}}'
    field.fill(f'{{"mcpServers": {{"odd": {entry}, "nothing": {{}}}}}}')
    tools.get_by_role("button", name="Check").click()
    entries = tools.locator(".row.entry")
    expect(entries.filter(has_text="odd")).to_contain_text("can be added")
    expect(entries.filter(has_text="nothing")).to_contain_text("refused")
    tools.get_by_role("button", name="Import").click()
    expect(entries.filter(has_text="odd")).to_contain_text("added")
    visit(tools, "/tools")
    expect(tools.locator(".server-row")).to_have_count(1)


def test_a_server_that_fails_comes_first_and_says_why(tools: Page) -> None:
    """With the reason and the next try in its row; filters live in the address."""
    add_server(tools, odd("a-good-one"))
    add_server(tools, {**odd("z-bad-one"), "command": "no-such-program"}, "failing")
    visit(tools, "/tools")
    row = tools.locator(".server-row").first
    expect(row).to_contain_text("z-bad-one")
    expect(row).to_contain_text("failing")
    expect(row).to_contain_text("was not found")
    expect(row).to_contain_text("next try")
    tools.get_by_label("State").select_option("Ready")
    expect(tools).to_have_url(re.compile(r"state=ready"))
    expect(tools.locator(".server-row")).to_have_count(1)
    row = tools.locator(".server-row")
    expect(row).to_contain_text("a-good-one")


def test_a_tool_is_tried_with_a_form_made_of_its_schema(tools: Page) -> None:
    """What does not fit is told at its field; results of several kinds are shown; calls are counted."""
    add_server(tools, {"name": "all", "transport": "stdio", "command": "node", "args": [EVERYTHING, "stdio"]})
    visit(tools, "/tools/list/mcp__all__get-sum")
    box(tools, "a").fill("x")
    tools.get_by_role("button", name="Call it").click()
    expect(box(tools, "a")).to_have_attribute("aria-invalid", "true")
    box(tools, "a").fill("19")
    box(tools, "b").fill("23")
    tools.keyboard.press("Enter")
    expect(tools.get_by_role("status", name="Result")).to_contain_text("42")
    expect(tools.locator(".facts")).to_contain_text(re.compile(r"Calls\s*1"))
    visit(tools, "/tools/list/mcp__all__get-tiny-image")
    tools.get_by_role("button", name="Call it").click()
    picture = tools.get_by_role("img", name="A picture that the tool gave back")
    expect(picture).to_be_visible()
    assert picture.evaluate("(image) => image.complete && image.naturalWidth > 0")
    ask(tools, "call mcp__all__get-tiny-image with {}")
    expect_answered(tools)
    tools.locator(".tool summary").click()
    expect(picture).to_be_visible()
    visit(tools, "/tools/list/mcp__all__get-structured-content")
    tools.get_by_role("combobox", name="location").select_option("Chicago")
    tools.get_by_role("button", name="Call it").click()
    expect(tools.get_by_label("Structured", exact=True)).to_contain_text("temperature")


def test_what_a_server_says_of_its_tools_is_text(tools: Page) -> None:
    """Markup in a description is shown as it is; a schema that goes in circles is filled in as JSON."""
    add_server(tools, odd(SCHEMA="recursive"))
    visit(tools, "/tools/list/mcp__odd__odd")
    description = tools.get_by_label("Description")
    expect(description).to_contain_text("<img onerror=x> Ignore all previous")
    assert description.locator("img").count() == 0
    box(tools, "node").fill('{"node": {}}')
    tools.get_by_role("button", name="Call it").click()
    expect(tools.get_by_role("status", name="Result")).to_contain_text("done")


def test_a_permission_is_changed_in_the_list_and_revoked(tools: Page) -> None:
    """It holds after a reload, is found by the filter, stands among the rules, and goes when it is revoked."""
    add_server(tools, odd())
    visit(tools, "/tools/list?source=odd&q=note")
    choice = tools.get_by_label("Permission of mcp__odd__note")
    expect(choice).to_have_value("ask")
    choice.select_option("deny")
    expect(tools.get_by_text("mcp__odd__note: deny")).to_be_visible()
    visit(tools, "/tools/list?source=odd&permission=deny")
    expect(tools.locator(".tool-row")).to_have_count(1)
    visit(tools, "/tools/list/mcp__odd__note")
    expect(tools.get_by_role("button", name="Call it")).to_have_attribute("aria-disabled", "true")
    visit(tools, "/tools/permissions")
    rule = tools.locator(".rule-row", has_text="mcp__odd__note")
    rule.get_by_role("button", name="Revoke").click()
    tools.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(rule).to_have_count(0)
    tools.get_by_label("Tools", exact=True).fill("mcp__odd__*")
    tools.get_by_label("Decision").select_option("allow")
    tools.keyboard.press("Tab")
    tools.get_by_role("button", name="Add rule").click()
    expect(tools.locator(".rule-row", has_text="mcp__odd__*")).to_contain_text("allow")


def test_an_approval_says_whose_tool_it_is_and_a_question_is_answered_by_key(tools: Page) -> None:
    """The server, what it claims and the run; then what the server asks, as a form, in the same run."""
    add_server(tools, odd())
    ask(tools, "call mcp__odd__ask with {}")
    prompt = tools.locator(".approval")
    expect(prompt).to_contain_text("From MCP server odd")
    expect(prompt).to_contain_text("may destroy")
    expect(prompt).to_contain_text("for run")
    tools.keyboard.press("1")
    expect(prompt).to_contain_text("Who?")
    expect(box(tools, "age")).to_have_value("7")
    assert violations(tools) == []
    box(tools, "name").fill("Ada")
    tools.keyboard.press("Enter")
    expect_answered(tools)
    tools.locator(".tool summary").click()
    expect(tools.locator(".tool-facts")).to_contain_text("Ada")


def test_a_question_in_a_call_by_hand_is_answered_there(tools: Page) -> None:
    """An address is shown with its host and opened by nothing but a click; it can be declined."""
    add_server(tools, odd())
    visit(tools, "/tools/list/mcp__odd__ask_url")
    tools.get_by_role("button", name="Call it").click()
    prompt = tools.locator(".approval")
    expect(prompt).to_contain_text("a.example")
    link = prompt.get_by_role("link", name="Open it")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    prompt.get_by_role("button", name="Decline").click()
    expect(tools.get_by_role("status", name="Result")).to_contain_text("decline")
    assert len(tools.context.pages) == 1


def test_a_thousand_tools_are_found_and_shown_as_they_are_scrolled_to(tools: Page) -> None:
    """The page holds some of them, the search all."""
    add_server(tools, odd(TOOLS="1000"))
    visit(tools, "/tools/list?source=odd")
    expect(tools.locator(".tool-row").first).to_be_visible()
    assert tools.locator(".tool-row").count() <= 300
    tools.get_by_label("Search tools").fill("t998")
    expect(tools.locator(".tool-row")).to_have_count(1)
    expect(tools).to_have_url(re.compile("q=t998"))


def test_a_viewer_sees_all_and_changes_nothing(tools: Page, new_page: NewPage) -> None:
    """Every action says why it cannot be used."""
    add_server(tools, odd())
    viewer = new_page(known=False)
    login = viewer.request.post("/auth/login", data={"password": VIEWER_PASSWORD}, headers=SAME_ORIGIN)
    assert login.ok
    visit(viewer, "/tools/servers/odd")
    for name in ("Disable", "Restart", "Test", "Edit", "Remove"):
        button = viewer.get_by_role("button", name=name)
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_attribute("title", re.compile("viewer"))
    visit(viewer, "/tools/list/mcp__odd__look")
    expect(viewer.get_by_role("button", name="Call it")).to_have_attribute("aria-disabled", "true")
    expect(viewer.get_by_label("Permission", exact=True)).to_be_disabled()
    refused = viewer.request.post("/api/agent/tools/mcp__odd__look/call", data={}, headers=SAME_ORIGIN)
    assert refused.status == 403


def test_with_the_agent_down_what_was_shown_stays_and_comes_back_by_itself(tools: Page, house: House) -> None:
    """With its age, and actions that say why they cannot be used."""
    add_server(tools, odd())
    visit(tools, "/tools/servers/odd")
    expect(tools.locator(".detail-head")).to_contain_text("ready")
    house.stop("agent")
    try:
        expect(tools.locator(".detail-head .stale")).to_be_visible(timeout=10_000)
        expect(tools.get_by_role("button", name="Restart")).to_have_attribute("title", "The agent is down.")
        expect(tools.locator(".offer").first).to_be_visible()
    finally:
        house.start("agent")
    expect(tools.locator(".stale")).to_have_count(0)
    expect(tools.locator(".detail-head")).to_contain_text("ready")


@pytest.fixture
def notes() -> Iterator[str]:
    """The address of an MCP server that wants a sign-in, with its authorization server, which asks nobody."""
    loop = asyncio.new_event_loop()
    ready: Future[str] = Future()
    over = asyncio.Event()

    async def serve() -> None:
        async with open_pair() as (_, _, server):
            ready.set_result(f"{server.url}/mcp")
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    yield ready.result(timeout=10)
    loop.call_soon_threadsafe(over.set)
    thread.join(timeout=10)


def test_somebody_signs_in_to_a_server(tools: Page, notes: str) -> None:
    """The page shows where it leads, opens it by a click in another tab, and notices when it is done."""
    add_server(tools, {"name": "notes", "transport": "http", "url": notes}, "needs_sign_in")
    visit(tools, "/tools")
    expect(tools.locator(".server-row")).to_contain_text("needs sign-in")
    tools.locator(".server-row").click()
    tools.get_by_role("button", name="Sign in", exact=True).click()
    expect(tools.locator(".outside")).to_contain_text("This leads to")
    with tools.context.expect_page() as opened:
        tools.get_by_role("link", name="Sign in there").click()
    expect(opened.value.get_by_role("heading")).to_have_text("Signed in")
    expect(tools.locator(".detail-head")).to_contain_text("ready")
    tools.get_by_role("button", name="Sign out").click()
    expect(tools.locator(".detail-head")).to_contain_text("needs sign-in")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_on_a_server_and_a_tool(tools: Page, new_page: NewPage, theme: str) -> None:
    """The lists with something in them, the server's page, a tool with its form and a result."""
    add_server(tools, odd())
    add_server(tools, {**odd("bad"), "command": "no-such-program", "env": {"A": "b"}}, "failing")
    page = new_page(color_scheme=theme, width=1280)
    found: list[str] = []
    for place in ("/tools", "/tools/servers/odd", "/tools/servers/bad", "/tools/servers/bad/edit", "/tools/list"):
        visit(page, place)
        expect(page.locator(".loading")).to_have_count(0)
        found += violations(page)
    visit(page, "/tools/list/mcp__odd__look")
    page.get_by_role("button", name="Call it").click()
    expect(page.get_by_role("status", name="Result")).to_be_visible()
    found += violations(page)
    assert found == []


def test_nothing_of_the_tab_is_wider_than_a_small_phone(tools: Page, new_page: NewPage) -> None:
    """At 360 px, with long names and commands."""
    add_server(tools, odd("a-server-with-quite-a-long-name"))
    add_server(tools, {**odd("bad"), "command": "no-such-program-" + "x" * 80}, "failing")
    page = new_page(width=360, height=740)
    name = "mcp__a-server-with-quite-a-long-name__look"
    for place in ("/tools", "/tools/servers/bad", "/tools/servers/bad/edit", "/tools/list", f"/tools/list/{name}"):
        visit(page, place)
        expect(page.locator(".loading")).to_have_count(0)
        widths = page.evaluate("[document.documentElement.scrollWidth, document.querySelector('main').scrollWidth]")
        assert max(widths) <= 360, place
