"""`/api/v1/runs/stats`: runs in numbers."""

from tests.agent.api.serving import Agent, Provider, until


async def test_runs_are_counted_by_hour_or_minute(agent: Agent, provider: Provider) -> None:
    """Every slot up to now is there; failed runs and those that have not ended are told apart."""
    provider.fail(400, "no")
    await agent.ended((await agent.run("one"))["id"])
    await agent.ended((await agent.run("two"))["id"])
    provider.hold("first", " never")
    last = await agent.run("three")
    await until(lambda: len(provider.requests) >= 3)
    day = await agent.get("/api/v1/runs/stats")
    assert (day["runs"], day["failed"], day["unfinished"]) == (3, 1, {"running": 1})
    assert len(day["series"]) == 24
    assert day["since"] == day["series"][0]["ts"]
    minutes = (await agent.get("/api/v1/runs/stats", by="minute", slots=60))["series"]
    assert len(minutes) == 60
    assert (sum(one["runs"] for one in minutes), sum(one["failed"] for one in minutes)) == (3, 1)
    assert last["created_at"][:16] in {one["ts"][:16] for one in minutes if one["runs"]}


async def test_slots_are_bounded(agent: Agent) -> None:
    """A month of hours at most; anything else is told."""
    for query in ("slots=0", "slots=745", "by=day"):
        refused = await agent.http.get(f"/api/v1/runs/stats?{query}")
        assert refused.status_code == 422
    assert (await agent.http.get("/api/v1/runs/stats?slots=744")).status_code == 200
