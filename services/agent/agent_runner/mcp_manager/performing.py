"""Requests over an open connection, and what comes of them: a result, a refusal, or a lost connection."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar, cast

from kit.jsontypes import JsonObject
from mcp.client.client import Client
from mcp.shared.dispatcher import ProgressFnT
from mcp.shared.exceptions import MCPError

from agent_runner.mcp_manager import catalogue
from agent_runner.mcp_manager.connection import Connection
from agent_runner.mcp_manager.errors import BadResult, CallRefused, LostError
from agent_runner.mcp_manager.failures import is_lost
from agent_runner.mcp_manager.flight import current
from agent_runner.mcp_manager.ports import OnProgress
from agent_runner.mcp_manager.types import CallResult, Progress, Prompt, ResourcePart

T = TypeVar("T")
Work = Callable[[Client], Coroutine[Any, Any, T]]


async def call_tool(
    connection: Connection, tool: str, arguments: JsonObject, progress: OnProgress | None
) -> CallResult:
    """Call a tool. Raises `LostError`, `CallRefused`, `BadResult`."""

    async def work(client: Client) -> CallResult:
        given = cast("dict[str, Any]", dict(arguments))
        result = await client.call_tool(tool, given, progress_callback=_told(progress) if progress else None)
        return catalogue.result_of(result)

    return await _perform(connection, work)


async def read_resource(connection: Connection, uri: str) -> Sequence[ResourcePart]:
    """Read a resource. Raises `LostError`, `CallRefused`, `BadResult`."""

    async def work(client: Client) -> Sequence[ResourcePart]:
        return catalogue.contents_of(await client.read_resource(uri))

    return await _perform(connection, work)


async def get_prompt(connection: Connection, name: str, arguments: Mapping[str, str]) -> Prompt:
    """Fill in a prompt. Raises `LostError`, `CallRefused`, `BadResult`."""

    async def work(client: Client) -> Prompt:
        return catalogue.prompt_of(await client.get_prompt(name, dict(arguments)))

    return await _perform(connection, work)


async def _perform(connection: Connection, work: Work[T]) -> T:
    """Run it in a task of its own: giving up a call whose pipe is full would otherwise take the SDK 5 s."""
    task = asyncio.create_task(work(connection.client))
    task.add_done_callback(_seen)
    try:
        with connection.carrying():
            return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.cancelled():  # it is our caller who gave up
            task.cancel()
            raise
        raise LostError("the connection ended") from None
    except MCPError as error:
        flight = current.get()
        if connection.over or is_lost(error, flight.status if flight else None):
            raise LostError(connection.why(error.message)) from error
        raise CallRefused(f"the server refuses the call: {connection.redact(error.message)}") from error
    except Exception as error:
        # a result that breaks the protocol or its own schema, or questions without end: the server is reached
        raise BadResult(f"the server's answer cannot be used: {connection.redact(str(error))[:500]}") from error


def _told(on_progress: OnProgress) -> ProgressFnT:
    async def told(progress: float, total: float | None, message: str | None) -> None:
        on_progress(Progress(progress, total, message))

    return told


def _seen(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled():
        task.exception()
