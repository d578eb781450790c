"""How each component is looked at. None of them waits for anything outside this machine."""

import asyncio
from collections.abc import Callable, Sequence

from kit.database import Database
from kit.outbox import Outbox
from kit.problems import Problem

from agent_runner.health.board import Check, Finding
from agent_runner.mcp_manager.importer import ImportProblem
from agent_runner.mcp_manager.types import ServerState
from agent_runner.models.registry import ModelRegistry, ProviderInfo
from agent_runner.runs.manager import RunManager
from agent_runner.runs.recorder import Recorder
from agent_runner.storage.database import ping
from agent_runner.tools.workspace import Workspace

_BACKLOG = 1_000
_MOST_NAMED = 5


def storage(database: Database, recorder: Recorder) -> Check:
    """The database can be read and written, and nothing waits for a place on the disk."""

    async def check() -> Finding:
        try:
            recorder.require_storage()
            await database.read(ping)
            await database.write(ping)
        except Problem as problem:
            return Finding("down", problem.detail)
        return Finding("ok", "reads and writes")

    return check


def models(registry: ModelRegistry) -> Check:
    """Some model can answer; degraded when a provider that was connected does not."""

    async def check() -> Finding:
        return judge_models(registry.for_role("agent").id, registry.providers())

    return check


def judge_models(default: str, providers: Sequence[ProviderInfo]) -> Finding:
    """A provider counts once it was configured with a key or has answered: an absent Ollama is no fault."""
    failing = [each for each in providers if each.available is False and not each.local]
    silent = [each for each in providers if each.available is False and default.startswith(f"{each.name}:")]
    if silent:
        return Finding("down", f"{default}: {silent[0].reason}")
    if failing:
        return Finding("degraded", "; ".join(f"{each.name}: {each.reason}" for each in failing))
    return Finding("ok", f"{default} answers where no model is named")


def workspace(folder: Workspace) -> Check:
    """The workspace folder is there."""

    async def check() -> Finding:
        try:
            await asyncio.to_thread(folder.info, ".")
        except Problem as problem:
            return Finding("down", problem.detail)
        return Finding("ok", "the folder is there")

    return check


def reporting(outbox: Outbox) -> Check:
    """What we report to the tracker gets there, or waits on disk."""

    async def check() -> Finding:
        if outbox.depth > _BACKLOG:
            return Finding("degraded", f"waiting for the tracker: {outbox.depth}; given up: {outbox.lost}")
        return Finding("ok", f"waiting for the tracker: {outbox.depth}")

    return check


def mcp(servers: Callable[[], Sequence[ServerState]], file_problems: Sequence[ImportProblem]) -> Check:
    """The MCP servers that are switched on can be reached, and the configuration file can be used."""

    async def check() -> Finding:
        return judge_mcp(servers(), file_problems)

    return check


def judge_mcp(states: Sequence[ServerState], file_problems: Sequence[ImportProblem]) -> Finding:
    """Never down: the agent works without them. What is being connected is no fault, unless it failed just before."""
    broken = [f"configuration file: {problem.name}: {problem.detail}" for problem in file_problems]
    for state in states:
        if state.status == "needs_sign_in":
            broken.append(f"{state.spec.name}: someone has to sign in")
        elif state.status in {"failing", "open"} or (state.status == "connecting" and state.breaker.failures):
            broken.append(f"{state.spec.name}: {state.last_error or state.status}")
    if broken:
        return Finding("degraded", "; ".join(broken[:_MOST_NAMED]) + ("; …" if len(broken) > _MOST_NAMED else ""))
    ready = sum(state.status == "ready" for state in states)
    return Finding("ok", f"{ready} of {sum(state.spec.enabled for state in states)} servers connected")


def runs(manager: RunManager) -> Check:
    """How many runs are under way."""

    async def check() -> Finding:
        return Finding("ok", f"{manager.active_count} under way, {manager.waiting_count} of them waiting for a place")

    return check
