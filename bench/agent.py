"""The agent against a bare httpx loop behind a FastAPI route: the same model, the same two turns and one tool."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from bench.processes import TOKEN, Running, peer, service
from bench.report import Figure, ms, show, times

_WARM_UP = 20
_ASK = {"model": "agent", "messages": [{"role": "user", "content": "What time is it?"}]}
_SAY = {"model": "agent", "messages": [{"role": "user", "content": "say"}], "stream": True}


def run(seconds: float) -> None:
    """Measure a whole run, the first token, start and memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with peer("model", folder) as model, peer("agent_floor", folder, MODEL_URL=model.url) as floor:
            extra = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{model.url}/v1", "AGENT_MODEL": "openai:mock"}
            with service("AGENT", "agent_runner", folder, **extra):
                pass  # makes and migrates the database: the bar is for a start after that
            with service("AGENT", "agent_runner", folder, **extra) as ours:
                figures = asyncio.run(_measure(ours, floor, model, seconds))
    show("Agent: local mock model, one client", figures)


async def _measure(ours: Running, floor: Running, model: Running, seconds: float) -> list[Figure]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(headers=headers, timeout=30, limits=httpx.Limits(max_connections=100)) as client:
        return [
            await _whole_runs(client, ours, floor, seconds),
            await _first_token(client, ours, model, streams=1, rounds=20, bar_s=0.002),
            await _first_token(client, ours, model, streams=50, rounds=3, bar_s=0.010),
            Figure("ready after start", ms(ours.ready_s), "", "", "≤ 1500 ms", ours.ready_s <= 1.5),
            Figure(
                "memory after it",
                f"{ours.memory_mib():.0f} MiB",
                f"floor {floor.memory_mib():.0f} MiB",
                "",
                "≤ 200 MiB",
                ours.memory_mib() <= 200,
            ),
        ]


async def _whole_runs(client: httpx.AsyncClient, ours: Running, floor: Running, seconds: float) -> Figure:
    for _ in range(_WARM_UP):
        await _ask(client, floor)
        await _ask(client, ours)
    mine: list[float] = []
    base: list[float] = []
    deadline = time.monotonic() + 2 * seconds
    while time.monotonic() < deadline:  # in turn, so that a slower moment of the machine hits both
        base.append(await _ask(client, floor))
        mine.append(await _ask(client, ours))
    p50, floor_p50 = statistics.median(mine), statistics.median(base)
    what = f"two turns and one tool, p50 of {len(mine)}"
    return Figure(what, ms(p50), f"bare loop {ms(floor_p50)}", times(p50, floor_p50), "≤ 2.50x", p50 <= 2.5 * floor_p50)


async def _ask(client: httpx.AsyncClient, running: Running) -> float:
    started = time.perf_counter()
    answer = await client.post(f"{running.url}/v1/chat/completions", json=_ASK)
    seconds = time.perf_counter() - started
    assert answer.json()["choices"][0]["message"]["content"] == "It is noon.", answer.text
    return seconds


async def _first_token(
    client: httpx.AsyncClient, ours: Running, model: Running, *, streams: int, rounds: int, bar_s: float
) -> Figure:
    mine: list[float] = []
    base: list[float] = []
    for _ in range(rounds):
        base += await asyncio.gather(*(_until_first_word(client, model) for _ in range(streams)))
        mine += await asyncio.gather(*(_until_first_word(client, ours) for _ in range(streams)))
    quantile = statistics.median if streams == 1 else _p95
    added = quantile(mine) - quantile(base)
    name = "p50" if streams == 1 else "p95"
    what = f"first token, {streams} stream{'s' if streams > 1 else ''}, {name} added"
    return Figure(what, ms(added), f"model alone {ms(quantile(base))}", "", f"≤ {bar_s * 1000:g} ms", added <= bar_s)


async def _until_first_word(client: httpx.AsyncClient, running: Running) -> float:
    started = time.perf_counter()
    seconds = 0.0
    async with client.stream("POST", f"{running.url}/v1/chat/completions", json=_SAY) as answer:
        async for line in answer.aiter_lines():
            if not seconds and '"word ' in line:
                seconds = time.perf_counter() - started
    assert seconds, "no word came"
    return seconds


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
