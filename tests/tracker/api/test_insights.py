"""Numbers over time, over the API."""

from typing import Any

import httpx
import pytest
from kit.clock import now_ms

from tests.tracker.making import error, interaction, rfc, timing

HOUR = 3_600_000


async def post(client: httpx.AsyncClient, *events: dict[str, Any]) -> None:
    answer = await client.post("/api/v1/events", json={"events": events})
    assert answer.json()["accepted"] == len(events), answer.text


@pytest.fixture
async def told(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Some of now, some of three days ago."""
    now, before = rfc(now_ms()), rfc(now_ms() - 72 * HOUR)
    await post(
        client,
        error(ts=now, session_id="a", release="2"),
        error(ts=now, component="page", message="other", session_id="b"),
        interaction(ts=now, session_id="a"),
        interaction(ts=now, session_id="a", success=False),
        timing(ts=now, success=False),
        error(ts=before, message="old", session_id="c", environment="prod"),
        interaction(ts=before, session_id="c"),
    )
    return client


async def test_the_summary_is_of_the_last_24_hours(told: httpx.AsyncClient) -> None:
    """Errors, interactions, sessions, issues, by component and by hour."""
    found = (await told.get("/api/v1/insights")).json()
    numbers = {key: found[key] for key in found if key not in {"since", "until", "by_component", "series"}}
    assert numbers == {
        "errors": 2,
        "error_rate": 0.5,
        "interactions": 2,
        "failures": 1,
        "sessions": 2,
        "open_issues": 3,
        "new_issues": 2,
        "regressed_issues": 0,
    }
    assert [(one["component"], one["errors"], one["interactions"]) for one in found["by_component"]] == [
        ("chat", 1, 2),
        ("page", 1, 0),
        ("agent", 0, 0),
    ]
    assert len(found["series"]) == 24
    assert found["series"][-1]["errors"] == 2


@pytest.mark.parametrize(
    ("params", "errors", "interactions", "sessions"),
    [
        ({"since": rfc(now_ms() - 96 * HOUR)}, 3, 3, 3),
        ({"since": rfc(now_ms() - 96 * HOUR), "until": rfc(now_ms() - 48 * HOUR)}, 1, 1, 1),
        ({"component": "page"}, 1, 0, 1),
        ({"component": "page,chat"}, 2, 2, 2),
        ({"release": "2"}, 1, 0, 1),
        ({"environment": "prod"}, 0, 0, 0),
        ({"environment": "prod", "since": rfc(now_ms() - 96 * HOUR)}, 1, 0, 1),
    ],
)
async def test_time_and_scope_narrow_it(
    told: httpx.AsyncClient, params: dict[str, str], errors: int, interactions: int, sessions: int
) -> None:
    """By time range, component, release and environment."""
    found = (await told.get("/api/v1/insights", params=params)).json()
    assert (found["errors"], found["interactions"], found["sessions"]) == (errors, interactions, sessions)
    assert sum(point["errors"] for point in found["series"]) == errors


async def test_a_time_of_nothing_is_all_zero(client: httpx.AsyncClient) -> None:
    """Also when nothing ever came, or the range is turned round."""
    for params in ({}, {"since": "2027-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}):
        found = (await client.get("/api/v1/insights", params=params)).json()
        assert (found["errors"], found["error_rate"], found["by_component"]) == (0, 0.0, [])


async def test_every_component_is_listed(told: httpx.AsyncClient) -> None:
    """By name, with the last 24 hours of its errors and when it was last heard of, page by page."""
    first = (await told.get("/api/v1/components", params={"limit": 2})).json()
    second = (await told.get("/api/v1/components", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["name"] for one in first["items"] + second["items"]] == ["agent", "chat", "page"]
    chat = first["items"][1]
    assert {key: chat[key] for key in ("errors", "interactions", "failures", "error_rate")} == {
        "errors": 1,
        "interactions": 2,
        "failures": 1,
        "error_rate": 0.3333,
    }
    assert chat["trend"] == [0] * 23 + [1]
    assert chat["last_seen"].endswith("Z")


async def test_one_component(client: httpx.AsyncClient) -> None:
    """By its name, whatever is in it."""
    await post(client, error(component="mcp/files & more"))
    found = await client.get("/api/v1/components/mcp%2Ffiles%20%26%20more")
    assert found.json()["name"] == "mcp/files & more"
