"""The rows of the agent's tables as frozen values. Times are milliseconds since 1970."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from kit.jsontypes import JsonObject

from agent_runner.core.types import Failure, Message, Usage

RunStatus: TypeAlias = Literal["queued", "running", "waiting_approval", "succeeded", "failed", "cancelled"]
Source: TypeAlias = Literal["api", "openai", "dashboard"]
ApprovalMode: TypeAlias = Literal["ask", "deny", "allow"]
ApprovalStatus: TypeAlias = Literal["pending", "approved", "denied", "cancelled"]
Decision: TypeAlias = Literal["once", "session", "always", "deny"]
RuleDecision: TypeAlias = Literal["allow", "ask", "deny"]
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
    """A question to a person: may this tool be called with exactly these arguments?"""

    id: str
    run_id: str
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


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A permission: for all sessions, or for one; written by someone, or remembered from an approval."""

    id: str
    pattern: str
    decision: RuleDecision
    created_at: int
    session_id: str | None = None
    approval_id: str | None = None
