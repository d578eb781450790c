"""The first screen and the status."""

import asyncio
import gzip

import httpx
from kit.jsontypes import Json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.dashboard.fakes import Handler, Upstream

RUNS = {"items": [{"id": "run_1", "title": "Café"}], "next_cursor": None}


def answering(data: Json, status: int = 200) -> Handler:
    async def handler(_request: Request) -> Response:
        return JSONResponse(data, status)

    return handler


async def test_first_screen_is_one_answer(page: httpx.AsyncClient, agent: Upstream, tracker: Upstream) -> None:
    """Each part is the service's own answer, with its age and the state of its source."""
    agent.handlers["/api/v1/runs"] = answering(RUNS)
    body = (await page.get("/api/bootstrap")).json()
    parts = {"session", "status", "health", "runs", "run_stats", "approvals", "insights", "issues", "preferences"}
    assert body.keys() == parts
    assert all(part.keys() == {"data", "as_of", "stale", "source_state"} for part in body.values())
    assert {(part["stale"], part["source_state"]) for part in body.values()} == {(False, "ok")}
    assert body["session"]["data"]["role"] == "admin"
    assert body["status"]["data"] == (await page.get("/api/status")).json()
    assert body["runs"]["data"] == RUNS
    assert body["preferences"]["data"] == {}
    assert agent.asked("/api/v1/runs")[0].query == "limit=20"
    assert tracker.asked("/api/v1/issues")[0].query == "state=open&sort=last_seen&limit=20"


async def test_what_is_shown_stays_with_its_age(page: httpx.AsyncClient, agent: Upstream) -> None:
    """With the agent down the last data comes as stale, from when it was read; the tracker's part is fresh."""
    agent.handlers["/api/v1/runs"] = answering(RUNS)
    before = (await page.get("/api/bootstrap")).json()
    await agent.stop()
    await asyncio.sleep(0.6)
    after = (await page.get("/api/bootstrap")).json()
    assert after["runs"] == {**before["runs"], "stale": True, "source_state": "down"}
    assert after["issues"]["source_state"] == "ok"


async def test_first_screen_comes_with_everything_down(
    page: httpx.AsyncClient, agent: Upstream, tracker: Upstream
) -> None:
    """Without any data from before, the parts are empty and say why."""
    await agent.stop()
    await tracker.stop()
    await until_down(page)
    body = (await page.get("/api/bootstrap", timeout=2)).json()
    for name in ("health", "runs", "run_stats", "approvals", "insights", "issues"):
        assert body[name] == {"data": None, "as_of": None, "stale": True, "source_state": "down"}
    assert body["status"]["data"]["agent"]["status"] == "down"


async def until_down(page: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await page.get("/api/status")).json()["agent"]["status"] != "down":
            await asyncio.sleep(0.02)


async def test_endpoint_that_is_not_there_is_absent(page: httpx.AsyncClient, tracker: Upstream) -> None:
    """An older tracker is no fault."""
    tracker.handlers["/api/v1/issues"] = answering({}, 404)
    part = (await page.get("/api/bootstrap")).json()["issues"]
    assert part == {"data": None, "as_of": None, "stale": False, "source_state": "absent"}


async def test_many_pages_share_one_read(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Twenty reloads in one moment are one call to each service."""

    async def slow(_request: Request) -> Response:
        await asyncio.sleep(0.2)
        return JSONResponse(RUNS)

    agent.handlers["/api/v1/runs"] = slow
    answers = await asyncio.gather(*(page.get("/api/bootstrap") for _ in range(20)))
    assert {answer.json()["runs"]["data"]["items"][0]["id"] for answer in answers} == {"run_1"}
    assert len(agent.asked("/api/v1/runs")) == 1


async def test_slow_source_is_not_waited_for_twice(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Where there is something from before it is served as stale, and what comes is there the next time."""
    agent.handlers["/api/v1/runs"] = answering(RUNS)
    await page.get("/api/bootstrap")
    go_on = asyncio.Event()

    async def slow(_request: Request) -> Response:
        await go_on.wait()
        return JSONResponse({"items": []})

    agent.handlers["/api/v1/runs"] = slow
    await asyncio.sleep(0.6)
    loop = asyncio.get_running_loop()
    began = loop.time()
    stale = (await page.get("/api/bootstrap")).json()["runs"]
    assert loop.time() - began < 0.6
    assert (stale["data"], stale["stale"], stale["source_state"]) == (RUNS, True, "ok")
    go_on.set()
    await asyncio.sleep(0.1)
    fresh = (await page.get("/api/bootstrap")).json()["runs"]
    assert (fresh["data"], fresh["stale"]) == ({"items": []}, False)


async def test_answer_is_compressed_where_it_pays(page: httpx.AsyncClient, agent: Upstream) -> None:
    """A first screen with many runs is a few packets, not many."""
    agent.handlers["/api/v1/runs"] = answering({"items": [RUNS] * 200})
    plain = await page.get("/api/bootstrap", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with page.stream("GET", "/api/bootstrap") as answer:
        assert answer.headers["content-encoding"] == "gzip"
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert len(raw) * 5 < len(plain.content)
    assert b"Caf" in gzip.decompress(raw)


async def test_status_tells_what_is_behind(page: httpx.AsyncClient, agent: Upstream) -> None:
    """Who is down since when and why, and how much waits for the tracker."""
    body = (await page.get("/api/status")).json()
    assert body.keys() == {"agent", "tracker", "spool"}
    assert body["agent"].keys() == {"status", "since", "detail"}
    assert body["spool"].keys() == {"depth", "dropped"}
    await agent.stop()
    await until_down(page)
    down = (await page.get("/api/status")).json()["agent"]
    assert down["since"] > body["agent"]["since"]
    assert "connection refused" in down["detail"]
