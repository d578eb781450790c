"""Streams over real connections: cut, silent, kept alive and dead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest
from agent_runner.core.ports import ModelFailedError
from agent_runner.core.types import Delta, Message, ModelRequest, Reply
from agent_runner.models.openai_compatible import OpenAICompatibleModel
from agent_runner.models.providers import ModelSettings, Provider

from tests.agent.models.streaming import END, HEAD, Server, event, send, serving, words

HELLO = ModelRequest([Message("user", "hello")])
DONE = event("[DONE]")


@asynccontextmanager
async def asking(server: Server, idle_s: float = 5.0) -> AsyncGenerator[OpenAICompatibleModel]:
    async with httpx.AsyncClient() as http:
        yield OpenAICompatibleModel(Provider("p", server.url), "m", http, ModelSettings(idle_s=idle_s, backoff_s=0.0))


async def text_of(model: OpenAICompatibleModel) -> str:
    async with aclosing(model.stream(HELLO)) as parts:
        async for part in parts:
            if isinstance(part, Reply):
                return str(part.message.content)
    raise AssertionError("no reply")


async def whole(writer: asyncio.StreamWriter) -> None:
    await send(writer, HEAD, words("hello"), DONE, END)


async def test_words_come_before_the_answer_is_over() -> None:
    """The first word is there while the server still holds back the rest."""
    go_on = asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD, words("first"))
        await asyncio.wait_for(go_on.wait(), 5)
        await send(writer, words(" second"), DONE, END)

    async with serving(slowly) as server, asking(server) as model, aclosing(model.stream(HELLO)) as parts:
        assert await anext(parts) == Delta("first")
        go_on.set()
        assert await anext(parts) == Delta(" second")
        assert isinstance(await anext(parts), Reply)


async def test_one_connection_serves_many_turns() -> None:
    """An answer is read to its end, so that the next request needs no new connection."""
    async with serving(whole, whole, whole) as server, asking(server) as model:
        assert [await text_of(model) for _ in range(3)] == ["hello"] * 3
        assert (server.requests, server.connections) == (3, 1)


async def test_a_server_that_never_ends_its_stream_does_not_hold_the_answer() -> None:
    """`[DONE]` is the end, whether the connection is closed or not."""

    async def open_end(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD, words("hello"), DONE)
        await asyncio.sleep(60)

    async with serving(open_end) as server, asking(server) as model:
        assert await asyncio.wait_for(text_of(model), 5) == "hello"


async def test_a_kept_connection_that_died_is_replaced() -> None:
    """The server closed it between two turns: not a byte of an answer came, so the request goes out once more."""

    async def then_close(writer: asyncio.StreamWriter) -> None:
        await whole(writer)
        await asyncio.sleep(0.05)
        writer.close()

    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with serving(then_close, hang_up, whole) as server, asking(server) as model:
        assert await text_of(model) == "hello"
        await asyncio.sleep(0.1)
        assert await text_of(model) == "hello"
        assert server.connections >= 2


async def test_a_connection_that_breaks_before_the_first_word_is_tried_again() -> None:
    """Headers alone are no answer."""

    async def only_head(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD, event('{"choices": [{"delta": {"role": "assistant"}}]}'))
        writer.close()

    async with serving(only_head, whole) as server, asking(server) as model:
        assert await text_of(model) == "hello"
        assert server.requests == 2


async def test_a_connection_that_breaks_after_the_first_word_is_not_tried_again() -> None:
    """Words that were shown are not said twice."""

    async def cut(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD, words("half"))
        writer.close()

    async with serving(cut, whole) as server, asking(server) as model:
        with pytest.raises(ModelFailedError) as raised:
            await text_of(model)
        assert raised.value.failure.code == "model_interrupted"
        assert server.requests == 1


async def test_a_connection_that_breaks_after_the_finish_reason_took_nothing_away() -> None:
    """All that matters was there."""

    async def finished(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD, words("hello"), event('{"choices": [{"delta": {}, "finish_reason": "stop"}]}'))
        writer.close()

    async with serving(finished) as server, asking(server) as model:
        assert await text_of(model) == "hello"


@pytest.mark.parametrize("said", [b"", HEAD, HEAD + words("half")])
async def test_silence_ends_the_request(said: bytes) -> None:
    """A server that hangs is noticed before the answer, in it, and is not asked again."""

    async def hang(writer: asyncio.StreamWriter) -> None:
        await send(writer, said)
        await asyncio.sleep(60)

    async with serving(hang) as server, asking(server, idle_s=0.1) as model:
        with pytest.raises(ModelFailedError) as raised:
            await asyncio.wait_for(text_of(model), 5)
        assert raised.value.failure.code == "model_timeout"
        assert server.requests == 1


async def test_closing_the_stream_hangs_up() -> None:
    """A cancelled run does not let the provider go on for nothing."""

    async def endless(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD)
        while True:
            await send(writer, words("on and on"))
            await asyncio.sleep(0.01)

    async with serving(endless) as server, asking(server) as model:
        async with aclosing(model.stream(HELLO)) as parts:
            await anext(parts)
        await asyncio.wait_for(server.left.wait(), 5)


async def test_nothing_listens() -> None:
    """The person reads where we looked, and the question to ask."""
    async with serving() as server:
        gone = server
    async with asking(gone) as model:
        with pytest.raises(ModelFailedError, match="is it running") as raised:
            await text_of(model)
        assert gone.url in raised.value.failure.detail
