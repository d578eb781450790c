"""The events of a run: live, replayed, and by page."""

import asyncio

from tests.agent.api.serving import Agent, Heard, Provider, listen, until


def numbers(heard: list[Heard]) -> list[int]:
    return [each.data["seq"] for each in heard if each.event != "delta"]


async def test_events_tell_a_run_from_the_first_to_the_last(agent: Agent, provider: Provider) -> None:
    """Numbered without a gap, and the stream ends after the final status."""
    provider.call("list_files", {})
    provider.say("There", " it is.")
    run_id = (await agent.run())["id"]
    heard = await agent.events(run_id)
    durable = [each for each in heard if each.event != "delta"]
    assert numbers(heard) == list(range(1, len(durable) + 1))
    assert [each.id for each in durable] == [str(each.data["seq"]) for each in durable]
    types = [each.event for each in durable]
    assert types[:3] == ["run.status", "run.status", "step.started"]
    assert types.count("tool.call") == types.count("tool.result") == 1
    assert types.count("message.completed") == 2
    last = durable[-1].data
    assert (last["type"], last["data"]["status"], last["data"]["reason"]) == ("run.status", "succeeded", None)
    assert last["data"]["usage"]["total_tokens"] == 20
    assert await agent.events(run_id) == durable


async def test_tool_events_name_the_call(agent: Agent, provider: Provider) -> None:
    """Call and result belong together by their step and call id, and the call says what let it run."""
    provider.call("list_files", {"path": "."})
    run_id = (await agent.run())["id"]
    heard = {each.event: each.data["data"] for each in await agent.events(run_id)}
    assert heard["tool.call"] | {"call_id": "*"} == {
        "index": 1,
        "call_id": "*",
        "tool": "list_files",
        "arguments": {"path": "."},
        "permission": {"decision": "allow", "by": "read_only"},
    }
    assert heard["tool.result"]["call_id"] == heard["tool.call"]["call_id"]
    assert heard["tool.result"]["ok"] is True
    assert "welcome.md" in heard["tool.result"]["text"]


async def test_words_are_live_and_not_replayed(agent: Agent, provider: Provider) -> None:
    """`delta` comes as the words do, with offsets; afterwards `message.completed` holds the whole."""
    go_on = provider.hold("first", " second")
    run_id = (await agent.run())["id"]
    async with agent.http.stream("GET", f"/api/v1/runs/{run_id}/events") as response:
        heard: list[Heard] = []
        async for each in listen(response):
            heard.append(each)
            if each.event == "step.started":
                go_on.set()
    deltas = [each.data["data"] for each in heard if each.event == "delta"]
    assert deltas[-1] == {"index": 0, "kind": "text", "text": " second", "offset": 5}
    assert all("seq" not in each.data and each.id is None for each in heard if each.event == "delta")
    completed = [each.data["data"] for each in await agent.events(run_id) if each.event == "message.completed"]
    assert completed == [{"index": 0, "role": "assistant", "content": "first second"}]


async def test_stream_resumes_after_an_event(agent: Agent, provider: Provider) -> None:
    """By `Last-Event-ID` or `after`; one that this run never gave out starts anew, after a `resync`."""
    run_id = (await agent.run())["id"]
    whole = await agent.events(run_id)
    assert numbers(await agent.events(run_id, after=3)) == numbers(whole)[3:]
    for last_id, expected in (("4", numbers(whole)[4:]), ("nonsense", numbers(whole))):
        headers = {"Last-Event-ID": last_id}
        async with agent.http.stream("GET", f"/api/v1/runs/{run_id}/events", headers=headers) as response:
            heard = [each async for each in listen(response)]
        events = [each for each in heard if each.event != "resync"]
        assert (numbers(events), len(events) == len(heard)) == (expected, last_id == "4")


async def test_page_of_events(agent: Agent, provider: Provider) -> None:
    """With `Accept: application/json` the events on record come by page."""
    run_id = (await agent.run())["id"]
    whole = [each.data for each in await agent.events(run_id) if each.event != "delta"]
    headers = {"Accept": "application/json"}
    first = (await agent.http.get(f"/api/v1/runs/{run_id}/events?limit=2", headers=headers)).json()
    assert first["items"] == whole[:2]
    params = {"limit": 500, "cursor": first["next_cursor"]}
    rest = (await agent.http.get(f"/api/v1/runs/{run_id}/events", params=params, headers=headers)).json()
    assert (first["items"] + rest["items"], rest["next_cursor"]) == (whole, None)
    after = (await agent.http.get(f"/api/v1/runs/{run_id}/events?after=4", headers=headers)).json()
    assert after["items"] == whole[4:]


async def test_fifty_readers_hear_the_same(agent: Agent, provider: Provider) -> None:
    """Many may follow one run."""
    go_on = provider.hold("first", *(f" {at}" for at in range(50)))
    run_id = (await agent.run())["id"]
    reading = [asyncio.create_task(agent.events(run_id)) for _ in range(50)]
    await until(lambda: bool(provider.requests))
    go_on.set()
    heard = await asyncio.gather(*reading)
    assert len({tuple(numbers(each)) for each in heard}) == 1
    assert heard[0][-1].data["data"]["status"] == "succeeded"
