"""The official `openai` client against a real process: what it does with OpenAI it does with us."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import openai
import pytest
from openai.types.chat import ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam, ChatCompletionToolParam

from tests.agent.api.process import Process
from tests.agent.api.serving import TOKEN, Provider

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


@pytest.fixture
async def served(tmp_path: Path, provider: Provider) -> AsyncGenerator[Process]:
    process = Process(tmp_path, OPENAI_API_KEY="none", OPENAI_BASE_URL=provider.url, AGENT_MODEL="openai:mock")
    await process.start()
    yield process
    await process.aclose()


@pytest.fixture
async def client(served: Process) -> AsyncGenerator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=TOKEN, max_retries=0) as made:
        yield made


async def test_async_client_gets_answers_streams_and_models(client: openai.AsyncOpenAI, provider: Provider) -> None:
    """Our tools run inside, the answer comes out; whole, streamed, and with usage."""
    provider.call("list_files", {})
    provider.say("Two files.")
    answer = await client.chat.completions.create(model="agent", messages=HELLO)
    assert answer.choices[0].message.content == "Two files."
    assert answer.usage is not None
    assert answer.usage.total_tokens == 20
    provider.say("One", " two")
    stream = await client.chat.completions.create(
        model="agent", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "One two"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 10
    models = [model.id async for model in client.models.list()]
    assert models[0] == "agent"


async def test_async_client_runs_its_own_tools(client: openai.AsyncOpenAI, provider: Provider) -> None:
    """The tool loop of OpenAI's own examples works."""
    provider.call("get_weather", {"city": "Oslo"})
    messages = list(HELLO)
    first = (await client.chat.completions.create(model="agent", messages=messages, tools=[WEATHER])).choices[0]
    assert first.finish_reason == "tool_calls"
    assert first.message.tool_calls is not None
    call = first.message.tool_calls[0]
    assert isinstance(call, ChatCompletionMessageFunctionToolCall)
    assert json.loads(call.function.arguments) == {"city": "Oslo"}
    messages.append(first.message.to_dict())  # type: ignore[arg-type]
    messages.append({"role": "tool", "tool_call_id": call.id, "content": "rain"})
    provider.say("It rains.")
    second = await client.chat.completions.create(model="agent", messages=messages, tools=[WEATHER])
    assert second.choices[0].message.content == "It rains."


async def test_errors_are_the_clients_own_types(client: openai.AsyncOpenAI, provider: Provider) -> None:
    """By status, with a message that helps; also in the middle of a stream."""
    with pytest.raises(openai.NotFoundError, match="nobody:nothing") as missing:
        await client.chat.completions.create(model="nobody:nothing", messages=HELLO)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="agent", messages=[])
    with pytest.raises(openai.AuthenticationError):
        await client.with_options(api_key="wrong").chat.completions.create(model="agent", messages=HELLO)
    provider.say("half", broken=True)
    stream = await client.chat.completions.create(model="agent", messages=HELLO, stream=True)
    with pytest.raises(openai.APIError, match="openai"):
        _ = [chunk async for chunk in stream]


async def test_sync_client_works_the_same(served: Process, provider: Provider) -> None:
    """Whole and streamed."""
    provider.say("Whole.")
    provider.say("Stream", "ed.")

    def talk() -> tuple[str | None, str]:
        with openai.OpenAI(base_url=f"{served.url}/v1", api_key=TOKEN, max_retries=0) as client:
            whole = client.chat.completions.create(model="agent", messages=HELLO)
            with client.chat.completions.create(model="agent", messages=HELLO, stream=True) as stream:
                said = [chunk.choices[0].delta.content or "" for chunk in stream]
            return whole.choices[0].message.content, "".join(said)

    assert await asyncio.to_thread(talk) == ("Whole.", "Streamed.")


async def test_client_that_stops_reading_cancels_its_run(
    served: Process, client: openai.AsyncOpenAI, provider: Provider
) -> None:
    """Leaving a stream early ends the run behind it."""
    provider.hold("first", " never")
    async with await client.chat.completions.create(model="agent", messages=HELLO, stream=True) as stream:
        await anext(aiter(stream))
    run = (await served.agent.get("/api/v1/runs"))["items"][0]
    assert (await served.agent.ended(run["id"]))["reason"] == "client_left"
