"""`Idempotency-Key` on requests that create something."""

import asyncio

from tests.agent.api.serving import Agent, Provider

KEY = {"Idempotency-Key": "my-key"}


async def test_same_request_again_creates_nothing(agent: Agent, provider: Provider) -> None:
    """The first answer comes again, word for word."""
    first = await agent.http.post("/api/v1/runs", json={"input": "hello"}, headers=KEY)
    await agent.ended(first.json()["id"])
    again = await agent.http.post("/api/v1/runs", json={"input": "hello"}, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert len((await agent.get("/api/v1/runs"))["items"]) == 1


async def test_same_key_with_another_body_is_refused(agent: Agent) -> None:
    """A key stands for one request."""
    await agent.http.post("/api/v1/runs", json={"input": "hello"}, headers=KEY)
    other = await agent.http.post("/api/v1/runs", json={"input": "bye"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")


async def test_key_is_for_one_path(agent: Agent) -> None:
    """The same key on another path is another request."""
    rule = {"pattern": "write_file", "decision": "allow"}
    assert (await agent.http.post("/api/v1/runs", json={"input": "hello"}, headers=KEY)).status_code == 202
    first = await agent.http.post("/api/v1/permissions", json=rule, headers=KEY)
    again = await agent.http.post("/api/v1/permissions", json=rule, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]


async def test_request_that_was_refused_may_be_corrected(agent: Agent) -> None:
    """Nothing is kept of a request that created nothing."""
    refused = await agent.http.post("/api/v1/runs", json={"input": "x", "model": "nobody:nothing"}, headers=KEY)
    assert refused.status_code == 404
    assert (await agent.http.post("/api/v1/runs", json={"input": "x"}, headers=KEY)).status_code == 202


async def test_requests_at_the_same_time_create_one(agent: Agent) -> None:
    """The others get the same answer, or are told that the first is under way."""
    posts = [agent.http.post("/api/v1/runs", json={"input": "hello"}, headers=KEY) for _ in range(10)]
    answers = await asyncio.gather(*posts)
    created = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 202}
    assert len(created) == 1
    assert refused <= {"in_progress"}
    assert len((await agent.get("/api/v1/runs"))["items"]) == 1


async def test_retry_takes_a_key(agent: Agent) -> None:
    """A retry that is sent again is one retry."""
    run_id = (await agent.run())["id"]
    await agent.ended(run_id)
    answers = [await agent.http.post(f"/api/v1/runs/{run_id}/retry", headers=KEY) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_unusable_key_is_refused(agent: Agent) -> None:
    """A key has a length."""
    for key in ("", "x" * 256):
        refused = await agent.http.post("/api/v1/runs", json={"input": "x"}, headers={"Idempotency-Key": key})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
