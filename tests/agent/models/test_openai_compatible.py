"""Asking a provider: what is tried again, what is not, and what a person is told."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import httpx
import pytest
import respx
from agent_runner.core.ports import ModelFailedError
from agent_runner.core.types import Delta, Message, ModelRequest, Reply, ToolSpec, Usage
from agent_runner.models.openai_compatible import OpenAICompatibleModel
from agent_runner.models.providers import ModelSettings, Provider

URL = "https://api.example.org/v1/chat/completions"
PROVIDER = Provider("example", "https://api.example.org/v1", "sk-1", "EXAMPLE_API_KEY")
HELLO = ModelRequest([Message("user", "hello")], [ToolSpec("f", "", {"type": "object"})])


@pytest.fixture
async def model() -> AsyncGenerator[OpenAICompatibleModel]:
    async with httpx.AsyncClient() as http:
        yield OpenAICompatibleModel(PROVIDER, "m", http, ModelSettings(backoff_s=0.0))


def stream(*lines: str, done: bool = True) -> httpx.Response:
    events = "".join(f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] if done else [])])
    return httpx.Response(200, text=events, headers={"Content-Type": "text/event-stream"})


def words(text: str) -> str:
    return f'{{"choices": [{{"delta": {{"content": "{text}"}}}}]}}'


async def answer(model: OpenAICompatibleModel, request: ModelRequest = HELLO) -> tuple[list[Delta], Reply]:
    deltas: list[Delta] = []
    async with aclosing(model.stream(request)) as parts:
        async for part in parts:
            if isinstance(part, Reply):
                return deltas, part
            deltas.append(part)
    raise AssertionError("no reply")


async def failure_of(model: OpenAICompatibleModel) -> ModelFailedError:
    with pytest.raises(ModelFailedError) as raised:
        await answer(model)
    return raised.value


@respx.mock
async def test_an_answer_streams_and_ends_in_a_reply(model: OpenAICompatibleModel) -> None:
    """Deltas first, then the whole with the provider's token counts; the key travels as a bearer token."""
    usage = '{"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}'
    route = respx.post(URL).mock(return_value=stream(words("hel"), words("lo"), usage))
    deltas, reply = await answer(model)
    assert [delta.text for delta in deltas] == ["hel", "lo"]
    assert (reply.message.content, reply.model, reply.usage) == ("hello", "example:m", Usage(9, 2))
    assert route.calls.last.request.headers["Authorization"] == "Bearer sk-1"


@respx.mock
async def test_an_answer_that_is_not_streamed_is_taken_too(model: OpenAICompatibleModel) -> None:
    """Some servers ignore `stream`."""
    whole = {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}
    respx.post(URL).mock(return_value=httpx.Response(200, json=whole))
    deltas, reply = await answer(model)
    assert [delta.text for delta in deltas] == ["hello"]
    assert reply.message.content == "hello"


@pytest.mark.parametrize(
    "first",
    [
        httpx.Response(429),
        httpx.Response(408),
        httpx.Response(500),
        httpx.Response(503, headers={"Retry-After": "0.01"}),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        httpx.ReadError("reset"),
    ],
    ids=str,
)
@respx.mock
async def test_what_may_pass_is_tried_again(model: OpenAICompatibleModel, first: httpx.Response | Exception) -> None:
    """Busy providers, broken connections and kept ones that went stale: the answer comes from the next attempt."""
    route = respx.post(URL).mock(side_effect=[first, stream(words("ok"))])
    assert (await answer(model))[1].message.content == "ok"
    assert route.call_count == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@respx.mock
async def test_what_will_not_pass_is_not_tried_again(model: OpenAICompatibleModel, status: int) -> None:
    """A wrong key or request fails at once."""
    route = respx.post(URL).mock(return_value=httpx.Response(status))
    await failure_of(model)
    assert route.call_count == 1


@respx.mock
async def test_attempts_are_limited(model: OpenAICompatibleModel) -> None:
    """A provider that stays down is given up on, with its own words."""
    route = respx.post(URL).mock(return_value=httpx.Response(503, json={"error": {"message": "overloaded"}}))
    assert "overloaded" in (await failure_of(model)).failure.detail
    assert route.call_count == 4


@respx.mock
async def test_a_wrong_key_names_its_variable(model: OpenAICompatibleModel) -> None:
    """The person knows what to set."""
    respx.post(URL).mock(return_value=httpx.Response(401, json={"error": {"message": "invalid key"}}))
    assert (await failure_of(model)).failure.detail == "example: invalid key. Check EXAMPLE_API_KEY."


@respx.mock
async def test_servers_that_do_not_know_stream_options_are_asked_without(model: OpenAICompatibleModel) -> None:
    """And from then on at once."""
    refused = httpx.Response(400, json={"error": {"message": "unknown field stream_options"}})
    route = respx.post(URL).mock(side_effect=[refused, stream(words("ok")), stream(words("ok"))])
    await answer(model)
    await answer(model)
    assert [b"stream_options" in call.request.content for call in route.calls] == [True, False, False]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"error": {"message": "out of memory"}}', "model_unavailable"),
        ('{"error": {"message": "prompt is too long", "code": 400}}', "context_length"),
    ],
)
@respx.mock
async def test_an_error_in_the_stream_is_a_failure(model: OpenAICompatibleModel, body: str, code: str) -> None:
    """Also after the first words."""
    respx.post(URL).mock(return_value=stream(words("I will"), body))
    failed = await failure_of(model)
    assert failed.failure.code == code


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (stream(words("half an ans"), done=False), "model_interrupted"),
        (
            httpx.Response(200, text="<html>a login page</html>", headers={"Content-Type": "text/html"}),
            "bad_model_answer",
        ),
        (httpx.Response(200, json={"hello": "world"}), "bad_model_answer"),
        (httpx.Response(200, text="", headers={"Content-Type": "application/json"}), "bad_model_answer"),
    ],
)
@respx.mock
async def test_what_is_no_whole_answer_is_a_failure(
    model: OpenAICompatibleModel, response: httpx.Response, code: str
) -> None:
    """A cut answer is not taken for a short one, nor a web page for an answer."""
    respx.post(URL).mock(return_value=response)
    assert (await failure_of(model)).failure.code == code


@respx.mock
async def test_an_answer_may_be_empty(model: OpenAICompatibleModel) -> None:
    """What to do about it is the loop's to decide."""
    respx.post(URL).mock(return_value=stream('{"choices": [{"delta": {}, "finish_reason": "stop"}]}'))
    deltas, reply = await answer(model)
    assert (deltas, reply.message.content) == ([], "")


PIECES: Sequence[str] = [
    '{"choices": [{"delta": {"tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{\\"a\\""}}]}}]}',
    '{"choices": [{"delta": {"tool_calls": [{"function": {"arguments": ": 1}"}}]}}]}',
    '{"choices": [{"delta": {}, "finish_reason": "stop"}]}',
]


@respx.mock
async def test_tool_calls_come_whole(model: OpenAICompatibleModel) -> None:
    """Without an index and with the wrong finish reason."""
    respx.post(URL).mock(return_value=stream(*PIECES))
    (call,) = (await answer(model))[1].message.tool_calls
    assert (call.id, call.name, call.arguments) == ("1", "f", '{"a": 1}')
