"""What the page tells the tracker, and what it does not."""

import json
import time
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import NewPage
from tests.browser.steps import expect_answered, go_to, visit

Event = dict[str, Any]
SOON_S = 8.0


def tracked(page: Page, kind: str) -> list[Event]:
    """Records of a kind that the tracker has, by way of the dashboard."""
    return page.request.get(f"/api/tracker/{kind}?limit=500").json()["items"]


def wait_for(page: Page, kind: str, words: str) -> list[Event]:
    """The records that hold these words, as soon as there are some."""
    until = time.monotonic() + SOON_S
    while time.monotonic() < until:
        found = [one for one in tracked(page, kind) if words in json.dumps(one)]
        if found:
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"no record of {kind} with {words!r} within {SOON_S} s")


def throw(page: Page, words: str) -> None:
    """A script error, at some later moment."""
    page.evaluate("(words) => { setTimeout(() => { throw new Error('provoked: ' + words) }) }", words)


def test_an_error_survives_being_offline_and_a_reload(page: Page) -> None:
    """It waits in the browser while there is no network, through a reload, and arrives once."""
    visit(page, "/chat")
    expect(page.get_by_label("Ask the agent")).to_be_visible()
    page.route("**/api/track", lambda route: route.abort())
    page.evaluate("navigator.sendBeacon = () => false")
    throw(page, "kept through a reload")
    page.wait_for_timeout(300)
    page.reload()
    expect(page.get_by_label("Ask the agent")).to_be_visible()
    page.unroute("**/api/track")
    found = wait_for(page, "errors", "kept through a reload")
    assert len(found) == 1


def test_what_is_unsent_goes_with_the_page(page: Page) -> None:
    """Leaving the page at once after an error does not lose it."""
    visit(page, "/insights")
    throw(page, "just before leaving")
    page.wait_for_timeout(50)
    page.goto("about:blank")
    assert wait_for(page, "errors", "just before leaving")


def test_events_stand_under_the_tab_they_come_from(page: Page) -> None:
    """Errors, tab switches and marked actions each name their component."""
    visit(page, "/chat")
    page.get_by_role("button", name="list the files", exact=True).click()
    throw(page, "on the chat tab")
    go_to(page, "Insights")
    expect(page.get_by_role("heading", name="Insights")).to_be_visible()
    assert wait_for(page, "errors", "on the chat tab")[0]["component"] == "chat"
    clicked = wait_for(page, "interactions", "chat.example")[0]
    assert (clicked["component"], clicked["success"]) == ("chat", True)
    switched = wait_for(page, "interactions", "tab_switch")
    assert any(one["target"] == "insights" for one in switched)


def test_a_failed_call_is_told_with_its_request_id(page: Page) -> None:
    """A call that is answered with a problem becomes an error with path, status and request id."""
    visit(page, "/runs/run_that_is_not_there")
    expect(page.get_by_text("No such run")).to_be_visible()
    found = wait_for(page, "errors", "run_that_is_not_there")[0]
    assert found["kind"] == "api_error"
    assert found["request_id"]
    assert found["context"]["status"] == 404


def test_nothing_that_was_typed_is_sent(page: Page) -> None:
    """Neither the words of a request nor those of a search leave in a tracked event."""
    sent: list[str] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/api/track"):
            sent.append(request.post_data or "")

    page.on("request", keep)
    visit(page, "/runs")
    page.get_by_label("Search runs").fill("zebra-secret")
    expect(page).to_have_url("/runs?q=zebra-secret")
    visit(page, "/chat?ask=zebra-question")
    expect(page.get_by_label("Ask the agent")).to_have_value("zebra-question")
    page.keyboard.press("Enter")
    expect_answered(page)
    throw(page, "at the end")
    wait_for(page, "errors", "at the end")
    assert sent
    assert "zebra" not in "".join(sent)


def test_do_not_track_leaves_interactions_out_and_errors_in(new_page: NewPage) -> None:
    """Who asks not to be tracked is not: no clicks, no tab switches. Errors still help to mend the page."""
    page = new_page()
    page.add_init_script("Object.defineProperty(navigator, 'doNotTrack', { value: '1' })")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if "/api/track" in request.url else None)
    visit(page, "/")
    go_to(page, "Chat")
    page.get_by_role("button", name="list the files", exact=True).click()
    throw(page, "though not tracked")
    wait_for(page, "errors", "though not tracked")
    assert '"interaction"' not in "".join(sent)


def test_an_error_without_end_is_capped(page: Page) -> None:
    """A thousand of the same error send a handful."""
    visit(page, "/")
    page.evaluate(
        "() => { for (let n = 0; n < 1000; n += 1) setTimeout(() => { throw new Error('provoked: again and again') }) }"
    )
    wait_for(page, "errors", "again and again")
    page.wait_for_timeout(1500)
    assert len([one for one in tracked(page, "errors") if "again and again" in json.dumps(one)]) == 5


def test_clicks_that_help_nobody_are_told_and_so_is_how_long_actions_take(page: Page) -> None:
    """Three clicks on one spot are rage, a button that changes nothing is dead, an action has duration and success."""
    visit(page, "/")
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("heading", name="Overview").click(click_count=3)
    page.evaluate("document.querySelector('h1').insertAdjacentElement('afterend', document.createElement('button'))")
    page.evaluate("Object.assign(document.querySelector('h1 + button'), { textContent: 'Nothing' })")
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Nothing").click()
    action = wait_for(page, "interactions", "theme.switch")[0]
    assert (action["component"], action["success"]) == ("overview", True)
    assert action["duration_ms"] >= 0
    assert wait_for(page, "interactions", "rage_click")[0]["component"] == "overview"
    assert wait_for(page, "interactions", "dead_click")[0]["success"] is False
    page.request.put("/api/preferences", data={"theme": "system"}, headers={"sec-fetch-site": "same-origin"})


def test_a_visit_is_measured(page: Page) -> None:
    """Web vitals of the page load, and how long each refresh took."""
    visit(page, "/insights")
    assert wait_for(page, "vitals", "TTFB")[0]["value"] > 0
    assert wait_for(page, "timings", "/api/tracker/components")[0]["name"] == "refresh"
