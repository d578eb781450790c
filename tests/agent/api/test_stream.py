"""`/api/v1/stream`: every change, as it happens."""

from tests.agent.api.serving import Agent, Heard, Provider, listen


async def test_changes_of_runs_and_approvals_are_told(agent: Agent, provider: Provider) -> None:
    """Topics `runs` and `approvals`, each with what changed, until the run has ended."""
    provider.call("write_file", {"path": "a", "content": ""})
    heard: list[Heard] = []
    async with agent.http.stream("GET", "/api/v1/stream") as response:
        assert response.headers["x-accel-buffering"] == "no"
        events = listen(response)
        run_id = (await agent.run())["id"]
        async for each in events:
            heard.append(each)
            if each.event == "approvals" and each.data["action"] == "created":
                path = f"/api/v1/approvals/{each.data['approval']['id']}"
                await agent.http.post(path, json={"decision": "once"})
            if each.event == "runs" and each.data["run"]["status"] == "succeeded":
                break
    runs = [each.data for each in heard if each.event == "runs"]
    assert runs[0]["action"] == "created"
    assert {each["id"] for each in runs} == {run_id}
    statuses = [each["run"]["status"] for each in runs]
    assert "waiting_approval" in statuses
    assert runs[-1]["run"] == {key: runs[-1]["run"][key] for key in runs[0]["run"]}
    approvals = [each.data for each in heard if each.event == "approvals"]
    assert [each["action"] for each in approvals] == ["created", "updated"]


async def test_reader_that_comes_back_misses_nothing(agent: Agent) -> None:
    """`Last-Event-ID` goes on after it; one of another process is answered by `resync`."""
    async with agent.http.stream("GET", "/api/v1/stream") as response:
        events = listen(response)
        first = await agent.run()
        seen = await anext(events)
    await agent.ended(first["id"])
    async with agent.http.stream("GET", "/api/v1/stream", headers={"Last-Event-ID": str(seen.id)}) as response:
        assert (await anext(listen(response))).data["id"] == first["id"]
    async with agent.http.stream("GET", "/api/v1/stream", headers={"Last-Event-ID": "0000-1"}) as response:
        assert (await anext(listen(response))).event == "resync"


async def test_deleted_run_is_told(agent: Agent) -> None:
    """So that lists can drop it."""
    run_id = (await agent.run())["id"]
    await agent.ended(run_id)
    async with agent.http.stream("GET", "/api/v1/stream") as response:
        await agent.http.delete(f"/api/v1/runs/{run_id}")
        async for each in listen(response):
            if each.event == "runs" and each.data["action"] == "deleted":
                assert each.data["id"] == run_id
                break
