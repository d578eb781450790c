"""`/v1/chat/completions` as any OpenAI client sees it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.agent.api.serving import Agent, Answer, Heard, Provider, listen, until

WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


async def chunks(agent: Agent, text: str = "hello", **more: Any) -> list[Heard]:
    async with agent.stream(text, **more) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return [heard async for heard in listen(response)]


def words(heard: list[Heard]) -> str:
    choices = [choice for each in heard if each.data != "[DONE]" for choice in each.data["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def test_agent_answers_with_its_usage(agent: Agent, provider: Provider) -> None:
    """A whole answer has OpenAI's shape, the model that was asked for, and the tokens of all its turns."""
    provider.say("Hello", " there")
    response = await agent.chat()
    answer = response.json()
    assert answer["object"] == "chat.completion"
    assert answer["model"] == "agent"
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "Hello there", "refusal": None}
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    assert response.headers["x-run-id"].startswith("run_")


async def test_our_tools_run_inside(agent: Agent, provider: Provider) -> None:
    """The client sees only the answer; the tools that it took are in the run's steps."""
    provider.call("list_files", {})
    provider.say("There is a welcome.")
    response = await agent.chat("what is there?")
    assert response.json()["choices"][0]["message"]["content"] == "There is a welcome."
    assert "welcome.md" in provider.requests[1]["messages"][-1]["content"]
    run = await agent.get(f"/api/v1/runs/{response.headers['x-run-id']}")
    assert [step["kind"] for step in run["steps"]] == ["model", "tool", "model"]
    assert (run["source"], run["status"], run["step_count"]) == ("openai", "succeeded", 3)


async def test_stream_ends_with_done(agent: Agent, provider: Provider) -> None:
    """Chunks begin with the role, carry the words, and end with a finish reason and `[DONE]`."""
    provider.say("Hello", " there")
    heard = await chunks(agent)
    assert heard[0].data["choices"][0]["delta"]["role"] == "assistant"
    assert words(heard) == "Hello there"
    assert heard[-2].data["choices"][0]["finish_reason"] == "stop"
    assert heard[-1].data == "[DONE]"
    assert "usage" not in heard[0].data


async def test_stream_tells_usage_when_asked(agent: Agent, provider: Provider) -> None:
    """With `stream_options.include_usage` the last chunk before the end has the tokens and no choices."""
    heard = await chunks(agent, stream_options={"include_usage": True})
    assert heard[-2].data["choices"] == []
    assert heard[-2].data["usage"]["total_tokens"] == 10
    assert heard[0].data["usage"] is None


async def test_words_come_before_the_answer_is_whole(agent: Agent, provider: Provider) -> None:
    """The first word is there while the model is still thinking about the second."""
    go_on = provider.hold("first", " second")
    async with agent.stream() as response:
        events = listen(response)
        assert words([await anext(events), await anext(events)]) == "first"
        go_on.set()
        assert words([heard async for heard in events]) == " second"


async def test_turns_of_a_stream_are_paragraphs(agent: Agent, provider: Provider) -> None:
    """Words before a tool call and words after it do not run into each other."""
    provider.script.append(Answer(["Let me look."], [("list_files", "{}")]))
    provider.say("Done.")
    assert words(await chunks(agent)) == "Let me look.\n\nDone."


async def test_clients_tools_are_handed_back(agent: Agent, provider: Provider) -> None:
    """A call of the client's own tool comes back as `tool_calls`, and its result goes on from there."""
    provider.call("get_weather", {"city": "Oslo"})
    first = (await agent.chat("weather?", tools=[WEATHER])).json()["choices"][0]
    assert first["finish_reason"] == "tool_calls"
    call = first["message"]["tool_calls"][0]
    assert call["function"] == {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
    provider.say("It rains.")
    messages = [
        {"role": "user", "content": "weather?"},
        first["message"],
        {"role": "tool", "tool_call_id": call["id"], "content": "rain"},
    ]
    body = {"model": "agent", "messages": messages, "tools": [WEATHER]}
    second = (await agent.http.post("/v1/chat/completions", json=body)).json()
    assert second["choices"][0]["message"]["content"] == "It rains."
    assert provider.requests[1]["messages"][-1] == {"role": "tool", "tool_call_id": call["id"], "content": "rain"}


async def test_clients_tools_are_handed_back_in_a_stream(agent: Agent, provider: Provider) -> None:
    """The same, streamed."""
    provider.call("get_weather", {"city": "Oslo"})
    heard = await chunks(agent, "weather?", tools=[WEATHER])
    calls = [each.data["choices"][0]["delta"].get("tool_calls") for each in heard[:-1]]
    found = next(call for call in calls if call)
    assert found[0]["index"] == 0
    assert found[0]["function"]["name"] == "get_weather"
    assert heard[-2].data["choices"][0]["finish_reason"] == "tool_calls"


async def test_clients_tool_stands_for_ours_of_the_same_name(agent: Agent, provider: Provider) -> None:
    """A client that brings a tool named like one of ours means its own."""
    mine = {"type": "function", "function": {"name": "read_file", "parameters": {"type": "object"}}}
    provider.call("read_file", {"anything": 1})
    answer = (await agent.chat(tools=[mine])).json()["choices"][0]
    assert answer["finish_reason"] == "tool_calls"
    names = [tool["function"]["name"] for tool in provider.requests[0]["tools"]]
    assert names.count("read_file") == 1


async def test_what_would_ask_is_denied_and_named(agent: Agent, provider: Provider, workspace: Path) -> None:
    """With nobody to ask, a write is denied to the model and the answer says so."""
    provider.call("write_file", {"path": "a.txt", "content": "x"})
    provider.say("I could not.")
    answer = await agent.answer("write")
    assert answer.startswith("I could not.")
    assert "`write_file`" in answer
    assert "X-Approval: wait" in answer
    assert not (workspace / "a.txt").exists()
    assert "nobody to ask" in provider.requests[1]["messages"][-1]["content"]


async def test_what_was_denied_is_named_in_a_stream(agent: Agent, provider: Provider) -> None:
    """The same, streamed: the note is the last of the words."""
    provider.call("write_file", {"path": "a.txt", "content": "x"})
    provider.say("I could not.")
    assert "`write_file`" in words(await chunks(agent))


async def test_approval_is_waited_for_when_asked(agent: Agent, provider: Provider, workspace: Path) -> None:
    """With `X-Approval: wait` the call waits for a person, and then runs."""
    provider.call("write_file", {"path": "a.txt", "content": "x"})
    provider.say("Written.")
    waiting = asyncio.create_task(agent.answer("write", headers={"X-Approval": "wait"}))
    await until(lambda: bool(provider.requests))
    items: list[dict[str, Any]] = []

    async def asked() -> bool:
        items[:] = (await agent.get("/api/v1/approvals", status="pending"))["items"]
        return bool(items)

    await until(asked)
    await agent.http.post(f"/api/v1/approvals/{items[0]['id']}", json={"decision": "once"})
    assert await waiting == "Written."
    assert (workspace / "a.txt").read_text() == "x"


async def test_named_model_is_asked_directly(agent: Agent, provider: Provider) -> None:
    """`provider:model` gets the client's messages, tools and parameters, and nothing of ours."""
    provider.call("get_weather", {"city": "Oslo"})
    more: dict[str, Any] = {"temperature": 0.5, "tool_choice": "required", "tools": [WEATHER], "unknown": 1}
    response = await agent.chat("weather?", **more | {"model": "openai:mock"})
    answer = response.json()
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "get_weather"
    assert answer["model"] == "openai:mock"
    sent = provider.requests[0]
    assert sent["messages"] == [{"role": "user", "content": "weather?"}]
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["get_weather"]
    assert (sent["temperature"], sent["tool_choice"]) == (0.5, "required")
    assert "unknown" not in sent


async def test_direct_answer_keeps_its_finish_reason(agent: Agent, provider: Provider) -> None:
    """A model that was cut off says so through us, too."""
    provider.say("cut", finish_reason="length")
    response = await agent.chat(model="openai:mock", max_tokens=1)
    assert response.json()["choices"][0]["finish_reason"] == "length"


async def test_session_is_continued(agent: Agent, provider: Provider) -> None:
    """With `X-Session-ID` a client sends only what is new; the model gets all that was said."""
    headers = {"X-Session-ID": "my-talk"}
    provider.say("Hello Ada.")
    await agent.answer("I am Ada.", headers=headers)
    provider.say("Ada.")
    assert await agent.answer("Who am I?", headers=headers) == "Ada."
    said = [(each["role"], each["content"]) for each in provider.requests[1]["messages"][1:]]
    assert said == [("user", "I am Ada."), ("assistant", "Hello Ada."), ("user", "Who am I?")]


async def test_client_that_sends_the_whole_conversation_is_not_doubled(agent: Agent, provider: Provider) -> None:
    """Open WebUI and the like send everything each time: then the session only groups the runs."""
    headers = {"X-Session-ID": "my-talk"}
    await agent.answer("I am Ada.", headers=headers)
    messages = [
        {"role": "user", "content": "I am Ada."},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": "Who am I?"},
    ]
    await agent.chat(messages=messages, headers=headers)
    assert provider.requests[1]["messages"][1:] == messages


async def test_clients_system_message_follows_ours(agent: Agent, provider: Provider) -> None:
    """What the client says of itself is kept, after the agent's own frame."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
    await agent.chat(messages=messages)
    sent = provider.requests[0]["messages"]
    assert [each["role"] for each in sent] == ["system", "system", "user"]
    assert sent[1]["content"] == "Be brief."


async def test_limit_is_an_answer_that_says_so(agent: Agent, provider: Provider) -> None:
    """A run that used up its steps answers with `length` and says why it stopped."""
    for at in range(40):
        provider.call("info", {"path": f"{at}"})
    choice = (await agent.chat()).json()["choices"][0]
    assert choice["finish_reason"] == "length"
    assert "limit of model calls (30)" in choice["message"]["content"]


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [(400, "bad", 400), (401, "no", 502), (404, "no such model", 404), (503, "down", 502)],
)
async def test_provider_errors_are_told(
    agent: Agent, provider: Provider, status: int, error: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider's failure is an OpenAI error object with a status that says whose fault it is."""
    monkeypatch.setattr("agent_runner.models.openai_compatible._ATTEMPTS", 1)
    for _ in range(4):
        provider.fail(status, error)
    response = await agent.chat()
    assert response.status_code == expected
    assert error in response.json()["error"]["message"]


async def test_error_before_the_first_word_of_a_stream_is_a_status(agent: Agent, provider: Provider) -> None:
    """Clients retry by status: a stream that never began answers with one."""
    provider.fail(400, "bad")
    async with agent.stream() as response:
        await response.aread()
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "model_refused"


async def test_error_in_the_middle_of_a_stream_is_a_chunk(agent: Agent, provider: Provider) -> None:
    """A stream that breaks says why before it ends."""
    provider.say("half", broken=True)
    heard = await chunks(agent)
    assert words(heard[:-2]) == "half"
    assert heard[-2].data["error"]["code"] == "model_interrupted"
    assert heard[-1].data == "[DONE]"


@pytest.mark.parametrize("streamed", [False, True])
async def test_client_that_leaves_cancels_its_run(agent: Agent, provider: Provider, streamed: bool) -> None:
    """Nobody reads the rest, so nobody pays for it."""
    provider.hold("first", " never")
    asking = asyncio.create_task(chunks(agent) if streamed else agent.chat())
    await until(lambda: bool(provider.requests))
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    run = await agent.ended((await agent.get("/api/v1/runs"))["items"][0]["id"])
    assert (run["status"], run["reason"]) == ("cancelled", "client_left")
    assert run["steps"][0]["status"] == "cancelled"


async def test_client_that_leaves_before_the_first_word_cancels_its_run(agent: Agent, provider: Provider) -> None:
    """Also while the model is still silent."""
    silent = asyncio.Event()
    provider.say("", "never", held=silent)
    asking = asyncio.create_task(chunks(agent))
    await until(lambda: bool(provider.requests))
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    run = await agent.ended((await agent.get("/api/v1/runs"))["items"][0]["id"])
    assert run["reason"] == "client_left"


async def test_cancelled_run_is_told_to_its_client(agent: Agent, provider: Provider) -> None:
    """A run that someone else cancels answers 409 to the client that waits for it."""
    provider.hold("first", " never")
    asking = asyncio.create_task(agent.chat())
    await until(lambda: bool(provider.requests))
    run_id = (await agent.get("/api/v1/runs"))["items"][0]["id"]
    await agent.http.post(f"/api/v1/runs/{run_id}/cancel")
    response = await asking
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "cancelled"
