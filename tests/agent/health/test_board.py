"""Components: their status, since when, and why."""

import asyncio

import pytest
from agent_runner.health.board import Component, Finding, HealthBoard
from agent_runner.health.checks import judge_models
from agent_runner.models.registry import ProviderInfo


async def test_status_is_since_it_became_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that finds the same keeps the time; a change is told, the first look is none."""
    moment = [1_000]
    monkeypatch.setattr("agent_runner.health.board.now_ms", lambda: moment[0])
    found = [Finding("ok", "fine")]
    told: list[Component] = []

    async def check() -> Finding:
        return found[0]

    board = HealthBoard({"storage": check}, told.append)
    assert (await board.check())[0].since == 1_000
    moment[0] = 2_000
    assert (await board.check())[0].since == 1_000
    assert told == []
    found[0] = Finding("down", "disk full")
    component = (await board.check())[0]
    assert (component.status, component.since, component.detail) == ("down", 2_000, "disk full")
    assert told == [component]


async def test_component_that_hangs_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """It delays nobody for long."""
    monkeypatch.setattr("agent_runner.health.board._TIMEOUT_S", 0.01)

    async def hang() -> Finding:
        await asyncio.Event().wait()
        return Finding("ok", "never")

    board = HealthBoard({"models": hang}, lambda _: None)
    assert (await board.check())[0].status == "down"


def provider(name: str, *, available: bool | None, local: bool = False) -> ProviderInfo:
    return ProviderInfo(name, "http://x", local, available, None if available else "away")


@pytest.mark.parametrize(
    ("default", "providers", "status"),
    [
        ("builtin:operator", [provider("ollama", available=False, local=True)], "ok"),
        ("openai:gpt", [provider("openai", available=True)], "ok"),
        ("openai:gpt", [provider("openai", available=None)], "ok"),
        ("openai:gpt", [provider("openai", available=False)], "down"),
        ("builtin:operator", [provider("openai", available=False)], "degraded"),
        ("ollama:qwen", [provider("ollama", available=False, local=True)], "down"),
    ],
)
def test_absent_provider_is_a_fault_only_where_it_is_wanted(
    default: str, providers: list[ProviderInfo], status: str
) -> None:
    """Nobody has to run Ollama; who set a key or a model wants that one."""
    assert judge_models(default, providers).status == status
