"""The client for one upstream."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from dashboard.errors import UpstreamDown, UpstreamTimeout
from dashboard.upstreams.state import Link
from dashboard.upstreams.upstream import Upstream
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.dashboard import fakes


@pytest.fixture
async def upstream(agent: fakes.Upstream) -> AsyncGenerator[Upstream]:
    client = Upstream("agent", agent.server.url, fakes.TOKEN, answer_s=0.2, silence_s=0.2)
    async with client.opened():
        client.linked(Link("open"))
        yield client


async def hang(request: Request) -> Response:
    while not await request.is_disconnected():
        await asyncio.sleep(0.01)
    return Response()


async def read(upstream: Upstream, path: str = "/api/v1/runs") -> bytes:
    response = await upstream.call("GET", path, {})
    try:
        return await response.read()
    finally:
        response.release()


async def test_silence_is_a_timeout_and_opens_the_breaker(upstream: Upstream, agent: fakes.Upstream) -> None:
    """Each of the first three callers waits its time; the next are told at once, until a probe is answered again."""
    agent.handlers["/api/v1/runs"] = hang
    for _ in range(3):
        with pytest.raises(UpstreamTimeout, match="did not answer within"):
            await read(upstream)
    assert upstream.state.status == "degraded"
    with pytest.raises(UpstreamDown, match=r"no answer within 0\.2 s"):
        await read(upstream)
    assert len(agent.asked("/api/v1/runs")) == 3
    del agent.handlers["/api/v1/runs"]
    await asyncio.sleep(0.5)
    assert b"items" in await read(upstream)
    assert upstream.state.status == "ok"


async def test_one_probe_goes_at_a_time(upstream: Upstream, agent: fakes.Upstream) -> None:
    """Half-open lets one call through; whoever comes meanwhile is told at once."""
    agent.handlers["/api/v1/runs"] = hang
    for _ in range(3):
        with pytest.raises(UpstreamTimeout):
            await read(upstream)
    await asyncio.sleep(0.5)
    outcomes = await asyncio.gather(*(read(upstream) for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["UpstreamDown"] * 4 + ["UpstreamTimeout"]
    assert len(agent.asked("/api/v1/runs")) == 4


async def test_answers_of_any_status_are_answers(upstream: Upstream, agent: fakes.Upstream) -> None:
    """An upstream that says 500 is there; only silence and broken connections count."""

    async def broken(_request: Request) -> Response:
        return JSONResponse({}, 500)

    agent.handlers["/api/v1/runs"] = broken
    for _ in range(5):
        await read(upstream)
    assert upstream.state.status == "ok"


async def test_caller_that_leaves_says_nothing_about_the_upstream(upstream: Upstream, agent: fakes.Upstream) -> None:
    """However many give up."""
    agent.handlers["/api/v1/runs"] = hang
    for _ in range(5):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await read(upstream)
    assert upstream.state.status == "ok"


async def test_silent_stream_is_given_up(upstream: Upstream, agent: fakes.Upstream) -> None:
    """Three heartbeats without a word, and the connection counts as lost."""

    async def one_word() -> AsyncGenerator[bytes]:
        yield b": open\n\n"
        await asyncio.sleep(5)

    async def stream(_request: Request) -> Response:
        return StreamingResponse(one_word(), media_type="text/event-stream")

    agent.handlers["/api/v1/stream"] = stream
    with pytest.raises(UpstreamDown, match="broke off"):
        await listen(upstream)


async def listen(upstream: Upstream) -> None:
    async with upstream.listen("/api/v1/stream", None) as response:
        async for _ in upstream.chunks(response):
            pass


async def test_changes_of_status_are_told(upstream: Upstream, agent: fakes.Upstream) -> None:
    """Once each, with since when."""
    told: list[str] = []
    upstream.on_change(lambda changed: told.append(changed.state.status))
    before = upstream.state.since
    await agent.stop()
    for _ in range(4):
        with pytest.raises(UpstreamDown, match="connection refused"):
            await read(upstream)
    upstream.linked(Link("lost", "its events broke off"))
    assert told == ["degraded", "down"]
    assert upstream.state.since >= before
