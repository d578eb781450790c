"""POST /api/v1/events, as clients use it: what is sent, in which form, and what the answer says."""

import gzip
from typing import Any

import httpx
import orjson
import pytest
import zstandard
from kit.clock import now_ms

from tests.tracker.making import error, interaction, rfc, timing, vital

URL = "/api/v1/events"


async def listed(client: httpx.AsyncClient, name: str, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/api/v1/{name}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_events_of_all_types_are_taken_and_listed(client: httpx.AsyncClient) -> None:
    """202, the counts, and each event in its list as it was sent."""
    sent = {"errors": error(session_id="s"), "interactions": interaction(), "vitals": vital(), "timings": timing()}
    answer = await client.post(URL, json={"events": list(sent.values())})
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 4, "duplicates": 0, "filtered": 0, "rejected": []}
    for name, event in sent.items():
        (found,) = await listed(client, name)
        assert found.items() >= event.items()
        assert found["received_at"].endswith("Z")


async def test_lines_are_taken(client: httpx.AsyncClient) -> None:
    """One JSON object a line; a broken line is told by its index and costs no other."""
    body = b"\n".join([orjson.dumps(error()), b"{broken", orjson.dumps(error())])
    answer = await client.post(URL, content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [(one["index"], one["code"]) for one in answer.json()["rejected"]] == [(1, "invalid_json")]


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
async def test_compressed_bodies_are_taken(client: httpx.AsyncClient, encoding: str, compress: Any) -> None:
    """Whatever a client can spare."""
    body = compress(orjson.dumps({"events": [error() for _ in range(100)]}))
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    assert (await client.post(URL, content=body, headers=headers)).json()["accepted"] == 100


async def test_sending_again_changes_nothing(client: httpx.AsyncClient) -> None:
    """The same id in the same request or in a later one is a duplicate."""
    event = error()
    first = await client.post(URL, json={"events": [event, event]})
    second = await client.post(URL, json={"events": [event, error()]})
    assert (first.json()["accepted"], first.json()["duplicates"]) == (1, 1)
    assert (second.json()["accepted"], second.json()["duplicates"]) == (1, 1)
    assert len(await listed(client, "errors")) == 2


async def test_the_counts_are_disjoint_and_the_ledger_adds_up(client: httpx.AsyncClient) -> None:
    """received = stored + duplicates + filtered + invalid + limited, and each has its reason."""
    event = error()
    events = [event, event, 5, error(type="x"), error(stack="at f (chrome-extension://a/b.js:1:1)")]
    dropped = [{"type": "interaction", "reason": "spool_full", "count": 7}]
    answer = (await client.post(URL, json={"events": events, "dropped": dropped})).json()
    assert (answer["accepted"], answer["duplicates"], answer["filtered"], len(answer["rejected"])) == (1, 1, 1, 2)
    ledger = (await client.get("/api/v1/outcomes")).json()
    reasons = {(one["outcome"], one["reason"]): one["count"] for one in ledger.pop("reasons")}
    assert ledger == {"received": 5, "stored": 1, "duplicates": 1, "filtered": 1, "invalid": 2, "limited": 0}
    assert reasons == {
        ("duplicate", "known_id"): 1,
        ("filtered", "browser_extensions"): 1,
        ("invalid", "not_an_object"): 1,
        ("invalid", "invalid_type"): 1,
        ("client_dropped", "interaction:spool_full"): 7,
    }


async def test_nothing_sent_is_fine_and_all_bad_is_202(client: httpx.AsyncClient) -> None:
    """An empty list is a request like any other; so is one with nothing good in it."""
    assert (await client.post(URL, json={"events": []})).json()["accepted"] == 0
    answer = await client.post(URL, json={"events": [1, None, "x"]})
    assert answer.status_code == 202
    assert len(answer.json()["rejected"]) == 3


async def test_secrets_are_not_in_the_database(client: httpx.AsyncClient) -> None:
    """They are gone before anything is stored, from events and from issues."""
    event = error(message="login failed for jo@example.org: password=geheim", context={"headers": {"Cookie": "geheim"}})
    await client.post(URL, json={"events": [event]})
    for path in ("errors", "issues"):
        text = (await client.get(f"/api/v1/{path}")).text
        assert "geheim" not in text
        assert "jo@example.org" not in text


async def test_an_answered_event_is_in_every_number_at_once(client: httpx.AsyncClient) -> None:
    """Whoever reads after the answer finds it, also when much comes in a row."""
    now = rfc(now_ms())
    for number in range(1, 20):
        await client.post(URL, json={"events": [error(ts=now), interaction(ts=now)]})
        (issue,) = await listed(client, "issues")
        assert issue["events"] == number
        assert (await client.get("/api/v1/insights")).json()["interactions"] == number


async def test_the_document_describes_the_body(client: httpx.AsyncClient) -> None:
    """Contract tests read the request body from the OpenAPI document, without a reference that leads nowhere."""
    document = (await client.get("/openapi.json")).json()
    operation = document["paths"][URL]["post"]
    events = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["events"]
    assert {choice["title"] for choice in events["items"]["oneOf"]} == {
        *("ErrorEvent", "InteractionEvent", "VitalEvent", "TimingEvent"),
    }
    assert "202" in operation["responses"]
    assert "$ref" not in orjson.dumps(operation["requestBody"]).decode()
