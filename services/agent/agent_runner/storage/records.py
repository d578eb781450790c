"""The rows of the agent's tables as frozen values. Times are milliseconds since 1970."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Failure, Message, Usage

RunStatus: TypeAlias = Literal["queued", "running", "waiting_approval", "succeeded", "failed", "cancelled"]
Source: TypeAlias = Literal["api", "openai", "dashboard"]
ApprovalKind: TypeAlias = Literal["tool", "elicitation"]
ApprovalMode: TypeAlias = Literal["ask", "deny", "allow"]
ApprovalStatus: TypeAlias = Literal["pending", "approved", "denied", "cancelled"]
Decision: TypeAlias = Literal["once", "session", "always", "deny"]
RuleDecision: TypeAlias = Literal["allow", "ask", "deny"]
CallStatus: TypeAlias = Literal["running", "ok", "error", "denied", "cancelled", "interrupted"]
EventType: TypeAlias = Literal[
    "run.status",
    "step.started",
    "step.finished",
    "tool.call",
    "tool.result",
    "approval.requested",
    "approval.decided",
    "message.completed",
]

RUN_STATUSES: frozenset[str] = frozenset(get_args(RunStatus))
FINAL: frozenset[RunStatus] = frozenset({"succeeded", "failed", "cancelled"})

NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What lists show of a run. `model` is `agent` or the `provider:name` asked for, then the one that answered."""

    id: str
    status: RunStatus
    source: Source
    model: str
    title: str
    created_at: int
    session_id: str | None = None
    parent_run_id: str | None = None
    reason: str | None = None
    started_at: int | None = None
    ended_at: int | None = None
    usage: Usage = NO_USAGE
    step_count: int = 0
    error: Failure | None = None
    metadata: JsonObject = field(default_factory=dict[str, str])

    @property
    def ended(self) -> bool:
        """Nothing more will happen."""
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What was asked of a run, as it is needed to do it again."""

    messages: Sequence[Message]
    source: Source
    model: str | None = None
    session_id: str | None = None
    tools: Sequence[str] | None = None
    """Names or globs; None for all."""
    max_steps: int | None = None
    approval: ApprovalMode = "ask"
    direct: bool = False
    """Ask the model itself: no loop, no tools or words of ours."""
    options: JsonObject | None = None
    """Provider parameters such as `temperature`."""
    metadata: JsonObject = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a run adds to its session's conversation; with `whole` it replaces all that was said before."""

    messages: Sequence[Message]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class RunBody:
    """The large part of a run."""

    request: RunRequest
    output: str | None = None
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One durable event of a run."""

    seq: int
    type: EventType
    ts: int
    data: JsonObject


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What runs asked of one model. `last_used_at` is when the last of them was made."""

    runs: int = 0
    failed: int = 0
    usage: Usage = NO_USAGE
    last_used_at: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A conversation."""

    id: str
    title: str
    created_at: int
    updated_at: int
    pinned: bool = False
    run_count: int = 0


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """A question to a person: may this tool be called with exactly these arguments?

    Or, of kind `elicitation`, what a server asks while it works on a call: `schema` is the form to fill in, and
    `content` the answer; without a schema the person is to go to the address in `arguments`. `run_id` is None where the
    call is of no run. `fingerprint` is that of the tool's definition, as it was shown.
    """

    id: str
    run_id: str | None
    session_id: str | None
    call_id: str
    tool: str
    arguments: JsonObject
    reason: str
    created_at: int
    status: ApprovalStatus = "pending"
    decided_at: int | None = None
    decision: Decision | None = None
    decision_reason: str | None = None
    kind: ApprovalKind = "tool"
    schema: JsonObject | None = None
    content: JsonObject | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A permission: for all sessions, or for one; written by someone, or remembered from an approval.

    With a `fingerprint` it holds for that definition of the tool only.
    """

    id: str
    pattern: str
    decision: RuleDecision
    created_at: int
    session_id: str | None = None
    approval_id: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One tool call in the audit trail: what was decided on it, by whom, and what came of it.

    `run_id` is None for a direct call, `duration_ms` until it has ended. Status `interrupted`: the agent ended before.
    """

    id: str
    run_id: str | None
    session_id: str | None
    step: int | None
    call_id: str
    tool: str
    source: str
    fingerprint: str | None
    arguments: Json
    decision: Literal["allow", "deny"]
    decided_by: str
    rule_id: str | None
    approval_id: str | None
    reason: str | None
    status: CallStatus
    started_at: int
    error_code: str | None = None
    error_detail: str | None = None
    duration_ms: float | None = None
    request_id: str | None = None
