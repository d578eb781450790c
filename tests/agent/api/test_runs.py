"""`/api/v1/runs` as scripts and the dashboard see it."""

import asyncio
from typing import Any

import httpx

from tests.agent.api.conftest import Serve
from tests.agent.api.serving import Agent, Provider, until


async def test_run_goes_on_by_itself(agent: Agent, provider: Provider) -> None:
    """A posted run is accepted at once and can be read when it has ended, with all that happened."""
    provider.call("read_file", {"path": "notes.txt"})
    provider.say("It is with Ada.")
    made = await agent.run("where is the key?", metadata={"ticket": 7})
    assert (made["status"], made["source"], made["metadata"]) == ("queued", "api", {"ticket": 7})
    assert made["session_id"].startswith("ses_")
    run = await agent.ended(made["id"])
    assert (run["status"], run["output"], run["reason"], run["error"]) == ("succeeded", "It is with Ada.", None, None)
    assert run["title"] == "where is the key?"
    assert run["input"] == [{"role": "user", "content": "where is the key?"}]
    assert run["usage"] == {"input_tokens": 14, "output_tokens": 6, "total_tokens": 20}
    assert run["created_at"] <= run["started_at"] <= run["ended_at"]


async def test_steps_tell_what_was_done(agent: Agent, provider: Provider) -> None:
    """Steps have kind, timing, tokens, arguments and results."""
    provider.call("read_file", {"path": "notes.txt"})
    run = await agent.ended((await agent.run())["id"])
    model, tool, _ = run["steps"]
    assert (model["kind"], model["name"], model["status"]) == ("model", "openai:mock", "ok")
    assert model["usage"]["total_tokens"] == 10
    assert (tool["kind"], tool["name"], tool["arguments"]) == ("tool", "read_file", {"path": "notes.txt"})
    assert "Water the plants" in tool["result"]["text"]
    assert tool["duration_ms"] >= 0


async def test_failed_tool_and_model_are_told(agent: Agent, provider: Provider) -> None:
    """A tool that refuses does not end a run; a model that refuses does, with its reason."""
    provider.call("read_file", {"path": "../secret"})
    provider.fail(400, "no more")
    run = await agent.ended((await agent.run())["id"])
    assert run["steps"][1]["status"] == "error"
    assert run["steps"][1]["error"]["code"] == "path_outside_workspace"
    assert (run["status"], run["reason"]) == ("failed", "model_error")
    assert run["error"]["code"] == "model_refused"


async def test_runs_are_listed_newest_first_and_filtered(agent: Agent, provider: Provider) -> None:
    """Filters by status, source, model, session, words and time; several values by comma; pages by cursor."""
    provider.fail(400, "no")
    first = await agent.run("about bees", headers={"X-Binnacle-Client": "dashboard"}, session_id="s1")
    await agent.ended(first["id"])
    second = await agent.run("about Übermut")
    third = await agent.run("about bees again")
    for made in (second, third):
        await agent.ended(made["id"])

    async def ids(**params: Any) -> list[str]:
        return [run["id"] for run in (await agent.get("/api/v1/runs", **params))["items"]]

    assert await ids() == [third["id"], second["id"], first["id"]]
    assert await ids(status="failed") == [first["id"]]
    assert await ids(status="failed,succeeded", q="BEES") == [third["id"], first["id"]]
    assert await ids(q="übermut") == [second["id"]]
    assert await ids(q="%") == []
    assert await ids(source="dashboard") == [first["id"]]
    assert await ids(session_id="s1") == [first["id"]]
    assert await ids(model="builtin:operator") == []
    assert await ids(since=third["created_at"]) == [third["id"]]
    assert first["id"] in await ids(until=third["created_at"])
    page = await agent.get("/api/v1/runs", limit=2)
    rest = await agent.get("/api/v1/runs", limit=2, cursor=page["next_cursor"])
    assert [run["id"] for run in page["items"] + rest["items"]] == [third["id"], second["id"], first["id"]]
    assert rest["next_cursor"] is None


async def test_cancel_reaches_a_stream(agent: Agent, provider: Provider) -> None:
    """Cancelling ends a run that is waiting for its model, and the call to the model with it."""
    provider.hold("first", " never")
    run_id = (await agent.run())["id"]
    await until(lambda: bool(provider.requests))
    cancelled = (await agent.http.post(f"/api/v1/runs/{run_id}/cancel")).json()
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "cancelled")
    again = await agent.http.post(f"/api/v1/runs/{run_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "run_ended")


async def test_cancel_reaches_a_run_that_waits_for_its_place(serve: Serve, provider: Provider) -> None:
    """With all places taken a run waits; it can be cancelled there, and the next one starts when a place is free."""
    agent = await serve(AGENT_MAX_RUNS="1")
    go_on = provider.hold("first", " second")
    working = await agent.run("one")
    await until(lambda: bool(provider.requests))
    waiting, next_one = await agent.run("two"), await agent.run("three")
    await agent.http.post(f"/api/v1/runs/{waiting['id']}/cancel")
    assert (await agent.get(f"/api/v1/runs/{next_one['id']}"))["status"] == "queued"
    go_on.set()
    assert (await agent.ended(working["id"]))["output"] == "first second"
    assert (await agent.ended(next_one["id"]))["status"] == "succeeded"
    assert (await agent.ended(waiting["id"]))["started_at"] is None


async def test_people_go_ahead(serve: Serve, provider: Provider) -> None:
    """A run of the dashboard starts before background runs that came earlier."""
    agent = await serve(AGENT_MAX_RUNS="1")
    go_on = provider.hold("first", " second")
    await agent.run("working")
    await until(lambda: bool(provider.requests))
    background = await agent.run("background")
    person = await agent.run("person", headers={"X-Binnacle-Client": "dashboard"})
    go_on.set()
    ended = [await agent.ended(run["id"]) for run in (person, background)]
    assert ended[0]["started_at"] <= ended[1]["started_at"]
    assert [each["messages"][-1]["content"] for each in provider.requests] == ["working", "person", "background"]


async def test_too_many_runs_are_refused(serve: Serve, provider: Provider) -> None:
    """The queue is bounded: 429 with a time to come back, and nothing of it is kept."""
    agent = await serve(AGENT_MAX_RUNS="1", AGENT_MAX_WAITING_RUNS="1")
    provider.hold("first", " never")
    await agent.run()
    await until(lambda: bool(provider.requests))
    await agent.run()
    refused = await agent.http.post("/api/v1/runs", json={"input": "one too many"})
    assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
    assert "retry-after" in refused.headers
    assert len((await agent.get("/api/v1/runs"))["items"]) == 2


async def test_retry_is_a_new_run_with_the_same_input(agent: Agent, provider: Provider) -> None:
    """It names the first one."""
    provider.fail(400, "no")
    first = await agent.run("hello", max_steps=5, metadata={"a": 1})
    await agent.ended(first["id"])
    again = (await agent.http.post(f"/api/v1/runs/{first['id']}/retry")).json()
    assert again["parent_run_id"] == first["id"]
    run = await agent.ended(again["id"])
    assert (run["status"], run["input"], run["metadata"]) == (
        "succeeded",
        [{"role": "user", "content": "hello"}],
        {"a": 1},
    )


async def test_run_is_deleted_with_its_events(agent: Agent, provider: Provider) -> None:
    """Only once it has ended; then it is gone."""
    go_on = provider.hold("first", " second")
    run_id = (await agent.run())["id"]
    await until(lambda: bool(provider.requests))
    early = await agent.http.delete(f"/api/v1/runs/{run_id}")
    assert (early.status_code, early.json()["code"]) == (409, "run_active")
    go_on.set()
    await agent.ended(run_id)
    assert (await agent.http.delete(f"/api/v1/runs/{run_id}")).status_code == 204
    for path in (f"/api/v1/runs/{run_id}", f"/api/v1/runs/{run_id}/events"):
        assert (await agent.http.get(path)).json()["code"] == "run_not_found"


async def test_run_may_use_only_the_tools_it_names(agent: Agent, provider: Provider) -> None:
    """Names or globs; an unknown name is refused before anything runs."""
    await agent.ended((await agent.run(tools=["read_*", "current_time"]))["id"])
    names = {tool["function"]["name"] for tool in provider.requests[0]["tools"]}
    assert names == {"read_file", "read_result", "current_time"}
    refused = await agent.http.post("/api/v1/runs", json={"input": "x", "tools": ["reed_file"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_tool")


async def test_run_may_name_its_model(agent: Agent) -> None:
    """A known one answers, an unknown one is refused."""
    made = await agent.run("what time is it?", model="builtin:operator")
    assert (await agent.ended(made["id"]))["model"] == "builtin:operator"
    refused = await agent.http.post("/api/v1/runs", json={"input": "x", "model": "nobody:nothing"})
    assert (refused.status_code, refused.json()["code"]) == (404, "model_not_found")


async def test_run_stops_after_its_steps(agent: Agent, provider: Provider) -> None:
    """`max_steps` holds for one run."""
    for _ in range(5):
        provider.call("list_files", {})
    run = await agent.ended((await agent.run(max_steps=2))["id"])
    assert (run["status"], run["reason"], run["step_count"]) == ("failed", "max_steps", 4)


async def test_words_under_way_can_be_read(agent: Agent, provider: Provider) -> None:
    """Who comes late sees what has been said so far."""
    go_on = provider.hold("first", " second")
    run_id = (await agent.run())["id"]

    async def said() -> bool:
        return (await agent.get(f"/api/v1/runs/{run_id}"))["partial_text"] == "first"

    await until(said)
    go_on.set()
    assert (await agent.ended(run_id))["partial_text"] is None


async def test_closing_the_connection_does_not_cancel(agent: Agent, provider: Provider) -> None:
    """A run of the management API is its own, not its caller's."""
    go_on = provider.hold("first", " second")
    async with httpx.AsyncClient(base_url=agent.http.base_url, headers=agent.http.headers) as leaving:
        run_id = (await leaving.post("/api/v1/runs", json={"input": "hello"})).json()["id"]
        await until(lambda: bool(provider.requests))
    await asyncio.sleep(0.05)
    go_on.set()
    assert (await agent.ended(run_id))["status"] == "succeeded"


async def test_large_result_is_kept_by_reference(agent: Agent, provider: Provider) -> None:
    """What is cut can be read on by the model, and the step names it."""
    text = "".join(f"line {at}\n" for at in range(6_000))
    await agent.http.put("/api/v1/workspace/files/long.txt", content=text.encode())
    provider.call("read_file", {"path": "long.txt", "limit": 6_000})
    provider.say("long")
    run = await agent.ended((await agent.run())["id"])
    result = run["steps"][1]["result"]
    if result["truncated"]:
        assert result["ref"].startswith("res_")
