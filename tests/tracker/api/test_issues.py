"""Issues over the API: listed, explained, resolved, coming back."""

from typing import Any

import httpx
import pytest
from kit.clock import now_ms, parse_rfc3339

from tests.tracker.making import NOW, error, interaction, rfc, vital

URL = "/api/v1/issues"


async def post(client: httpx.AsyncClient, *events: dict[str, Any]) -> None:
    answer = await client.post("/api/v1/events", json={"events": events})
    assert answer.json()["accepted"] == len(events), answer.text


async def issues(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get(URL, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def only(client: httpx.AsyncClient) -> dict[str, Any]:
    (issue,) = await issues(client)
    return issue


async def test_the_same_error_is_one_issue(client: httpx.AsyncClient) -> None:
    """Counted, with sessions, releases, first and last time, looking like its latest error."""
    await post(
        client,
        error(message="run 1 failed", session_id="a", release="1.0", ts="2026-11-20T10:00:00.000Z"),
        error(message="run 2 failed", session_id="b", release="1.1", ts="2026-11-22T10:00:00.000Z", level="fatal"),
        error(message="run 3 failed", session_id="a", release="1.0", ts="2026-11-21T10:00:00.000Z"),
    )
    issue = await only(client)
    assert issue.pop("id").startswith("iss_")
    assert issue == {
        "title": "run 2 failed",
        "kind": "api_error",
        "component": "chat",
        "level": "fatal",
        "state": "open",
        "events": 3,
        "sessions": 2,
        "first_seen": "2026-11-20T10:00:00.000Z",
        "last_seen": "2026-11-22T10:00:00.000Z",
        "releases": ["1.1", "1.0"],
        "culprit": "chat",
        "handled": None,
    }


async def test_an_issue_says_why_how_often_and_what(client: httpx.AsyncClient) -> None:
    """The key in parts, the last 24 hours, the latest event whole."""
    latest = error(message="run 2 failed", ts=rfc(now_ms()), context={"a": 1})
    await post(client, error(message="run 1 failed", ts=rfc(now_ms() - 3_600_000)), latest)
    found = (await client.get(f"{URL}/{(await only(client))['id']}")).json()
    assert found["why"] == {
        "algorithm": "message",
        "version": 1,
        "key": [
            {"part": "kind", "value": "api_error"},
            {"part": "component", "value": "chat"},
            {"part": "message", "value": "run <num> failed"},
        ],
    }
    assert len(found["trend"]) == 24
    assert [point["events"] for point in found["trend"]][-2:] == [1, 1]
    assert found["sample"]["event"].items() >= latest.items()
    assert (found["state_changed_at"], found["until"], found["regressed_at"]) == (None, None, None)


async def test_only_later_errors_are_a_regression(client: httpx.AsyncClient) -> None:
    """An event sent before "resolve" and arriving after it is counted and raises no alarm; a later one does."""
    await post(client, error(ts=rfc(now_ms() - 60_000)))
    path = f"{URL}/{(await only(client))['id']}"
    resolved = (await client.patch(path, json={"state": "resolved"})).json()
    assert resolved["state"] == "resolved"
    await post(client, error(ts=rfc(parse_rfc3339(resolved["state_changed_at"]) - 1)))
    straggled = await only(client)
    assert (straggled["state"], straggled["events"]) == ("resolved", 2)
    later = rfc(parse_rfc3339(resolved["state_changed_at"]) + 1)
    await post(client, error(ts=later), error(ts=rfc(now_ms() - 60_000)))
    regressed = (await client.get(path)).json()
    assert (regressed["state"], regressed["regressed_at"], regressed["events"]) == ("open", later, 4)
    assert (await client.get("/api/v1/insights")).json()["regressed_issues"] == 1


async def test_resolved_in_a_release(client: httpx.AsyncClient) -> None:
    """Releases before the fix, the fix itself and errors of none raise no alarm; a release seen after it does."""
    old, fix, new = rfc(NOW), rfc(NOW + 1), rfc(NOW + 2)
    await post(client, error(release="10.0", ts=old), interaction(release="9.9", ts=fix), vital(release="1.0", ts=new))
    path = f"/api/v1/issues/{(await only(client))['id']}"
    resolved = (await client.patch(path, json={"state": "resolved", "resolved_in": "9.9"})).json()
    assert (resolved["state"], resolved["resolved_in"]) == ("resolved", "9.9")
    later = rfc(parse_rfc3339(resolved["state_changed_at"]) + 1)
    await post(client, *(error(release=release, ts=later) for release in ("10.0", "9.9", "")))
    expected = (await client.get(path)).json()
    assert (expected["state"], expected["events"]) == ("resolved", 4)
    await post(client, error(release="1.0", ts=later))
    regressed = (await client.get(path)).json()
    assert (regressed["state"], regressed["regressed_at"], regressed["resolved_in"]) == ("open", later, "9.9")


async def test_resolved_in_a_release_to_come(client: httpx.AsyncClient) -> None:
    """Until it is seen nothing is a regression; after that, what a later one still shows."""
    await post(client, error(release="1.0"))
    path = f"/api/v1/issues/{(await only(client))['id']}"
    resolved = (await client.patch(path, json={"state": "resolved", "resolved_in": "1.1"})).json()
    at = parse_rfc3339(resolved["state_changed_at"])
    await post(client, error(release="1.0", ts=rfc(at + 1)), error(release="0.9", ts=rfc(at + 2)))
    assert (await client.get(path)).json()["state"] == "resolved"
    await post(client, error(release="1.1", ts=rfc(at + 3)))
    assert (await client.get(path)).json()["state"] == "resolved"
    await post(client, error(release="1.2", ts=rfc(at + 4)))
    assert (await client.get(path)).json()["state"] == "open"


async def test_ignored_until_so_many_more(client: httpx.AsyncClient) -> None:
    """It stays away until the condition is met, and says how far that is."""
    await post(client, error(), error())
    path = f"{URL}/{(await only(client))['id']}"
    ignored = (await client.patch(path, json={"state": "ignored", "until": {"events": 2}})).json()
    assert (ignored["state"], ignored["until"]) == ("ignored", {"ts": None, "events": 2})
    await post(client, error())
    assert (await client.get(path)).json()["until"]["events"] == 1
    await post(client, error())
    back = (await client.get(path)).json()
    assert (back["state"], back["until"]) == ("open", None)


async def test_ignored_until_a_time(client: httpx.AsyncClient) -> None:
    """The time is shown as it was set."""
    await post(client, error())
    path = f"{URL}/{(await only(client))['id']}"
    until = {"ts": "2027-01-01T00:00:00.000Z"}
    ignored = (await client.patch(path, json={"state": "ignored", "until": until})).json()
    assert ignored["until"] == {**until, "events": None}
    reopened = (await client.patch(path, json={"state": "open"})).json()
    assert (reopened["state"], reopened["until"]) == ("open", None)


@pytest.fixture
async def several(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Three issues: `a` often and long ago, `b` in many sessions, `c` last."""
    await post(
        client,
        *(error(message="a", component="x", ts="2026-11-01T00:00:00.000Z", release="1") for _ in range(5)),
        *(
            error(message="b", kind="timeout", level="fatal", ts="2026-11-02T00:00:00.000Z", session_id=f"s{n}")
            for n in range(3)
        ),
        error(message="c 100% _x", ts="2026-11-03T00:00:00.000Z", release="2", environment="prod"),
    )
    return client


@pytest.mark.parametrize(
    ("params", "titles"),
    [
        ({}, "cba"),
        ({"sort": "first_seen"}, "cba"),
        ({"sort": "events"}, "abc"),
        ({"sort": "sessions"}, "bca"),
        ({"component": "x"}, "a"),
        ({"component": "x,chat"}, "cba"),
        ({"kind": "timeout"}, "b"),
        ({"level": "fatal,warning"}, "b"),
        ({"state": "resolved"}, ""),
        ({"state": "open,ignored"}, "cba"),
        ({"release": "1"}, "a"),
        ({"release": "1,2"}, "ca"),
        ({"environment": "prod"}, "c"),
        ({"release": "1", "environment": "prod"}, ""),
        ({"since": "2026-11-02T00:00:00Z"}, "cb"),
        ({"q": "100%"}, "c"),
        ({"q": "_"}, "c"),
        ({"q": "C"}, "cb"),
        ({"q": "nothing"}, ""),
    ],
)
async def test_filters_and_orders(several: httpx.AsyncClient, params: dict[str, str], titles: str) -> None:
    """Each filter narrows the list, several values are alternatives, the text is taken literally."""
    found = [issue["title"][0] for issue in await issues(several, **params)]
    if params.get("sort") == "sessions":
        assert found[0] == "b"
        assert sorted(found) == ["a", "b", "c"]
    else:
        assert "".join(found) == titles


@pytest.mark.parametrize("sort", ["last_seen", "first_seen", "events", "sessions"])
async def test_pages_are_complete(client: httpx.AsyncClient, sort: str) -> None:
    """Following the cursor gives each issue once, in one order."""
    await post(client, *(error(component=f"c{n}", message="x") for n in range(7)))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await client.get(URL, params={"limit": 3, "sort": sort, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [issue["id"] for issue in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [issue["id"] for issue in await issues(client, sort=sort)]
    assert len(set(seen)) == 7


async def test_an_issue_has_its_events(client: httpx.AsyncClient) -> None:
    """Latest first, and only its own."""
    await post(client, error(message="a 1"), error(message="b"), error(message="a 2", ts="2026-11-23T00:00:01.000Z"))
    (issue,) = await issues(client, q="a 2")
    page = (await client.get(f"{URL}/{issue['id']}/events")).json()
    assert [event["message"] for event in page["items"]] == ["a 2", "a 1"]
    assert {event["issue_id"] for event in page["items"]} == {issue["id"]}
    assert (await client.get(f"{URL}/iss_none/events")).status_code == 404
