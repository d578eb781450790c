"""What a run is made of. Frozen, and small enough to be written into any journal as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kit.jsontypes import Json, JsonObject

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
Content: TypeAlias = str | Sequence[JsonObject]
"""Text, or OpenAI's content parts (text, image_url, …) as the client sent them."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's request to run a tool. `arguments` is the JSON text as the model wrote it, broken or not.

    `extra` is what a provider sent along and wants back with the conversation, such as a thought signature.
    """

    id: str
    name: str
    arguments: str
    extra: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, in OpenAI's terms."""

    role: Role
    content: Content = ""
    tool_calls: Sequence[ToolCall] = ()
    tool_call_id: str | None = None
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the provider counted them."""

    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Both together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply as it streams in."""

    text: str
    kind: Literal["text", "reasoning"] = "text"


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's whole reply.

    `model` is the one that really answered, `provider:name`. `finish_reason` is what the provider gave, for clients
    that ask for it; nothing of ours decides on it, because servers say `stop` beside tool calls.
    """

    message: Message
    model: str
    usage: Usage = Usage()
    finish_reason: str = "stop"


Permission: TypeAlias = Literal["allow", "ask", "deny"]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a model is told of a tool, and what the permissions decide on.

    `read_only` tools change nothing and need no network; `source` is `builtin`, or the server it comes from. Calls of
    one turn run at the same time, but those that name the same `serial` run one after the other, in the order asked.
    """

    name: str
    description: str
    input_schema: JsonObject
    source: str = "builtin"
    read_only: bool = False
    timeout_s: float = 60.0
    serial: str | None = None
    keeps_time: bool = False
    """It ends by itself within the time it is given, in which waiting for a person does not count."""
    fingerprint: str | None = None
    """Of a definition that strangers wrote: changes with anything that a person looked at when allowing the tool."""
    permission: Permission | None = None
    """What the definition of its source says of calls: one rule among the others."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a model is asked. `options` are provider parameters such as `temperature`, passed through."""

    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    options: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed: a stable word, and a sentence that helps."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a tool gave back beside text. `ref` names what is kept of it, None where it is too large, or elsewhere."""

    kind: Literal["image", "audio", "resource", "link"]
    mime_type: str
    size: int
    """Bytes; 0 for a link."""
    ref: str | None = None
    uri: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool gives back that has more to say than text. `text` is what the model reads of all of it."""

    text: str
    attachments: Sequence[Attachment] = ()
    structured: Json = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class ToolOutcome:
    """What came of one tool call. `text` is what the model reads; `ref` names the whole where it was cut."""

    text: str
    failure: Failure | None = None
    status: Literal["ok", "error", "denied"] = "ok"
    truncated: bool = False
    ref: str | None = None
    attachments: Sequence[Attachment] = ()
    structured: Json = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a tool is. `total` is in the same unit as `done`, where it is known."""

    done: float
    total: float | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a run stops by itself."""

    max_steps: int = 30
    """Model calls."""
    max_tokens: int = 1_000_000
    max_seconds: float = 1_800.0
    max_repeats: int = 3
    """How often the same call may fail in the same way."""
    tool_output_chars: int = 20_000
    context_chars: int = 400_000
    """Size of a whole request from which the conversation is compacted; about 4 characters a token."""


StopReason: TypeAlias = Literal[
    "max_steps", "max_tokens", "max_time", "repeated_failure", "model_error", "empty_answer"
]


@dataclass(frozen=True, slots=True)
class RunAgain:
    """The model asked for tools and has their results: ask it again."""


@dataclass(frozen=True, slots=True)
class FinalOutput:
    """The model answered."""

    message: Message


@dataclass(frozen=True, slots=True)
class HandBack:
    """The model called tools that the client runs: the run ends with these calls."""

    message: Message


@dataclass(frozen=True, slots=True)
class Stopped:
    """A limit was met, or the model failed."""

    reason: StopReason
    detail: str
    failure: Failure | None = None
    """What the model failed with, where that was the reason."""


NextStep: TypeAlias = RunAgain | FinalOutput | HandBack | Stopped
Outcome: TypeAlias = FinalOutput | HandBack | Stopped
