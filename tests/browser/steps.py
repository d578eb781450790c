"""What a person does, in words that the tests share."""

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


def expect_answered(page: Page) -> None:
    """The last run has ended well."""
    expect(page.locator(".turn").last).to_have_attribute("data-status", "succeeded")
