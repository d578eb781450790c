"""The tools of MCP servers as tools of the core."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Protocol, TypeAlias

import structlog
from kit.jsontypes import JsonObject
from kit.problems import Problem

from agent_runner.core import types as core
from agent_runner.core.ports import CallContext, Tool, ToolFailedError
from agent_runner.core.types import Permission, ToolOutput, ToolSpec
from agent_runner.mcp_manager.ports import OnProgress
from agent_runner.mcp_manager.types import Caller, CallResult, Progress, ServerSpec, ServerState, ToolInfo
from agent_runner.tools.mcp_names import full_name
from agent_runner.tools.mcp_results import Keeper, to_output

CALL_S = 60.0
_LONGEST = 4_000
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})


_Listed: TypeAlias = tuple[ServerSpec, Sequence[ToolInfo]]


class Servers(Protocol):
    """What of the MCP manager the tools need."""

    def servers(self) -> Sequence[ServerState]:
        """All servers."""
        ...

    async def call(
        self,
        server: str,
        tool: str,
        arguments: JsonObject,
        *,
        timeout_s: float = CALL_S,
        progress: OnProgress | None = None,
        caller: Caller | None = None,
    ) -> CallResult:
        """Call a tool."""
        ...


class McpTools:
    """The tools of all enabled servers, by the names under which models call them.

    They follow what the manager says of its servers; a tool whose definition is the same stays the same object.
    """

    def __init__(self, servers: Servers, keeper: Keeper) -> None:
        self._servers = servers
        self._keeper = keeper
        self._from: Sequence[_Listed] = ()
        self._tools: Mapping[str, Tool] = {}
        self._known: dict[str, McpTool] = {}

    def tools(self) -> Mapping[str, Tool]:
        """Those there are now; the same object until one changes."""
        now = [(state.spec, state.tools) for state in self._servers.servers() if state.spec.enabled]
        if not _same(now, self._from):
            self._from = now
            known = {tool.spec.name: tool for tool in self._all(now)}
            if known != self._known:
                self._known = known
                self._tools = dict(known)
        return self._tools

    def _all(self, listed: Sequence[_Listed]) -> "Iterator[McpTool]":
        for spec, tools in listed:
            for info in tools:
                yield self._made(full_name(info.server, info.name), info, by_definition(info.name, spec.permissions))

    def _made(self, name: str, info: ToolInfo, permission: Permission | None) -> "McpTool":
        known = self._known.get(name)
        if known is not None and known.info == info and known.spec.permission == permission:
            return known
        return McpTool(name, info, permission, self)

    async def perform(self, tool: "McpTool", arguments: JsonObject, context: CallContext) -> ToolOutput:
        """Call a tool as it was shown. Raises `ToolFailedError`."""
        info = tool.info
        now = self.tools().get(tool.spec.name)
        if isinstance(now, McpTool) and now.info.fingerprint != info.fingerprint:
            # what was allowed is the tool as it was described then
            raise ToolFailedError(
                "tool_changed", f"the definition of {tool.spec.name} has just changed; look at it anew"
            )
        try:
            result = await self._servers.call(
                info.server,
                info.name,
                arguments,
                timeout_s=max(context.seconds, 0.001),
                progress=_told(context),
                caller=_caller(context),
            )
        except Problem as problem:
            raise ToolFailedError(problem.code, problem.detail) from problem
        return await to_output(result, context, self._keeper)


class McpTool:
    """A `Tool`: one of a server."""

    def __init__(self, name: str, info: ToolInfo, permission: Permission | None, owner: McpTools) -> None:
        self.info = info
        self._owner = owner
        self.spec = ToolSpec(
            name=name,
            description=described(info),
            input_schema=info.input_schema,
            source=info.server,
            read_only=info.read_only,
            timeout_s=CALL_S,
            keeps_time=True,
            fingerprint=info.fingerprint,
            permission=permission,
        )

    async def call(self, arguments: JsonObject, context: CallContext) -> ToolOutput:
        """See `Tool`."""
        return await self._owner.perform(self, arguments, context)


def _same(now: Sequence[_Listed], before: Sequence[_Listed]) -> bool:
    """Nothing changed: states are replaced, never altered, so identity tells."""
    if len(now) != len(before):
        return False
    return all(spec is known and tools is listed for (spec, tools), (known, listed) in zip(now, before, strict=True))


def described(info: ToolInfo) -> str:
    """A description as models read it: the server's words, said to be that, without what no person would see."""
    words = visible(info.description or info.title or "").strip()
    words = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    return f"[MCP server {info.server}] {words}"


def visible(text: str) -> str:
    """Text without control and format characters: instructions can be written in ones that show nothing."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def by_definition(tool: str, permissions: Mapping[str, Permission]) -> Permission | None:
    """What a server's definition says of one of its tools; deny beats ask beats allow."""
    found = {decision for pattern, decision in permissions.items() if pattern == tool or fnmatchcase(tool, pattern)}
    order: tuple[Permission, ...] = ("deny", "ask", "allow")
    return next((decision for decision in order if decision in found), None)


def _told(context: CallContext) -> OnProgress:
    def told(progress: Progress) -> None:
        context.progress(core.Progress(progress.done, progress.total, progress.message))

    return told


def _caller(context: CallContext) -> Caller:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return Caller(context.run_id or None, context.session_id, context.call_id, request_id)
