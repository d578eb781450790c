"""How the page looks and reads, to eyes and to screen readers."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, Theme
from tests.browser.house import ROOT
from tests.browser.steps import ask, expect_answered, report_error, visit

AXE = ROOT / "services/dashboard/web/node_modules/axe-core/axe.min.js"
PLACES = (
    "/",
    "/chat",
    "/runs",
    "/runs?status=cancelled&q=none",
    "/tools",
    "/tools/new",
    "/tools/import",
    "/tools/list",
    "/tools/list?q=none-such",
    "/tools/list/read_file",
    "/tools/permissions",
    "/insights",
)
UNTIL_STILL = """() => {
    const passing = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
    return Promise.allSettled(passing.map(({ finished }) => finished)).then(() => null);
}"""
DARK, LIGHT = "rgb(13, 16, 21)", "rgb(246, 247, 249)"


def settle(page: Page) -> None:
    """All that is shown is there, and nothing moves any more."""
    expect(page.locator(".loading")).to_have_count(0)
    page.evaluate(UNTIL_STILL)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    settle(page)
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{page.url} {one['id']}: {[node['html'] for node in one['nodes']][:3]}" for one in found]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_on_any_tab(new_page: NewPage, theme: Theme) -> None:
    """Every tab, a run, an issue, an open approval and the dialogs, in both themes."""
    page = new_page(color_scheme=theme)
    report_error(page, f"seen in {theme}")
    ask(page, f"write hello to {theme}.txt")
    expect(page.locator(".approval")).to_be_visible()
    found = violations(page)
    page.keyboard.press("4")
    expect(page.locator(".turn .tool")).to_contain_text("denied")
    page.get_by_role("link", name="Steps").click()
    page.locator(".wf-row summary").nth(1).click()
    found += violations(page)
    for place in PLACES:
        visit(page, place)
        found += violations(page)
    page.goto("/insights")
    page.locator(".issue-row", has_text=f"seen in {theme}").click()
    expect(page.get_by_label("Why grouped")).to_be_visible()
    found += violations(page)
    for key in ("Control+k", "?"):
        page.keyboard.press(key)
        expect(page.locator("dialog")).to_be_visible()
        found += violations(page)
        page.keyboard.press("Escape")
    assert found == []


def test_axe_finds_nothing_on_the_login(new_page: NewPage) -> None:
    """The first thing that anybody sees."""
    page = new_page(known=False)
    visit(page, "/login")
    expect(page.get_by_label("Password")).to_be_focused()
    assert violations(page) == []


def test_the_theme_follows_the_system_until_it_is_chosen(new_page: NewPage) -> None:
    """Dark and light come from the system; the switch overrides it, also after a reload and in another browser."""
    page = new_page(color_scheme="dark")
    visit(page, "/")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    page.get_by_role("button", name="Theme: system").wait_for()
    assert page.evaluate(background) == DARK
    page.emulate_media(color_scheme="light")
    assert page.evaluate(background) == LIGHT
    try:
        page.get_by_role("button", name="Theme: system").click()
        page.get_by_role("button", name="Theme: dark").wait_for()
        assert page.evaluate(background) == DARK
        page.reload()
        assert page.evaluate(background) == DARK
        other = new_page(color_scheme="light")
        visit(other, "/")
        other.get_by_role("button", name="Theme: dark").wait_for()
        assert other.evaluate(background) == DARK
    finally:
        page.request.put("/api/preferences", data={"theme": "system"}, headers={"sec-fetch-site": "same-origin"})


def test_nothing_is_wider_than_a_small_phone(new_page: NewPage) -> None:
    """At 360 px no tab scrolls sideways, and the navigation stays in reach."""
    page = new_page(width=360, height=740)
    ask(page, "read notes.txt")
    expect_answered(page)
    for place in (page.url, *PLACES):
        visit(page, place)
        settle(page)
        widths = page.evaluate("[document.documentElement.scrollWidth, document.querySelector('main').scrollWidth]")
        assert max(widths) <= 360, place
        expect(page.get_by_role("navigation", name="Tabs")).to_be_in_viewport()
    visit(page, "/chat")
    page.get_by_role("button", name="Conversations").click()
    row = page.locator(".sessions li").first
    expect(row).to_be_in_viewport(ratio=1)
    expect(row.get_by_role("button", name="Delete")).to_be_in_viewport(ratio=1)


def test_an_answer_cannot_bring_markup_or_load_anything(page: Page) -> None:
    """Markup in an answer is shown as text, pictures are not loaded, and the console stays clean."""
    visit(page, "/chat")
    page.request.put(
        "/api/agent/workspace/files/odd.txt",
        data="<script>alert(1)</script> <img src=x onerror=alert(2)> ![p](http://127.0.0.1:9/p.png)",
        headers={"sec-fetch-site": "same-origin"},
    )
    ask(page, "read odd.txt")
    expect_answered(page)
    answer = page.locator(".turn .markdown").last
    expect(answer).to_contain_text("<script>alert(1)</script>")
    assert answer.locator("script, img").count() == 0
