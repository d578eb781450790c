"""Odd input: a clear answer, never a 5xx, nothing lost beside it."""

import gzip
import json
from typing import Any

import httpx
import pytest
import zstandard
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.clock import now_ms, parse_rfc3339

from tests.tracker.making import TOKEN, error

URL = "/api/v1/events"
JSON_TYPE = {"Content-Type": "application/json"}


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    return bool(body["detail"] and body["request_id"])


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", JSON_TYPE, 400, "unreadable_body"),
        (b"{", JSON_TYPE, 400, "unreadable_body"),
        (b"[]", JSON_TYPE, 400, "unreadable_body"),
        (b'{"events": {}}', JSON_TYPE, 400, "unreadable_body"),
        (b"\xff\xff", JSON_TYPE, 400, "unreadable_body"),
        (b"", {"Content-Type": "application/x-ndjson"}, 400, "unreadable_body"),
        (b"{}", {"Content-Type": "text/html"}, 415, "unsupported_media_type"),
        (b"{}", {**JSON_TYPE, "Content-Encoding": "br"}, 415, "unsupported_media_type"),
        (b"{}", {**JSON_TYPE, "Content-Encoding": "gzip"}, 400, "unreadable_body"),
        (b"{}", {**JSON_TYPE, "Content-Encoding": "zstd"}, 400, "unreadable_body"),
        (gzip.compress(bytes(30 << 20)), {**JSON_TYPE, "Content-Encoding": "gzip"}, 413, "too_large"),
        (zstandard.compress(bytes(30 << 20)), {**JSON_TYPE, "Content-Encoding": "zstd"}, 413, "too_large"),
        (b'{"events":[' + b"0," * 20_000 + b"0]}", JSON_TYPE, 413, "too_many_events"),
        (bytes(11 << 20), JSON_TYPE, 413, "too_large"),
    ],
)
async def test_bodies_that_cannot_be_read(
    client: httpx.AsyncClient, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    """The answer says why, and how it should have been."""
    assert is_problem(await client.post(URL, content=body, headers=headers), status, code)
    assert (await client.get("/api/v1/outcomes")).json()["received"] == 0


async def test_ten_mebibytes_are_taken(client: httpx.AsyncClient) -> None:
    """A large batch is split by nobody; an event that is too large itself is kept as a stub."""
    events = [error(context={"blob": "x" * 400_000}) for _ in range(25)]
    body = json.dumps({"events": events}).encode()
    assert 9 << 20 < len(body) < 10 << 20
    answer = await client.post(URL, content=body, headers=JSON_TYPE)
    assert answer.json()["accepted"] == 25
    (found,) = (await client.get("/api/v1/errors", params={"limit": 1})).json()["items"]
    assert "bytes" in found["context"]["cut"]


@pytest.mark.parametrize(
    "odd",
    [
        error(message="nul \x00 and \ud800 surrogate"),
        error(ts="9999-12-31T23:59:59Z"),
        error(ts="0001-01-01T00:00:00Z"),
        error(component="\x00", session_id="\udfff", release="r\x00"),
        error(context={"n": 10**400, "f": float("nan"), "i": float("-inf"), "\x00\ud800": None}),
        error(context={"deep": json.loads("[" * 900 + "]" * 900)}),
        error(message=""),
        error(message="x" * 1_000_000),
        error(fingerprint=[]),
        error(fingerprint=["{{ default }}", ""]),
        error(stack="@" * 100_000),
        error(stack="at (" * 50_000),
        error(url="javascript:" + "%" * 100_000),
        error(session_id="'; DROP TABLE events; --"),
        error(surprise={"a": 1}),
        error(kind="invented", level="loud"),
    ],
    ids=lambda odd: str(odd)[90:130],
)
async def test_odd_events_are_kept(client: httpx.AsyncClient, odd: dict[str, Any]) -> None:
    """Cleaned, cut or put right; their neighbours are as they were, and every list still answers."""
    body = json.dumps({"events": [error(message="before"), odd, error(message="after")]}).encode()
    answer = await client.post(URL, content=body, headers=JSON_TYPE)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 3, answer.json()
    for path in ("errors", "issues", "components", "insights", "outcomes"):
        found = await client.get(f"/api/v1/{path}")
        assert found.status_code == 200
        assert found.json()
    for issue in (await client.get("/api/v1/issues")).json()["items"]:
        assert (await client.get(f"/api/v1/issues/{issue['id']}")).status_code == 200


async def test_one_event_nested_beyond_measure_costs_itself(client: httpx.AsyncClient) -> None:
    """Whatever a parser can bear, the others of the batch are stored."""
    deep = '{"context": ' + "[" * 200_000 + "]" * 200_000 + "}"
    body = f'{{"events": [{json.dumps(error())}, {deep}, {json.dumps(error())}]}}'
    answer = await client.post(URL, content=body.encode(), headers=JSON_TYPE)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
    assert answer.json()["rejected"][0]["code"] == "too_deep"


@pytest.mark.parametrize(
    "path",
    [
        "issues?state=closed",
        "issues?sort=title",
        "issues?limit=0",
        "issues?limit=501",
        "issues?since=yesterday",
        "issues?kind=disk_error",
        "errors?handled=perhaps",
        "errors?until=99999-01-01T00:00:00Z",
        "insights?until=9999-12-31T23:59:59-14:00",
        "vitals?name=FPS",
        "insights?since=now",
        f"issues?q={'x' * 300}",
    ],
)
async def test_filters_that_make_no_sense(client: httpx.AsyncClient, path: str) -> None:
    """422, and which parameter it is."""
    answer = await client.get(f"/api/v1/{path}")
    assert is_problem(answer, 422, "validation_error")
    assert answer.json()["errors"][0]["loc"][0] == "query"


@pytest.mark.parametrize(
    "path", ["issues?q=%00", "issues?component=%00", "errors?session_id=%00", "insights?release=%00"]
)
async def test_no_text_is_one_that_none_can_be(client: httpx.AsyncClient, path: str) -> None:
    """NUL is in no stored text, so nothing is found by it, on either database."""
    await client.post(URL, json={"events": [error()]})
    found = (await client.get(f"/api/v1/{path}")).json()
    assert found.get("items", []) == []
    assert found.get("errors", 0) == 0


@pytest.mark.parametrize("query", ["", "&until=9999-12-31T23:59:59Z", "&component=chat"])
async def test_a_range_beyond_all_time(client: httpx.AsyncClient, query: str) -> None:
    """It is cut to what there can be, and the answer says to what."""
    found = (await client.get(f"/api/v1/insights?since=0001-01-01T00:00:00Z{query}")).json()
    assert parse_rfc3339(found["since"]) > now_ms() - 6 * 366 * 86_400_000
    assert parse_rfc3339(found["until"]) <= now_ms() + 2 * 86_400_000
    assert len(found["series"]) < 2_000


@pytest.mark.parametrize("path", ["issues", "errors", "interactions", "vitals", "timings", "components"])
@pytest.mark.parametrize(
    "cursor", ["x", "%00", "W10", "WyJpc3N1ZXMubGFzdF9zZWVuIiwxZTMwLDFd", "ZXJyb3Jz" * 50, "a" * 5000]
)
async def test_cursors_of_somebody_else(client: httpx.AsyncClient, path: str, cursor: str) -> None:
    """A cursor that this list did not give out is 400 `bad_cursor`."""
    assert is_problem(await client.get(f"/api/v1/{path}?cursor={cursor}"), 400, "bad_cursor")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"state": "closed"},
        {"state": None},
        {"state": "open", "note": "x"},
        {"state": "open", "until": {"events": 5}},
        {"state": "ignored", "until": {"events": 0}},
        {"state": "ignored", "until": {"events": 2**60}},
        {"state": "ignored", "until": {"ts": "soon"}},
        {"state": "ignored", "until": {"ts": 5}},
        {"state": "ignored", "until": {"ts": "9999-12-31T23:59:59-14:00"}},
        {"state": "ignored", "until": {"events": True}},
        {"state": "open", "resolved_in": "1.0"},
        {"state": "resolved", "resolved_in": ""},
        {"state": "ignored", "until": {"forever": True}},
        [],
        "open",
    ],
)
async def test_changes_that_make_no_sense(client: httpx.AsyncClient, body: Any) -> None:
    """422 for unknown fields, words and conditions; the issue stays as it was."""
    await client.post(URL, json={"events": [error()]})
    (issue,) = (await client.get("/api/v1/issues")).json()["items"]
    assert is_problem(await client.patch(f"/api/v1/issues/{issue['id']}", json=body), 422, "validation_error")
    assert (await client.get("/api/v1/issues")).json()["items"] == [issue]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize("issue_id", ["iss_none", "%00", "a%2Fb", "\N{SNOWMAN}", "x" * 500])
async def test_no_such_issue(client: httpx.AsyncClient, method: str, issue_id: str) -> None:
    """404 with its own code."""
    answer = await client.request(method, f"/api/v1/issues/{issue_id}", json={"state": "open"})
    assert answer.status_code == 404
    assert answer.json()["code"] in {"issue_not_found", "not_found"}


async def test_no_such_component(client: httpx.AsyncClient) -> None:
    """404 with its own code."""
    assert is_problem(await client.get("/api/v1/components/none/such"), 404, "component_not_found")


async def test_who_has_no_token_gets_in_nowhere(app: FastAPI) -> None:
    """401 on the whole API, with a wrong token too; a Host that is not ours is 400."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tracker:8082") as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            assert is_problem(await client.post(URL, json={"events": []}, headers=headers), 401, "unauthorized")
        assert (await client.get("/readyz")).status_code == 200
        unknown = {"Host": "evil.example"}
        assert is_problem(await client.get("/readyz", headers=unknown), 400, "unknown_host")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), encoding=st.sampled_from(["", "gzip", "zstd", "identity"]), lines=st.booleans())
async def test_no_body_gets_a_server_error(client: httpx.AsyncClient, body: bytes, encoding: str, lines: bool) -> None:
    """Whatever is posted is taken or refused."""
    headers = {"Content-Type": "application/x-ndjson" if lines else "application/json", "Content-Encoding": encoding}
    assert (await client.post(URL, content=body, headers=headers)).status_code in {202, 400}
