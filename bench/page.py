"""The page's first screen in a cold browser on a slow line, against a page that needs nothing but the round trips."""

import gzip
import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Request, sync_playwright

from bench.load import need
from bench.processes import TOKEN, Running, free_port, peer, service
from bench.report import Figure, ms, show, times

_LOADS = 11
_RUNS = 40
_LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
_MOST_MS, _MOST_REQUESTS, _MOST_KIB = 400, 10, 60
_NUMBERS = "[...document.querySelectorAll('.tile strong')].filter((one) => /\\w/.test(one.textContent)).length === 6"
_OVERVIEW = (
    f"{_NUMBERS} && document.querySelector('.run-row') && document.querySelectorAll('.plot canvas').length === 2"
)
_FLOOR = "document.documentElement.dataset.done"
_WATCH = """
globalThis.seen = new Promise((resolve) => {
  const look = () => {
    if (!(SEEN)) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
});
"""
"""Tells when what was waited for is painted, in ms since the navigation began."""


@dataclass(frozen=True, slots=True)
class _Load:
    """One load by a browser that knows nothing; `script` is what its script weighs as gzip, in bytes."""

    seen_ms: float
    requests: int
    script: int


def run(_seconds: float) -> None:
    """Load the Overview and the floor in turn, each time with an empty cache."""
    with (
        tempfile.TemporaryDirectory() as name,
        _house(Path(name)) as ours,
        peer("page_floor", Path(name)) as floor,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=need("chromium", "chromium"), args=_FLAGS)
        cookies = _log_in(browser, ours)
        pairs = [
            (_load(browser, ours, _OVERVIEW, cookies), _load(browser, floor, _FLOOR, cookies)) for _ in range(_LOADS)
        ]
        browser.close()
    show(f"Page: first screen, 10 Mbit/s and 40 ms, cold, median of {_LOADS}", _figures(pairs))


def _figures(pairs: list[tuple[_Load, _Load]]) -> list[Figure]:
    mine, base = (median(pair[which].seen_ms for pair in pairs) for which in (0, 1))
    requests, fewest = (max(pair[which].requests for pair in pairs) for which in (0, 1))
    kib = max(ours.script for ours, _ in pairs) / 1024
    best, worst = (choose(ours.seen_ms for ours, _ in pairs) for choose in (min, max))
    return [
        Figure(
            f"all of the Overview is there ({best:.0f} to {worst:.0f} ms)",
            ms(mine / 1000),
            f"floor {ms(base / 1000)}",
            times(mine, base),
            f"≤ {_MOST_MS} ms",
            mine <= _MOST_MS,
        ),
        Figure(
            "requests until then, at most",
            str(requests),
            f"floor {fewest}",
            times(requests, fewest),
            f"≤ {_MOST_REQUESTS}",
            requests <= _MOST_REQUESTS,
        ),
        Figure("script as gzip", f"{kib:.1f} KiB", "", "", f"≤ {_MOST_KIB} KiB", kib <= _MOST_KIB),
    ]


@contextmanager
def _house(folder: Path) -> Iterator[Running]:
    """The three services, with runs to show and nothing going on."""
    with (
        service("TRACKER", "tracker", folder) as tracker,
        service("AGENT", "agent_runner", folder, TRACKER_URL=tracker.url, OLLAMA_HOST=_nobody()) as agent,
    ):
        _work(agent)
        urls = {"AGENT_URL": agent.url, "TRACKER_URL": tracker.url}
        with service("DASHBOARD", "dashboard", folder, **urls, DASHBOARD_PASSWORD=TOKEN) as dashboard:
            yield dashboard


def _nobody() -> str:
    return f"http://127.0.0.1:{free_port()}"


def _work(agent: Running) -> None:
    for number in range(_RUNS):
        _ask(agent, "/api/v1/runs", {"input": f"list the files, {number}"})
    while _ask(agent, "/api/v1/runs/stats")["unfinished"]:
        time.sleep(0.1)


def _ask(agent: Running, path: str, body: object = None) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        agent.url + path, None if body is None else json.dumps(body).encode(), headers=headers
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def _log_in(browser: Browser, dashboard: Running) -> Any:
    context = browser.new_context()
    context.request.post(
        f"{dashboard.url}/auth/login", data={"password": TOKEN}, headers={"sec-fetch-site": "same-origin"}
    )
    cookies = context.storage_state()
    context.close()
    return cookies


def _load(browser: Browser, running: Running, seen: str, cookies: Any) -> _Load:
    context = browser.new_context(storage_state=cookies)
    try:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", _LINE)
        page.add_init_script(_WATCH.replace("SEEN", seen))
        requests: list[Request] = []
        page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - Playwright marks what it is given
        page.goto(running.url, wait_until="commit")
        seen_ms = float(page.evaluate("globalThis.seen"))
        scripts = [one for one in requests if urlsplit(one.url).path.endswith(".js")]
        bodies = [answer.body() for one in scripts if (answer := one.response())]
        return _Load(seen_ms, len(requests), sum(len(gzip.compress(body)) for body in bodies))
    finally:
        context.close()
