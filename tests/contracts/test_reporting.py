"""Events on their way from the page and from the services to the tracker."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from kit.client import service_client
from kit.jsontypes import Json
from kit.outbox import Outbox
from kit.report import Forwarder, Reporter

from tests.dashboard.fakes import TOKEN, Server

TS = "2026-11-23T10:00:00.123Z"
KINDS = [
    "javascript_error", "api_error", "rendering_error", "timeout", "network_error", "auth_error", "promise_rejection",
    "tool_error", "model_error", "mcp_error", "task_error", "unknown",
]  # fmt: skip


def event(type_: str, **fields: Json) -> dict[str, Json]:
    return {"id": str(uuid.uuid4()), "type": type_, "ts": TS, "component": "contract", "session_id": "s1", **fields}


def page_events() -> list[dict[str, Json]]:
    """Everything that the page may send, as `api.md` and `wire.d.ts` describe it."""
    errors = [event("error", kind=kind, message=f"a {kind}", level="error", handled=True) for kind in KINDS]
    return [
        *errors,
        event("error", kind="api_error", message="m", stack="at f (x.js:1:2)", fingerprint=["api", "GET", "/x"]),
        event("interaction", action="tab_switch", target="insights", success=True, duration_ms=12),
        event("interaction", action="rage_click", success=False),
        *[event("vital", name=name, value=1.5) for name in ("LCP", "INP", "CLS", "FCP", "TTFB")],
        event("timing", name="refresh", duration_ms=3, success=True, resource="/api/agent/runs", changed=False),
        event("timing", name="refresh", duration_ms=3.25, success=False, url="/chat", context={"a": [1, None]}),
    ]


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await check():
            await asyncio.sleep(0.05)


async def ids(tracker: httpx.AsyncClient, *lists: str) -> list[str]:
    pages = [(await tracker.get(f"/api/v1/{name}", params={"limit": 500})).raise_for_status().json() for name in lists]
    return [item["id"] for page in pages for item in page["items"]]


async def test_all_that_the_page_may_report_is_stored(page: httpx.AsyncClient, tracker: httpx.AsyncClient) -> None:
    """Each kind of event goes from the page through the spool into the tracker, once, and none is judged invalid."""
    events = page_events()
    for _ in range(2):  # a page that got no answer sends again
        answer = (await page.post("/api/track", json={"events": events})).raise_for_status().json()
        assert answer == {"accepted": len(events), "rejected": []}

    async def stored() -> bool:
        found = await ids(tracker, "errors", "interactions", "vitals", "timings")
        return {str(one["id"]) for one in events} <= set(found) and len(found) == len(set(found))

    await eventually(stored)
    outcomes = (await tracker.get("/api/v1/outcomes")).json()
    assert outcomes["invalid"] == outcomes["limited"] == 0
    assert outcomes["duplicates"] == len(events)


async def test_page_sees_its_error_as_an_issue(page: httpx.AsyncClient) -> None:
    """Under its component, over the proxy, within two seconds."""
    sent = event("error", kind="javascript_error", message="TypeError: x is undefined", stack="at f (x.js:1:2)")
    await page.post("/api/track", json={"events": [sent]})

    async def listed() -> bool:
        found: list[Any] = (await page.get("/api/tracker/issues", params={"component": "contract"})).json()["items"]
        return any("x is undefined" in issue["title"] for issue in found)

    async with asyncio.timeout(2):
        await eventually(listed)


@pytest.fixture
async def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox.db")


async def test_what_a_service_reports_is_stored(
    running: dict[str, Server], tracker: httpx.AsyncClient, outbox: Outbox
) -> None:
    """The kit's reporter speaks the tracker's language, also about what it had to drop."""
    reporter = Reporter(outbox, component="contract", release="1.2.3")
    async with service_client(running["tracker"].url, TOKEN) as client:
        jobs = [asyncio.create_task(job) for job in (reporter.run(), Forwarder(outbox, client).run())]
        try:
            reporter.error("tool_error", "a tool failed", error=ValueError("why"), context={"tool": "x"})
            reporter.error("unknown", "odd \0 text \ud800", level="warning", component="other")
            reporter.timing("model_call", 12.3456, success=False)

            async def stored() -> bool:
                return len(await ids(tracker, "errors")) == 2 and len(await ids(tracker, "timings")) >= 1

            await eventually(stored)
        finally:
            for job in jobs:
                job.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*jobs)
    assert outbox.depth == 0
    assert (await tracker.get("/api/v1/outcomes")).json()["invalid"] == 0
    await outbox.aclose()


async def test_drops_are_told_to_the_tracker(
    running: dict[str, Server], tracker: httpx.AsyncClient, tmp_path: Path
) -> None:
    """A spool that overflowed is no secret: the ledger shows how many were given up, and why."""
    spool = Outbox(tmp_path / "small.db", max_events=10)
    await spool.put([event("interaction", action="click", success=True) for _ in range(15)])
    assert (spool.depth, spool.lost) == (10, 5)
    async with service_client(running["tracker"].url, TOKEN) as client:
        await Forwarder(spool, client).drain()
    assert (spool.depth, spool.lost) == (0, 0)
    reasons = (await tracker.get("/api/v1/outcomes")).json()["reasons"]
    assert any(reason["count"] == 5 and "spool_full" in reason["reason"] for reason in reasons)
    await spool.aclose()
