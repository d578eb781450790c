"""A real browser in front of the three real services."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.house import PASSWORD, ROOT, House

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 8000
EXPECTED = (
    "status of 401",
    "status of 404",
    "status of 422",
    "status of 503",
    "net::ERR_FAILED",
    "net::ERR_INTERNET_DISCONNECTED",
)
"""What a browser says of its own accord of a call that failed, whatever the page makes of it."""

NewPage = Callable[..., Page]
Theme = Literal["dark", "light"]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The services, ready."""
    if not (ROOT / "services/dashboard/dashboard/static/index.html").is_file():
        pytest.fail("the page is not built: run `make setup`", pytrace=False)
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.start("tracker", "agent", "dashboard")
        yield house
    finally:
        house.stop_all()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = find_browser()
    if path is None:
        pytest.fail("no Chromium found; this installs it: apt-get install -y chromium", pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def logged_in(house: House, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of somebody who is logged in."""
    context = browser.new_context()
    answer = context.request.post(
        f"{house.url}/auth/login", data={"password": PASSWORD}, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.ok, answer.text()
    state = tmp_path_factory.mktemp("cookies") / "state.json"
    context.storage_state(path=state)
    context.close()
    return state


@pytest.fixture
def new_page(house: House, browser: Browser, logged_in: Path) -> Iterator[NewPage]:
    """Makes pages, each of a browser of its own; at the end their consoles must be clean."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def make(*, known: bool = True, width: int = 1280, height: int = 800, color_scheme: Theme = "light") -> Page:
        context = browser.new_context(
            base_url=house.url,
            viewport={"width": width, "height": height},
            storage_state=logged_in if known else None,
            color_scheme=color_scheme,
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if _is_complaint(message) else None)
        page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
    unexpected = [line for line in said if not any(part in line for part in (*EXPECTED, "provoked"))]
    assert unexpected == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A page of somebody who is logged in."""
    return new_page()


def find_browser() -> str | None:
    """Where the system's Chromium is: what `CHROMIUM` says, else the first on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def _is_complaint(message: ConsoleMessage) -> bool:
    return message.type in {"error", "warning"}
