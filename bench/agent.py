"""The agent against a bare httpx loop behind a FastAPI route: the same model, the same two turns and one tool."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bench.processes import TOKEN, Running, peer, service
from bench.report import Figure, ms, show, times
from bench.speaking import Heard, Listener

_WARM_UP = 20
_ASK = {"model": "agent", "messages": [{"role": "user", "content": "What time is it?"}]}
_SAY = b'{"model":"agent","messages":[{"role":"user","content":"say"}],"stream":true}'


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
            *await _first_words(ours, floor, model, streams=1, rounds=30),
            *await _first_words(ours, floor, model, streams=50, rounds=5),
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


async def _first_words(ours: Running, floor: Running, model: Running, *, streams: int, rounds: int) -> list[Figure]:
    """Asked for in turn, all streams of a round at the same moment."""
    async with (
        _listening(model, streams) as alone,
        _listening(floor, streams) as bare,
        _listening(ours, streams) as mine,
    ):
        heard = [[await _round(each) for each in (alone, bare, mine)] for _ in range(rounds + 1)][1:]
    by_server = [[one for each in heard for one in each[server]] for server in range(3)]
    quantile, name, bar_s = (statistics.median, "p50", 0.002) if streams == 1 else (_p95, "p95", 0.010)
    asked = [quantile([one.since_asked for one in each]) for each in by_server]
    added, bare_added, passed = (
        asked[2] - asked[0],
        asked[1] - asked[0],
        quantile([one.since_sent for one in by_server[2]]),
    )
    what = f"first word, {streams} stream{'s' if streams > 1 else ''}, {name}"
    bare_passed = quantile([one.since_sent for one in by_server[1]])
    return [
        Figure(
            f"{what}: after the model's",
            ms(passed),
            f"bare {ms(bare_passed)}",
            times(passed, bare_passed),
            f"≤ {bar_s * 1000:g} ms",
            passed <= bar_s,
        ),
        Figure(
            f"{what}: added since asked",
            ms(added),
            f"bare {ms(bare_added)}",
            times(added, bare_added),
            f"≤ {bar_s * 1000:g} ms",
            added <= bar_s,
        ),
    ]


async def _round(listeners: Sequence[Listener]) -> list[Heard]:
    return await asyncio.gather(*(listener.ask() for listener in listeners))


@asynccontextmanager
async def _listening(running: Running, streams: int) -> AsyncIterator[Sequence[Listener]]:
    url = f"{running.url}/v1/chat/completions"
    listeners = [await Listener.connected(url, _SAY, TOKEN) for _ in range(streams)]
    yield listeners
    for listener in listeners:
        listener.close()


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
