"""How the page gets its data: little, early, and over one line."""

import gzip
from urllib.parse import urlsplit

from playwright.sync_api import Request, expect

from tests.browser.conftest import NewPage
from tests.browser.steps import ask, expect_answered, go_to, visit, wait_until_quiet

GRACE_MS = 4000
MOST_REQUESTS = 10
MOST_SCRIPT_BYTES = 60 * 1024


def test_the_first_screen_is_small(new_page: NewPage) -> None:
    """Up to all of the Overview's data: at most 10 requests, at most 60 KiB of script as sent, nothing asked twice."""
    page = new_page()
    wait_until_quiet(page)
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - Playwright marks what it is given
    visit(page, "/")
    expect(page.locator(".plot canvas")).to_have_count(2)
    paths = [urlsplit(request.url).path for request in requests]
    scripts = [request for request in requests if urlsplit(request.url).path.endswith(".js")]
    answers = [answer for request in scripts if (answer := request.response())]
    sizes = [len(gzip.compress(answer.body())) for answer in answers]
    assert len(paths) <= MOST_REQUESTS, paths
    assert len(set(paths)) == len(paths), paths
    assert sum(sizes) <= MOST_SCRIPT_BYTES, sizes


def test_many_open_pages_share_one_stream(new_page: NewPage) -> None:
    """Six pages of one browser hold one connection, and each hears of what happens."""
    first = new_page()
    streams: list[str] = []
    first.context.on("request", lambda one: streams.append(one.url) if "/api/stream" in one.url else None)
    visit(first, "/runs")
    others = [first.context.new_page() for _ in range(5)]
    for one in others:
        visit(one, "/runs?q=shared-stream")
    assert len(streams) == 1
    ask(first, "what is shared-stream")
    for one in others:
        expect(one.locator(".run-row")).to_have_count(1)


def test_a_page_takes_over_the_stream_when_its_holder_is_closed(new_page: NewPage) -> None:
    """The words keep coming on the pages that stay."""
    first = new_page()
    visit(first, "/")
    second = first.context.new_page()
    visit(second, "/chat")
    first.close()
    second.get_by_label("Ask the agent").fill("list the files")
    second.keyboard.press("Enter")
    expect_answered(second)


def test_without_web_locks_the_page_still_follows_runs(new_page: NewPage) -> None:
    """As on plain HTTP under a name of the local network, where locks, the clipboard and randomUUID are missing."""
    page = new_page()
    page.add_init_script(
        """for (const name of ['locks', 'clipboard']) Object.defineProperty(navigator, name, { value: undefined });
        delete Crypto.prototype.randomUUID;"""
    )
    ask(page, "read notes.txt")
    expect_answered(page)
    page.get_by_role("link", name="Steps").click()
    page.get_by_role("button", name="Copy run_").click()
    expect(page.get_by_text("Copied")).to_be_visible()


def test_a_tab_that_cannot_be_loaded_takes_nothing_else_along(new_page: NewPage) -> None:
    """It says so, the others work, and trying again works once it can be loaded."""
    page = new_page()
    visit(page, "/")
    page.route("**/assets/view-*.js", lambda route: route.abort())
    go_to(page, "Insights")
    expect(page.get_by_text("This tab could not be shown")).to_be_visible()
    page.unroute("**/assets/view-*.js")
    go_to(page, "Overview")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    go_to(page, "Chat")
    expect(page.get_by_label("Ask the agent")).to_be_visible()


def test_without_a_network_the_page_says_so_and_comes_back(new_page: NewPage) -> None:
    """Also where the stream is not cut, but silent."""
    page = new_page()
    visit(page, "/insights")
    page.context.set_offline(True)
    banner = page.get_by_text("The dashboard is down")
    expect(banner).to_be_visible(timeout=GRACE_MS + 3000)
    page.context.set_offline(False)
    expect(banner).not_to_be_visible()
