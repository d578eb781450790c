"""What the MCP manager speaks of: servers, their states and tools, and what a call gives back. All frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from kit.jsontypes import Json, JsonObject

Transport: TypeAlias = Literal["stdio", "http", "sse"]
TRANSPORTS: tuple[Transport, ...] = ("stdio", "http", "sse")
Decision: TypeAlias = Literal["allow", "ask", "deny"]
Origin: TypeAlias = Literal["api", "file"]
"""Added at run time and kept in the database, or read from the configuration file at each start."""
Status: TypeAlias = Literal["disabled", "connecting", "ready", "failing", "open", "needs_sign_in", "stopped"]
"""`failing`: tried again with growing delays. `open`: the breaker is open, and one probe goes out at `next_probe`.

`needs_sign_in` and `disabled` wait for a person, `stopped` for the agent's next start.
"""
BreakerStatus: TypeAlias = Literal["closed", "open", "half_open"]
LogSource: TypeAlias = Literal["stderr", "stdout", "server", "manager"]
"""The server's standard error; what is no message on its standard output; its log notifications; our own notes."""


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A value in the secret store. It is resolved when the server starts, and nowhere else."""

    key: str


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret on its way into the store: `McpManager.add` and `update` replace it by its `SecretRef`."""

    value: str = field(repr=False)


Value: TypeAlias = str | SecretRef | NewSecret
"""Of a variable or header. Text may refer to the environment as `${VARIABLE}` or `${VARIABLE:-default}`."""


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """A server as someone defined it. `command`, `args`, `env`, `cwd` are for `stdio`; `url`, `headers` for the others.

    `permissions` map names or globs of the server's own tool names to a decision.
    """

    name: str
    transport: Transport
    command: str | None = None
    args: Sequence[str] = ()
    env: Mapping[str, Value] = field(default_factory=dict[str, Value])
    cwd: str | None = None
    url: str | None = None
    headers: Mapping[str, Value] = field(default_factory=dict[str, Value])
    enabled: bool = True
    permissions: Mapping[str, Decision] = field(default_factory=dict[str, Decision])
    allow_sampling: bool = False
    """Let the server ask for a model's answer, through the manager's `Sampler`."""
    origin: Origin = "api"


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one server. Times are milliseconds since 1970.

    `failures` in a row, none of which was the tool's own error; `opened` counts openings in a row, and makes the delays
    grow; `retry_at` is when the next attempt or probe is due, None when nothing is.
    """

    status: BreakerStatus = "closed"
    failures: int = 0
    opened: int = 0
    reason: str | None = None
    retry_at: int | None = None


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """A tool as its server lists it; everything in it was written by strangers.

    `tokens` is what its definition costs in a prompt, about 4 characters a token. `fingerprint` changes with anything
    that a person looked at when allowing the tool.
    """

    server: str
    name: str
    title: str | None
    description: str
    input_schema: JsonObject
    output_schema: JsonObject | None
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    tokens: int
    fingerprint: str

    @property
    def repeatable(self) -> bool:
        """Calling it twice does no more than calling it once."""
        return self.read_only or self.idempotent


@dataclass(frozen=True, slots=True)
class RefusedTool:
    """A listed tool that we do not offer, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResourceInfo:
    """A resource, or with `template` a URI template of them."""

    server: str
    uri: str
    name: str
    description: str
    mime_type: str | None = None
    size: int | None = None
    """Bytes, where the server says."""
    template: bool = False


@dataclass(frozen=True, slots=True)
class PromptArgument:
    """One argument of a prompt."""

    name: str
    description: str
    required: bool


@dataclass(frozen=True, slots=True)
class PromptInfo:
    """A prompt that a server offers."""

    server: str
    name: str
    description: str
    arguments: Sequence[PromptArgument] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a server's log tail. `ts` is milliseconds since 1970."""

    ts: int
    source: LogSource
    text: str


@dataclass(frozen=True, slots=True)
class ServerState:
    """Everything known of a server now; no secret is in it."""

    spec: ServerSpec
    status: Status
    since: int
    """When `status` became this, in milliseconds since 1970."""
    breaker: Breaker
    protocol_version: str | None = None
    server_name: str | None = None
    server_version: str | None = None
    instructions: str | None = None
    pid: int | None = None
    """The process of a running `stdio` server, which is also its process group."""
    tools: Sequence[ToolInfo] = ()
    refused: Sequence[RefusedTool] = ()
    resources: Sequence[ResourceInfo] = ()
    prompts: Sequence[PromptInfo] = ()
    last_error: str | None = None
    last_error_at: int | None = None
    next_probe: int | None = None
    """When the server is tried again, in milliseconds since 1970; None when nothing is due."""
    connects: int = 0
    """How often it was connected since the agent started."""

    @property
    def tokens(self) -> int:
        """What all its tool definitions cost in a prompt."""
        return sum(tool.tokens for tool in self.tools)


@dataclass(frozen=True, slots=True)
class TestReport:
    """What came of trying a definition without keeping it."""

    __test__ = False  # not a test, whatever pytest makes of the name

    ok: bool
    duration_ms: float
    error: str | None = None
    needs_sign_in: bool = False
    protocol_version: str | None = None
    server_name: str | None = None
    tools: Sequence[ToolInfo] = ()
    refused: Sequence[RefusedTool] = ()
    log: Sequence[LogLine] = ()


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A picture; `data` is base64."""

    data: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class AudioPart:
    """A sound; `data` is base64."""

    data: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class ResourcePart:
    """The contents of a resource: `text`, or base64 as `blob`."""

    uri: str
    mime_type: str | None = None
    text: str | None = None
    blob: str | None = None


@dataclass(frozen=True, slots=True)
class LinkPart:
    """A resource by reference; `McpManager.read_resource` reads it."""

    uri: str
    name: str
    description: str
    mime_type: str | None = None


Part: TypeAlias = TextPart | ImagePart | AudioPart | ResourcePart | LinkPart


@dataclass(frozen=True, slots=True)
class CallResult:
    """What a tool gave back. `is_error` is the tool's own error: the server is well."""

    parts: Sequence[Part] = ()
    structured: Json = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt."""

    role: Literal["user", "assistant"]
    part: Part


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, filled in."""

    description: str
    messages: Sequence[PromptMessage]


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a tool is called: goes along to the person who is asked, and into what is reported."""

    run_id: str | None = None
    session_id: str | None = None
    call_id: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a call is. `total` is in the same unit as `done`, where the server knows it."""

    done: float
    total: float | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a server asks of a person (elicitation): fill in a form, or go to `url`."""

    server: str
    kind: Literal["form", "url"]
    message: str
    schema: JsonObject | None = None
    """The form, as a flat JSON Schema object."""
    url: str | None = None
    caller: Caller | None = None
    """Of the call that the question belongs to; where the protocol does not say, of the newest one."""
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer; `content` goes with `accept` of a form."""

    action: Literal["accept", "decline", "cancel"]
    content: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """A server asks for a model's answer. `messages` are OpenAI's, their content text only."""

    server: str
    messages: Sequence[JsonObject]
    system: str | None
    max_tokens: int
    caller: Caller | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A model's answer for a server."""

    text: str
    model: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A server or call failed: for the tracker. `code` is that of the error, `tool` is None for the server itself."""

    server: str
    code: str
    detail: str
    tool: str | None = None
    caller: Caller | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """How a server answered a request that needs a sign-in: 401, or 403 for a scope that is missing."""

    status: int
    www_authenticate: str
    protocol_version: str | None = None


@dataclass(frozen=True, slots=True)
class OwnClient:
    """A client that a person has registered with an authorization server; None for a secret where it has none."""

    client_id: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser came back with: a `code`, or an `error`; `iss` names who sent it, where it says so."""

    state: str
    code: str | None = field(default=None, repr=False)
    iss: str | None = None
    error: str | None = None
