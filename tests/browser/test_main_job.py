"""What all the rest is for, on one page that is never loaded again."""

import time

from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.house import House
from tests.browser.steps import go_to

GRACE_MS = 4000
BACK_MS = 2000


def test_main_job_from_the_link_to_going_on_after_an_outage(house: House, new_page: NewPage) -> None:
    """Log in by link, ask, watch, lose the agent, see an error as an issue, get the agent back, go on: no reload."""
    page = new_page(known=False)
    page.goto(house.login_link())
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert "#" not in page.url
    page.evaluate("window.never_loaded_again = true")

    go_to(page, "Chat")
    page.get_by_label("Ask the agent").fill("read notes.txt")
    page.keyboard.press("Enter")
    turn = page.locator(".turn").last
    expect(turn.locator(".tool-name")).to_have_text("read_file")
    expect(turn).to_have_attribute("data-status", "succeeded")
    expect(turn.locator(".answer")).to_contain_text("Buy milk")

    house.stop("agent")
    banner = page.get_by_text("The agent is down")
    expect(banner).to_be_visible(timeout=GRACE_MS + 3000)
    page.get_by_label("Ask the agent").fill("list the files")
    send = page.get_by_role("button", name="Send")
    expect(send).to_have_attribute("aria-disabled", "true")
    expect(send).to_have_attribute("title", "The agent is down.")
    expect(turn.locator(".answer")).to_contain_text("Buy milk")

    page.evaluate("setTimeout(() => { throw new RangeError('provoked by the test') })")
    go_to(page, "Insights")
    issue = page.locator(".issue-row", has_text="RangeError: provoked by the test")
    expect(issue).to_be_visible()
    expect(issue).to_contain_text("chat")
    issue.click()
    expect(page.get_by_role("heading", name="RangeError: provoked by the test")).to_be_visible()
    expect(page.get_by_label("Why grouped")).to_contain_text("RangeError")

    house.start("agent")
    ready = time.monotonic()
    expect(banner).not_to_be_visible(timeout=BACK_MS)
    assert (time.monotonic() - ready) * 1000 <= BACK_MS

    go_to(page, "Chat")
    page.get_by_label("Ask the agent").fill("list the files")
    page.keyboard.press("Enter")
    expect(page.locator(".turn").last.locator(".answer")).to_contain_text("notes.txt")
    assert page.evaluate("window.never_loaded_again") is True
