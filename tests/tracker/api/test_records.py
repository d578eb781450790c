"""The raw events: filters, pages, deletion."""

from typing import Any

import httpx
import pytest

from tests.tracker.making import error, interaction, timing, vital

TIMES = [f"2026-11-{day:02}T00:00:00.000Z" for day in range(1, 8)]


async def post(client: httpx.AsyncClient, *events: dict[str, Any]) -> None:
    answer = await client.post("/api/v1/events", json={"events": events})
    assert answer.json()["accepted"] == len(events), answer.text


async def count(client: httpx.AsyncClient, path: str) -> int:
    answer = await client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("errors", 3),
        ("errors?component=page", 1),
        ("errors?component=page,chat", 3),
        ("errors?kind=timeout", 1),
        ("errors?level=warning", 1),
        ("errors?handled=true", 1),
        ("errors?handled=false", 0),
        ("errors?session_id=s1", 2),
        ("errors?release=1.0", 1),
        ("errors?environment=prod", 1),
        ("errors?issue_id=iss_none", 0),
        ("errors?since=2026-11-02T00:00:00Z", 2),
        ("errors?until=2026-11-02T00:00:00Z", 1),
        ("errors?since=2026-11-02T00:00:00Z&until=2026-11-03T00:00:00Z", 1),
        ("interactions", 2),
        ("interactions?action=tab_switch", 1),
        ("interactions?success=false", 1),
        ("vitals?name=CLS,LCP", 2),
        ("vitals?name=CLS", 1),
        ("timings?name=b", 1),
        ("timings?success=true&name=a", 1),
        ("timings?component=nobody", 0),
    ],
)
async def test_filters(client: httpx.AsyncClient, path: str, expected: int) -> None:
    """Each list has those that make sense for it; `since` is inside, `until` is not."""
    await post(
        client,
        error(ts=TIMES[0], session_id="s1", release="1.0", environment="prod"),
        error(ts=TIMES[1], component="page", kind="timeout", session_id="s1", handled=True),
        error(ts=TIMES[2], level="warning"),
        interaction(action="tab_switch"),
        interaction(success=False),
        vital(),
        vital(name="CLS", value=0.1),
        timing(name="a"),
        timing(name="b", success=False),
    )
    assert await count(client, path) == expected


async def test_several_values_are_one_list(client: httpx.AsyncClient) -> None:
    """In order of time over all of them, each event once however often its value is named, page by page."""
    named = [("a", "1.0"), ("b", "1.1"), ("a", "1.1"), ("c", "1.0"), ("b", "1.0"), ("a", "1.2"), ("b", "1.2")]
    sent = [error(ts=ts, component=c, release=r) for ts, (c, r) in zip(TIMES, named, strict=True)]
    await post(client, *sent)
    wanted = [event["id"] for event in reversed(sent) if event["component"] in "ab" and event["release"] != "1.2"]
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        params = {
            "component": "a,b,a",
            "release": "1.1,1.0,1.1,none",
            "limit": "2",
            **({"cursor": cursor} if cursor else {}),
        }
        page = (await client.get("/api/v1/errors", params=params)).json()
        seen += [event["id"] for event in page["items"]]
        cursor = page["next_cursor"]
    assert seen == wanted


async def test_pages_are_complete_and_in_order_of_time(client: httpx.AsyncClient) -> None:
    """Latest first, whatever the order of arrival, each once, also where times are equal."""
    for ts in (TIMES[3], TIMES[0], TIMES[5], TIMES[0], TIMES[0], TIMES[6], TIMES[1]):
        await post(client, error(ts=ts))
    seen: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await client.get("/api/v1/errors", params=params)).json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert [event["ts"] for event in seen] == sorted((event["ts"] for event in seen), reverse=True)
    assert len({event["id"] for event in seen}) == 7


async def test_a_cursor_belongs_to_its_list(client: httpx.AsyncClient) -> None:
    """One of another list is refused."""
    await post(client, *(error() for _ in range(3)), *(interaction() for _ in range(3)))
    cursor = (await client.get("/api/v1/errors?limit=1")).json()["next_cursor"]
    answer = await client.get("/api/v1/interactions", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("path", "cleared"),
    [
        ("errors", {"errors": 2, "issues": 1}),
        ("interactions", {"interactions": 3}),
        ("vitals", {"vitals": 1}),
        ("timings", {"timings": 1}),
        ("events", {"errors": 2, "interactions": 3, "vitals": 1, "timings": 1, "issues": 1}),
    ],
)
async def test_deleting_answers_what_was_cleared(client: httpx.AsyncClient, path: str, cleared: dict[str, int]) -> None:
    """The events and all that was counted from them; the others, and the ledger, stay."""
    await post(client, error(), error(), interaction(), interaction(), interaction(), vital(), timing())
    nothing = {"errors": 0, "interactions": 0, "vitals": 0, "timings": 0, "issues": 0}
    answer = await client.delete(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()) == (200, {**nothing, **cleared})
    left = {"errors": 2, "interactions": 3, "vitals": 1, "timings": 1}
    for name, number in left.items():
        assert await count(client, name) == number - cleared.get(name, 0)
    assert await count(client, "issues") == 1 - cleared.get("issues", 0)
    assert (await client.get("/api/v1/outcomes")).json()["stored"] == 7
    assert (await client.delete(f"/api/v1/{path}")).json() == nothing


async def test_what_comes_after_a_deletion_is_counted_afresh(client: httpx.AsyncClient) -> None:
    """Nothing of what was deleted comes back, nothing new is missed."""
    await post(client, error(message="old"))
    await client.delete("/api/v1/events")
    await post(client, error(message="new"), error(message="new"))
    (issue,) = (await client.get("/api/v1/issues")).json()["items"]
    assert (issue["title"], issue["events"]) == ("new", 2)
