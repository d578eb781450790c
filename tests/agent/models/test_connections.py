"""The connections to providers: one for each request under way, used again, and left when they fail."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from agent_runner.models import connections
from agent_runner.models.connections import model_client

from tests.agent.models.streaming import END, HEAD, send, serving, words


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[httpx.AsyncClient]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    async with model_client() as client:
        yield client


async def hello(writer: asyncio.StreamWriter) -> None:
    await send(writer, HEAD, words("hello"), END)


async def ask(client: httpx.AsyncClient, url: str) -> str:
    return (await client.post(url, content=b"{}")).text


async def test_one_after_the_other_shares_a_connection(client: httpx.AsyncClient) -> None:
    """A request whose answer was read to its end leaves its connection to the next."""
    async with serving(hello, hello, hello) as server:
        for _ in range(3):
            assert "hello" in await ask(client, server.url)
        assert (server.requests, server.connections) == (3, 1)


async def test_at_the_same_time_each_has_its_own(client: httpx.AsyncClient) -> None:
    """No request waits for another; what they leave behind is used again."""
    at_once, all_there = 5, asyncio.Event()

    async def together(writer: asyncio.StreamWriter) -> None:
        if server.requests == at_once:
            all_there.set()
        await all_there.wait()
        await hello(writer)

    async with serving(*[together] * 2 * at_once) as server:
        for _ in range(2):
            await asyncio.gather(*(ask(client, server.url) for _ in range(at_once)))
        assert (server.requests, server.connections) == (2 * at_once, at_once)


async def test_an_answer_left_in_the_middle_does_not_spoil_the_next(client: httpx.AsyncClient) -> None:
    """Its connection is closed, and the next request gets a good one."""

    async def never_ending(writer: asyncio.StreamWriter) -> None:
        await send(writer, HEAD, words("a"))
        await asyncio.Event().wait()

    async with serving(never_ending, hello) as server:
        async with client.stream("POST", server.url, content=b"{}") as response:
            assert await anext(response.aiter_bytes())
        assert "hello" in await ask(client, server.url)


async def test_a_request_given_up_does_not_spoil_the_next(client: httpx.AsyncClient) -> None:
    """Also before the answer began."""
    asked = asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with serving(silent, hello) as server:
        given_up = asyncio.create_task(ask(client, server.url))
        await asked.wait()
        given_up.cancel()
        await asyncio.wait([given_up])
        assert "hello" in await ask(client, server.url)


async def test_idle_connections_are_closed_after_a_while(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a busy hour needed is not kept for ever: the next request closes those idle for too long."""
    both = asyncio.Event()

    async def together(writer: asyncio.StreamWriter) -> None:
        if server.requests == 2:
            both.set()
        await both.wait()
        await hello(writer)

    async with serving(together, together, hello) as server:
        await asyncio.gather(*(ask(client, server.url) for _ in range(2)))
        monkeypatch.setattr(connections, "_KEPT_S", 0.0)
        await ask(client, server.url)
        await asyncio.wait_for(server.left.wait(), 5)


async def test_a_proxy_from_the_environment_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers on the internet are reached through it; a model on this machine is asked directly."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with model_client() as client, serving(hello) as server:
        assert "hello" in await ask(client, server.url)
        with pytest.raises(httpx.ConnectError):
            await ask(client, "http://example.invalid/v1")
