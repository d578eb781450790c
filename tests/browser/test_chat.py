"""Talking to the agent."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.house import House
from tests.browser.steps import ask, expect_answered, visit


def test_a_call_that_changes_something_waits_for_an_approval_by_key(page: Page, house: House) -> None:
    """What will be called is shown with its arguments; 1 allows it once, from the keyboard alone."""
    ask(page, "write hello to approved.txt")
    prompt = page.locator(".approval")
    expect(prompt).to_contain_text("write_file")
    expect(prompt).to_contain_text("approved.txt")
    expect(prompt).to_be_focused()
    page.keyboard.press("1")
    expect_answered(page)
    expect(prompt).to_have_count(0)
    assert (house.data / "workspace" / "approved.txt").read_text().strip() == "hello"


def test_a_denied_call_is_not_made_and_the_agent_learns_why(page: Page, house: House) -> None:
    """Deny with a reason: no file, and the call shows as denied."""
    ask(page, "write hello to denied.txt")
    page.get_by_label("Reason for denying").fill("not today")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_attribute("data-status", re.compile("succeeded|failed"))
    expect(page.locator(".tool")).to_contain_text("denied")
    assert not (house.data / "workspace" / "denied.txt").exists()


def test_a_run_that_waits_can_be_stopped(page: Page) -> None:
    """Stop ends the run, and the page says so."""
    ask(page, "write hello to stopped.txt")
    expect(page.locator(".approval")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".turn")).to_have_attribute("data-status", "cancelled")
    expect(page.locator(".outcome")).to_contain_text("cancelled")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_the_overview_leads_to_what_waits(new_page: NewPage) -> None:
    """A run that waits for an approval is told on the overview of another page, and can be answered from there."""
    page, other = new_page(), new_page()
    visit(other, "/")
    ask(page, "write hello to elsewhere.txt")
    expect(page.locator(".approval")).to_be_visible()
    waiting = other.locator(".attention", has_text="elsewhere.txt")
    waiting.click()
    other.get_by_role("button", name="Deny").click()
    expect(page.locator(".approval")).to_have_count(0)


def test_conversations_are_kept_renamed_pinned_and_deleted(page: Page) -> None:
    """A conversation has an address, a name that can be changed, and goes only after a confirmation."""
    ask(page, "what time is it in Tokyo")
    expect_answered(page)
    expect(page).to_have_url(re.compile("/chat/ses_"))
    row = page.locator(".sessions li.current")
    row.hover()
    row.get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill("Clocks of the world")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Clocks of the world")
    row.get_by_role("button", name="Pin").click()
    expect(row.get_by_role("button", name="Unpin")).to_be_attached()
    page.reload()
    expect(page.locator(".turn .asked")).to_have_text("what time is it in Tokyo")
    row.hover()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Clocks of the world")).to_have_count(0)
    expect(page).to_have_url(re.compile("/chat$"))


def test_an_example_is_one_click_away(page: Page) -> None:
    """An empty conversation offers requests that work, and waits for the person to send them."""
    visit(page, "/chat")
    page.get_by_role("button", name="list the files", exact=True).click()
    field = page.get_by_label("Ask the agent")
    expect(field).to_have_value("list the files")
    expect(field).to_be_focused()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_run_has_a_page_of_its_own_with_its_steps_over_time(page: Page) -> None:
    """The run's address works on reload, and a step unfolds to its arguments and result."""
    ask(page, "read notes.txt")
    expect_answered(page)
    page.get_by_role("link", name="Steps").click()
    expect(page).to_have_url(re.compile("/runs/run_"))
    page.reload()
    step = page.locator(".wf-row", has=page.locator(".wf-name", has_text="read_file"))
    step.locator("summary").click()
    expect(step).to_contain_text("notes.txt")
    expect(step).to_contain_text("Buy milk")


def test_filters_of_runs_live_in_the_address(page: Page) -> None:
    """A filter changes the address, the address sets the filter, and it searches the whole set."""
    ask(page, "what time is it in Lisbon")
    expect_answered(page)
    visit(page, "/runs?q=Lisbon")
    expect(page.locator(".run-row")).to_have_count(1)
    page.get_by_label("Status").select_option("Failed")
    expect(page).to_have_url(re.compile("q=Lisbon&status=failed"))
    expect(page.get_by_text("No run fits these filters")).to_be_visible()
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator(".run-row").first).to_be_visible()
    expect(page.get_by_label("Search runs")).to_have_value("")
