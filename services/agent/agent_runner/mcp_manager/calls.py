"""One request to one server: sent once, or where that can do no harm a second time, and over within its time."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from kit.jsontypes import JsonObject
from kit.problems import Problem

from agent_runner.mcp_manager.errors import (
    BadResult,
    CallFailed,
    CallTimedOut,
    LostError,
    OutcomeUnknown,
    ServerUnavailable,
    ToolNotFound,
)
from agent_runner.mcp_manager.flight import CallClock, Flight
from agent_runner.mcp_manager.ports import OnProgress
from agent_runner.mcp_manager.server import Server
from agent_runner.mcp_manager.types import Caller, CallResult, Trouble

if TYPE_CHECKING:
    from agent_runner.mcp_manager.connection import Connection

T = TypeVar("T")
Send: TypeAlias = Callable[["Connection"], Awaitable[T]]


async def call_tool(
    server: Server, tool: str, arguments: JsonObject, flight: Flight, progress: OnProgress | None
) -> CallResult:
    """Call a tool; see `McpManager.call`."""

    async def send(connection: "Connection") -> CallResult:
        from agent_runner.mcp_manager import performing  # noqa: PLC0415 - brings the SDK; loaded by now

        found = server.tool(tool)
        if found is None:
            raise ToolNotFound(server.name, tool)
        flight.started(repeatable=found.repeatable)
        return await performing.call_tool(connection, tool, arguments, progress)

    return await run(server, flight, send)


async def run(server: Server, flight: Flight, send: Send[T]) -> T:
    """Send a request. What fails is reported, but not what the server or the caller is not to blame for."""
    try:
        with server.context.flights.begun(flight):
            return await _in_time(server, flight, send)
    except (BadResult, CallFailed, CallTimedOut, OutcomeUnknown) as problem:
        server.report(Trouble(server.name, problem.code, problem.detail, flight.tool, flight.caller))
        raise


async def _in_time(server: Server, flight: Flight, send: Send[T]) -> T:
    try:
        async with flight.clock:
            return await _at_most_twice(server, flight, send)
    except TimeoutError:
        seconds = flight.clock.seconds
        if not flight.sent:
            raise ServerUnavailable(f"MCP server {server.name!r} was not ready within {seconds:g} s") from None
        reason = f"no answer within {seconds:g} s"
        server.timed_out(reason)
        raise _ended(server, flight, reason, CallTimedOut) from None


async def _at_most_twice(server: Server, flight: Flight, send: Send[T]) -> T:
    for again in (True, False):
        connection = await server.usable()
        try:
            result = await send(connection)
        except LostError as lost:
            connection.fail(str(lost))
            if not (again and flight.harmless):
                raise _ended(server, flight, str(lost), CallFailed) from lost
        except Problem:
            server.answered()
            raise
        else:
            server.answered()
            return result
    raise AssertionError("unreachable")


def _ended(server: Server, flight: Flight, reason: str, harmless: "type[CallFailed | CallTimedOut]") -> Problem:
    what = f"{flight.tool or 'the request'} on MCP server {server.name!r}"
    if flight.harmless:
        return harmless(f"{what} failed: {reason}")
    return OutcomeUnknown(f"{what} may or may not have been carried out: {reason}. It is not sent again; look first")


def flight_of(tool: str | None, caller: Caller | None, timeout_s: float) -> Flight:
    """A request about to be made."""
    return Flight(tool, caller, CallClock(timeout_s))
