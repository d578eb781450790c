"""What the browser reports."""

import uuid
from typing import Any

import httpx
import orjson
from dashboard import VERSION
from fastapi import FastAPI
from kit.jsontypes import Json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.dashboard.fakes import Upstream, until


def event(**fields: Json) -> dict[str, Json]:
    return {"id": str(uuid.uuid4()), "type": "error", "ts": "2026-11-23T10:00:00.000Z", "message": "boom", **fields}


def delivered(tracker: Upstream) -> list[dict[str, Any]]:
    batches = [orjson.loads(seen.body) for seen in tracker.asked("/api/v1/events")]
    return [sent for batch in batches for sent in batch["events"] if sent["type"] != "timing"]


async def test_events_reach_the_tracker(page: httpx.AsyncClient, tracker: Upstream) -> None:
    """In order, as they were, with what the page did not say filled in."""
    events = [event(component="chat", release="web@1", user_agent="given"), event(context={"deep": [1, {"x": None}]})]
    answer = await page.post("/api/track", json={"events": events}, headers={"User-Agent": "Firefox/140"})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 2, "rejected": []})
    await until(lambda: len(delivered(tracker)) == 2)
    first, second = delivered(tracker)
    assert first == events[0]
    assert second == {**events[1], "component": "dashboard", "release": VERSION, "user_agent": "Firefox/140"}


async def test_beacon_is_taken(page: httpx.AsyncClient, tracker: Upstream) -> None:
    """A page that is left sends text/plain."""
    body = orjson.dumps({"events": [event()]})
    answer = await page.post("/api/track", content=body, headers={"Content-Type": "text/plain;charset=UTF-8"})
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    await until(lambda: delivered(tracker))


async def test_bad_event_costs_none_of_the_others(page: httpx.AsyncClient, tracker: Upstream) -> None:
    """Each refusal names its place in the batch and why; a repaired text is no reason to refuse."""
    bad: list[Json] = [
        "text",
        None,
        [1],
        {},
        event(type="unknown"),
        event(id="1"),
        event(id=None),
        event(ts="yesterday"),
        event(ts=5),
        event(number=2**70),
        event(context={"big": "x" * 300_000}),
    ]
    nested: Json = "deep"
    for _ in range(70):
        nested = [nested]
    bad.append(event(context=nested))
    good = event(message="NUL \0 is replaced")
    answer = await page.post("/api/track", json={"events": [*bad, good]})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    rejected = answer.json()["rejected"]
    assert [item["index"] for item in rejected] == list(range(len(bad)))
    assert all(item["code"] and item["detail"] for item in rejected)
    await until(lambda: delivered(tracker))
    assert delivered(tracker)[0]["message"] == "NUL \ufffd is replaced"


async def test_lone_surrogates_and_nan_are_repaired(page: httpx.AsyncClient, tracker: Upstream) -> None:
    """JavaScript sends them; they must not cost the batch."""
    body = orjson.dumps({"events": [event(message="@@", value=1.5)]}).replace(b"@@", b"\\ud83d").replace(b"1.5", b"NaN")
    answer = await page.post("/api/track", content=body, headers={"Content-Type": "application/json"})
    assert answer.json() == {"accepted": 1, "rejected": []}
    await until(lambda: delivered(tracker))
    assert delivered(tracker)[0]["message"] == "\ufffd"
    assert delivered(tracker)[0]["value"] is None


NO_BATCHES = [
    b"", b"{", b"[]", b"null", b"{}", b'{"events": 1}', b"\xff\xfe", b'{"events":' + b"[" * 100_000, b"9" * 5000
]  # fmt: skip


async def test_body_that_is_no_batch_is_refused(page: httpx.AsyncClient) -> None:
    """With a problem that says what is expected."""
    for body in NO_BATCHES:
        answer = await page.post("/api/track", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        assert "events" in answer.json()["detail"]


async def test_too_much_at_once_is_refused(page: httpx.AsyncClient) -> None:
    """Over 1 MiB the page must send smaller batches."""
    answer = await page.post("/api/track", content=b"x" * (10 << 20))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_nothing_is_lost_while_the_tracker_is_away(
    page: httpx.AsyncClient, tracker: Upstream, app: FastAPI
) -> None:
    """Events are taken all the same, wait on disk, and arrive once each and in order when it is back."""
    await tracker.stop()
    sent = [event(message=f"number {number}") for number in range(30)]
    for start in range(0, 30, 10):
        answer = await page.post("/api/track", json={"events": sent[start : start + 10]})
        assert answer.json()["accepted"] == 10
    assert (await page.get("/api/status")).json()["spool"]["depth"] >= 30
    await tracker.start()
    await until(lambda: len(delivered(tracker)) >= 30, within_s=10)
    ours = [one["message"] for one in delivered(tracker) if str(one["message"]).startswith("number")]
    assert ours == [one["message"] for one in sent]
    await until(lambda: app.state.parts.status.public()["spool"]["depth"] == 0)


async def test_loss_of_a_service_is_an_error_of_its_own(
    page: httpx.AsyncClient, agent: Upstream, tracker: Upstream
) -> None:
    """The dashboard reports by the same road, so that it shows as an issue."""
    await agent.stop()
    await until(lambda: any(one.get("kind") == "network_error" for one in delivered(tracker)))
    [loss] = [one for one in delivered(tracker) if one.get("kind") == "network_error"]
    assert loss["message"] == "The agent cannot be reached"
    assert (loss["component"], loss["release"], loss["level"]) == ("dashboard", VERSION, "warning")


async def test_defect_of_ours_is_reported(page: httpx.AsyncClient, tracker: Upstream, app: FastAPI) -> None:
    """With its request id and stack; the answer holds neither."""

    async def broken(_request: Request) -> Response:
        raise RuntimeError("a defect")

    app.add_route("/api/broken", broken)
    app.router.routes.insert(0, app.router.routes.pop())
    answer = await page.get("/api/broken", headers={"X-Request-ID": "req-7"})
    assert answer.status_code == 500
    assert "defect" not in answer.text
    await until(lambda: delivered(tracker))
    assert delivered(tracker)[0]["request_id"] == "req-7"
    assert "RuntimeError: a defect" in str(delivered(tracker)[0]["stack"])


async def test_event_that_the_tracker_refuses_does_not_hold_up_the_rest(
    page: httpx.AsyncClient, tracker: Upstream, app: FastAPI
) -> None:
    """It is given up and counted; the others arrive."""

    async def picky(request: Request) -> Response:
        batch = orjson.loads(await request.body())
        refused = any(one["message"] == "bad" for one in batch["events"] if one["type"] == "error")
        return JSONResponse({}, 400 if refused else 202)

    tracker.handlers["/api/v1/events"] = picky
    await page.post("/api/track", json={"events": [event(message=text) for text in ("a", "bad", "b")]})
    await until(lambda: app.state.parts.status.public()["spool"]["depth"] == 0)
    taken = {one["message"] for one in delivered(tracker)}
    assert {"a", "b"} <= taken
