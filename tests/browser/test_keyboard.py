"""Without a mouse."""

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import go_to, visit


def test_the_palette_finds_and_runs_commands(page: Page) -> None:
    """Ctrl-K, a few letters, Enter."""
    visit(page, "/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search commands")).to_be_focused()
    page.keyboard.type("failed")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/runs\?status=failed"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_is_typed_into_the_palette_can_be_asked(page: Page) -> None:
    """The last offers are to ask the agent and to search, with the words already there."""
    visit(page, "/")
    page.keyboard.press("Control+k")
    page.keyboard.type("list the files")
    page.get_by_role("option", name="Ask the agent").click()
    expect(page.get_by_label("Ask the agent")).to_have_value("list the files")


def test_shortcuts_go_to_tabs_and_are_explained(page: Page) -> None:
    """`g i` goes to Insights, `?` explains, Escape closes and gives the focus back."""
    visit(page, "/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Insights")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search issues")).to_be_focused()
    page.keyboard.press("g")
    expect(page.get_by_label("Search issues")).to_have_value("g")
    page.get_by_role("heading", name="Insights").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_single_letters_can_be_switched_off(page: Page) -> None:
    """Whoever speaks to the computer can keep letters from acting."""
    visit(page, "/")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Shortcuts of single letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile("/$"))


def test_every_control_is_reached_by_tab_and_the_content_by_one_skip(page: Page) -> None:
    """The first stop skips the navigation; focus is seen wherever it is."""
    visit(page, "/insights")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_going_to_a_tab_moves_the_focus_to_it(page: Page) -> None:
    """A screen reader reads on in the tab that was chosen, and its title says which."""
    visit(page, "/")
    go_to(page, "Chat")
    expect(page).to_have_title("Chat · Binnacle")
    go_to(page, "Insights")
    expect(page).to_have_title("Insights · Binnacle")
    expect(page.locator("main")).to_be_focused()
