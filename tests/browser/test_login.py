"""Who gets in, and what they may do."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.house import PASSWORD, VIEWER_PASSWORD
from tests.browser.steps import go_to, visit


def log_in(page: Page, password: str) -> None:
    """Fill the form and send it."""
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_a_wrong_password_is_told_and_the_right_one_leads_where_one_was_going(new_page: NewPage) -> None:
    """A deep link asks for the password and then shows what it names, without loading the page again."""
    page = new_page(known=False)
    page.goto("/insights?state=resolved")
    log_in(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    log_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Insights")).to_be_visible()
    expect(page.get_by_label("State")).to_have_value("resolved")


def test_a_used_link_says_so(new_page: NewPage) -> None:
    """A code works once; after that the page asks for the password, and the address no longer holds the code."""
    page = new_page(known=False)
    page.goto("/login#this-code-was-never-made")
    expect(page.get_by_role("alert")).to_contain_text("used already")
    assert "#" not in page.url


def test_a_viewer_sees_all_and_is_told_why_nothing_can_be_changed(new_page: NewPage) -> None:
    """Controls that change something are disabled with the reason; looking works, and the theme is theirs."""
    page = new_page(known=False)
    page.goto("/chat")
    log_in(page, VIEWER_PASSWORD)
    page.get_by_label("Ask the agent").fill("list the files")
    send = page.get_by_role("button", name="Send")
    expect(send).to_have_attribute("aria-disabled", "true")
    expect(send).to_have_attribute("title", re.compile("viewer"))
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("viewer")
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: dark").wait_for()
    go_to(page, "Insights")
    expect(page.get_by_role("heading", name="Insights")).to_be_visible()


def test_a_session_that_ends_asks_again_and_goes_on(new_page: NewPage) -> None:
    """Revoked from elsewhere, the page shows the login; after it, it is where it was, without being loaded again."""
    page = new_page(known=False)
    page.goto("/runs?status=failed")
    log_in(page, PASSWORD)
    expect(page.get_by_label("Status")).to_have_value("failed")
    page.evaluate("window.never_loaded_again = true")
    mine = page.request.get("/auth/session").json()["session_id"]
    answer = page.request.delete(f"/auth/sessions/{mine}", headers={"sec-fetch-site": "same-origin"})
    assert answer.ok, answer.text()
    expect(page.get_by_label("Password")).to_be_visible(timeout=10_000)
    log_in(page, PASSWORD)
    expect(page.get_by_label("Status")).to_have_value("failed")
    assert page.evaluate("window.never_loaded_again") is True


def test_logging_out_leads_to_the_login(new_page: NewPage) -> None:
    """And the session is over."""
    page = new_page(known=False)
    page.goto("/")
    log_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login$"))
    visit(page, "/")
    expect(page.get_by_label("Password")).to_be_visible()
