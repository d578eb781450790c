"""How MCP servers look over HTTP. No secret is in any of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Self

from kit.clock import rfc3339
from pydantic import BaseModel, Field

from agent_runner.api.mcp.definitions import Mask
from agent_runner.api.views import Time
from agent_runner.mcp_manager.types import (
    Breaker,
    BreakerStatus,
    Decision,
    LogLine,
    LogSource,
    Origin,
    PromptInfo,
    RefusedTool,
    ResourceInfo,
    ServerState,
    Status,
    TestReport,
    ToolInfo,
    Transport,
    Value,
)

NameOf = Callable[[str, str], str]
"""The name under which the agent calls a tool, given the server's name and its own."""
_LIST_LINES = 5
_DESCRIPTION = 500


class BreakerView(BaseModel):
    """The breaker of one server: `open` lets nothing through until the probe at `next_probe` succeeds."""

    status: BreakerStatus
    failures: int = Field(description="In a row; a tool's own error is none")
    reason: str | None
    next_probe: Time | None

    @classmethod
    def of(cls, breaker: Breaker, next_probe: int | None) -> Self:
        """The view of a breaker."""
        return cls(
            status=breaker.status, failures=breaker.failures, reason=breaker.reason, next_probe=_time(next_probe)
        )


class ServerToolView(BaseModel):
    """A tool of a server. All but `tool` was written by the server: show it as text, never as markup."""

    name: str
    tool: str = Field(description="Its name in `/api/v1/tools` and for models")
    title: str | None
    description: str = Field(description="Cut at 500 characters; `/api/v1/tools` has the whole")
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    tokens: int = Field(description="What its definition costs in a prompt, about")
    fingerprint: str = Field(description="Changes with its definition")

    @classmethod
    def of(cls, tool: ToolInfo, name_of: NameOf) -> Self:
        """The view of a tool."""
        return cls(
            name=tool.name,
            tool=name_of(tool.server, tool.name),
            title=tool.title,
            description=_cut(tool.description),
            read_only=tool.read_only,
            destructive=tool.destructive,
            idempotent=tool.idempotent,
            open_world=tool.open_world,
            tokens=tool.tokens,
            fingerprint=tool.fingerprint,
        )


class RefusedToolView(BaseModel):
    """A listed tool that is not offered, and why."""

    name: str
    reason: str

    @classmethod
    def of(cls, refused: RefusedTool) -> Self:
        """The view of a refused tool."""
        return cls(name=refused.name, reason=refused.reason)


class LogLineView(BaseModel):
    """One line that a server wrote, or that we noted of it."""

    ts: Time
    source: LogSource
    text: str

    @classmethod
    def of(cls, line: LogLine) -> Self:
        """The view of a line."""
        return cls(ts=rfc3339(line.ts), source=line.source, text=line.text)


class ServerView(BaseModel):
    """An MCP server: its definition, how it is, and what it offers."""

    name: str
    transport: Transport
    command: str | None
    args: list[str]
    env: dict[str, str | Mask] = Field(description='Secrets show as `{"set": true}`')
    cwd: str | None
    url: str | None
    headers: dict[str, str | Mask]
    enabled: bool
    permissions: dict[str, Decision]
    allow_sampling: bool
    origin: Origin = Field(description="`file`: it is changed in the configuration file, and only switched here")
    state: Status
    since: Time
    protocol_version: str | None
    server_name: str | None
    server_version: str | None
    instructions: str | None
    pid: int | None
    tools: list[ServerToolView]
    tokens: int = Field(description="What all its tool definitions cost in a prompt, about")
    refused_tools: list[RefusedToolView]
    resource_count: int
    prompt_count: int
    breaker: BreakerView
    last_error: str | None
    last_error_at: Time | None
    connects: int = Field(description="How often it was connected since the agent started")
    log_tail: list[LogLineView] = Field(description="The last lines, oldest first; in lists only a few")

    @classmethod
    def of(
        cls, state: ServerState, name_of: NameOf, log: Sequence[LogLine] = (), *, lines: int | None = _LIST_LINES
    ) -> Self:
        """The view of a server, with the last `lines` of its log; all for None."""
        spec = state.spec
        return cls(
            name=spec.name,
            transport=spec.transport,
            command=spec.command,
            args=list(spec.args),
            env=_masked(spec.env),
            cwd=spec.cwd,
            url=spec.url,
            headers=_masked(spec.headers),
            enabled=spec.enabled,
            permissions=dict(spec.permissions),
            allow_sampling=spec.allow_sampling,
            origin=spec.origin,
            state=state.status,
            since=rfc3339(state.since),
            protocol_version=state.protocol_version,
            server_name=state.server_name,
            server_version=state.server_version,
            instructions=state.instructions,
            pid=state.pid,
            tools=[ServerToolView.of(tool, name_of) for tool in state.tools],
            tokens=state.tokens,
            refused_tools=[RefusedToolView.of(refused) for refused in state.refused],
            resource_count=len(state.resources),
            prompt_count=len(state.prompts),
            breaker=BreakerView.of(state.breaker, state.next_probe),
            last_error=state.last_error,
            last_error_at=_time(state.last_error_at),
            connects=state.connects,
            log_tail=[LogLineView.of(line) for line in (log if lines is None else log[-lines:])],
        )


class ServerChange(BaseModel):
    """What the topic `mcp` of `/api/v1/stream` tells: GET the server for all of it."""

    action: Literal["updated", "deleted"]
    name: str
    state: Status | None = None
    enabled: bool | None = None
    tool_count: int | None = None
    last_error: str | None = None

    @classmethod
    def of(cls, name: str, state: ServerState | None) -> Self:
        """What to tell of a server; without a state it is gone."""
        if state is None:
            return cls(action="deleted", name=name)
        return cls(
            action="updated",
            name=name,
            state=state.status,
            enabled=state.spec.enabled,
            tool_count=len(state.tools),
            last_error=state.last_error,
        )


class TestView(BaseModel):
    """What came of trying a definition. Nothing of it is kept."""

    __test__ = False  # not a test, whatever pytest makes of the name

    ok: bool
    duration_ms: float
    error: str | None
    needs_sign_in: bool
    protocol_version: str | None
    server_name: str | None
    tools: list[ServerToolView]
    tokens: int
    refused_tools: list[RefusedToolView]
    log_tail: list[LogLineView]

    @classmethod
    def of(cls, report: TestReport, name_of: NameOf) -> Self:
        """The view of a report."""
        return cls(
            ok=report.ok,
            duration_ms=round(report.duration_ms, 3),
            error=report.error,
            needs_sign_in=report.needs_sign_in,
            protocol_version=report.protocol_version,
            server_name=report.server_name,
            tools=[ServerToolView.of(tool, name_of) for tool in report.tools],
            tokens=sum(tool.tokens for tool in report.tools),
            refused_tools=[RefusedToolView.of(refused) for refused in report.refused],
            log_tail=[LogLineView.of(line) for line in report.log],
        )


class ResourceView(BaseModel):
    """A resource that a server lists; with `template` its `uri` is a URI template."""

    uri: str
    name: str
    description: str
    mime_type: str | None
    size: int | None
    template: bool

    @classmethod
    def of(cls, resource: ResourceInfo) -> Self:
        """The view of a resource."""
        return cls(
            uri=resource.uri,
            name=resource.name,
            description=resource.description,
            mime_type=resource.mime_type,
            size=resource.size,
            template=resource.template,
        )


class PromptArgumentView(BaseModel):
    """An argument of a prompt."""

    name: str
    description: str
    required: bool


class PromptView(BaseModel):
    """A prompt that a server offers."""

    name: str
    description: str
    arguments: list[PromptArgumentView]

    @classmethod
    def of(cls, prompt: PromptInfo) -> Self:
        """The view of a prompt."""
        arguments = [
            PromptArgumentView(name=each.name, description=each.description, required=each.required)
            for each in prompt.arguments
        ]
        return cls(name=prompt.name, description=prompt.description, arguments=arguments)


def _masked(values: Mapping[str, Value]) -> dict[str, str | Mask]:
    return {name: value if isinstance(value, str) else Mask() for name, value in values.items()}


def _cut(text: str) -> str:
    return text if len(text) <= _DESCRIPTION else f"{text[: _DESCRIPTION - 1]}…"


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
