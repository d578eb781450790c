"""How the agent's things look over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from kit.clock import rfc3339
from pydantic import BaseModel, Field, JsonValue

from agent_runner.core.types import Attachment, Failure, Usage
from agent_runner.runs.steps import Step
from agent_runner.storage.codec import message_to_json
from agent_runner.storage.records import (
    ApprovalKind,
    ApprovalRecord,
    ApprovalStatus,
    Decision,
    Event,
    RuleDecision,
    RuleRecord,
    RunBody,
    RunRecord,
    RunStatus,
    SessionRecord,
    Source,
)

Object = dict[str, JsonValue]
Time = Annotated[str, Field(description="RFC 3339, UTC, with milliseconds", examples=["2026-11-23T10:00:00.000Z"])]


class UsageView(BaseModel):
    """Tokens, as the providers counted them."""

    input_tokens: int
    output_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """The view of a usage."""
        return cls(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, total_tokens=usage.total_tokens)


class FailureView(BaseModel):
    """Why something failed: a stable word, and a sentence that helps."""

    code: str
    detail: str

    @classmethod
    def of(cls, failure: Failure | None) -> Self | None:
        """The view of a failure, if there is one."""
        return cls(code=failure.code, detail=failure.detail) if failure else None


class RunSummary(BaseModel):
    """A run, as lists show it."""

    id: str
    status: RunStatus
    reason: str | None = Field(description="Why it ended, unless it just succeeded: max_steps, cancelled, …")
    source: Source
    model: str
    session_id: str | None
    title: str
    created_at: Time
    started_at: Time | None
    ended_at: Time | None
    duration_ms: int | None = Field(description="From start to end; null until then")
    usage: UsageView
    step_count: int
    error: FailureView | None
    metadata: Object
    parent_run_id: str | None = Field(description="The run that this one tries again")

    @classmethod
    def of(cls, run: RunRecord) -> Self:
        """The view of a run."""
        return cls.model_validate(_summary(run))


class AttachmentView(BaseModel):
    """What a tool gave back beside text."""

    kind: Literal["image", "audio", "resource", "link"]
    mime_type: str
    size: int = Field(description="Bytes; 0 for a link")
    ref: str | None = Field(
        None, description="`/api/v1/attachments/{ref}` has it; null where it is too large, or elsewhere"
    )
    uri: str | None = None
    name: str | None = None

    @classmethod
    def of(cls, attachment: Attachment) -> Self:
        """The view of an attachment."""
        return cls(
            kind=attachment.kind,
            mime_type=attachment.mime_type,
            size=attachment.size,
            ref=attachment.ref,
            uri=attachment.uri,
            name=attachment.name,
        )


class ToolResultView(BaseModel):
    """What a tool gave back."""

    text: str
    truncated: bool
    ref: str | None = Field(None, description="Names the whole where the text was cut")
    structured: JsonValue = None
    attachments: list[AttachmentView] = Field(default_factory=list[AttachmentView])


class StepPermissionView(BaseModel):
    """What was decided on a call, and by what."""

    decision: Literal["allow", "deny"]
    by: str = Field(description="As `decided_by` in `/api/v1/audit`")
    rule_id: str | None = None
    approval_id: str | None = None


class StepView(BaseModel):
    """One model call or tool call of a run."""

    index: int
    kind: Literal["model", "tool"]
    name: str
    status: Literal["running", "ok", "error", "denied", "cancelled"]
    started_at: Time
    ended_at: Time | None
    duration_ms: float | None
    call_id: str | None = None
    usage: UsageView | None = None
    arguments: JsonValue = Field(None, description="An object; text where the model wrote no valid JSON")
    permission: StepPermissionView | None = None
    result: ToolResultView | None = None
    error: FailureView | None = None

    @classmethod
    def of(cls, step: Step) -> Self:
        """The view of a step."""
        return cls.model_validate(
            {
                "index": step.index,
                "kind": step.kind,
                "name": step.name,
                "status": step.status,
                "started_at": rfc3339(step.started_at),
                "ended_at": _time(step.ended_at),
                "duration_ms": step.duration_ms,
                "call_id": step.call_id,
                "usage": step.usage,
                "arguments": step.arguments,
                "permission": step.permission,
                "result": step.result,
                "error": step.error,
            }
        )


class RunDetail(RunSummary):
    """A run with its input, steps and output."""

    input: list[Object] = Field(description="The messages as sent, in OpenAI's shape")
    output: str | None = Field(description="The final answer")
    steps: list[StepView]
    partial_text: str | None = Field(description="The words streamed so far of the message under way")

    @classmethod
    def made_of(cls, run: RunRecord, body: RunBody, steps: Sequence[Step], partial_text: str | None) -> Self:
        """The view of a run and all that belongs to it."""
        return cls.model_validate(
            {
                **_summary(run),
                "input": [message_to_json(message) for message in body.request.messages],
                "output": body.output,
                "steps": [StepView.of(step) for step in steps],
                "partial_text": partial_text,
            }
        )


class EventView(BaseModel):
    """One durable event of a run."""

    seq: int
    type: str
    ts: Time
    data: Object


class ApprovalView(BaseModel):
    """A question to a person: may this tool be called with exactly these arguments?

    Of kind `elicitation`: what an MCP server asks while it works, in its own words in `reason`. With a `schema` it is a
    form to fill in, without one an address to go to, `arguments.url`.
    """

    id: str
    run_id: str | None = Field(description="Null: of a call by hand")
    session_id: str | None
    kind: ApprovalKind
    call_id: str
    tool: str
    arguments: Object
    schema_: Object | None = Field(None, alias="schema", description="The form of an elicitation, a flat JSON Schema")
    reason: str
    status: ApprovalStatus
    created_at: Time
    decided_at: Time | None
    decision: Decision | None
    decision_reason: str | None
    content: Object | None = Field(None, description="The form as it was filled in")
    fingerprint: str | None = Field(None, description="Of the MCP tool's definition that was shown")

    @classmethod
    def of(cls, approval: ApprovalRecord) -> Self:
        """The view of an approval."""
        return cls.model_validate(
            {
                "id": approval.id,
                "run_id": approval.run_id,
                "session_id": approval.session_id,
                "kind": approval.kind,
                "schema": approval.schema,
                "content": approval.content,
                "fingerprint": approval.fingerprint,
                "call_id": approval.call_id,
                "tool": approval.tool,
                "arguments": approval.arguments,
                "reason": approval.reason,
                "status": approval.status,
                "created_at": rfc3339(approval.created_at),
                "decided_at": _time(approval.decided_at),
                "decision": approval.decision,
                "decision_reason": approval.decision_reason,
            }
        )


class PermissionView(BaseModel):
    """A rule, or a decision remembered from an approval."""

    id: str
    pattern: str
    decision: RuleDecision
    scope: Literal["always", "session"]
    session_id: str | None
    approval_id: str | None = Field(description="The approval that it was remembered from")
    fingerprint: str | None = Field(None, description="It holds only while the tool's definition has this")
    created_at: Time

    @classmethod
    def of(cls, rule: RuleRecord) -> Self:
        """The view of a rule."""
        return cls(
            id=rule.id,
            pattern=rule.pattern,
            decision=rule.decision,
            scope="session" if rule.session_id else "always",
            session_id=rule.session_id,
            approval_id=rule.approval_id,
            fingerprint=rule.fingerprint,
            created_at=rfc3339(rule.created_at),
        )


class SessionView(BaseModel):
    """A conversation."""

    id: str
    title: str
    pinned: bool
    run_count: int
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, session: SessionRecord) -> Self:
        """The view of a session."""
        return cls(
            id=session.id,
            title=session.title,
            pinned=session.pinned,
            run_count=session.run_count,
            created_at=rfc3339(session.created_at),
            updated_at=rfc3339(session.updated_at),
        )


def event_json(event: Event) -> Object:
    """An event as streams and pages show it."""
    return {"seq": event.seq, "type": event.type, "ts": rfc3339(event.ts), "data": event.data}  # type: ignore[dict-item]


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _summary(run: RunRecord) -> dict[str, object]:
    ended = None if run.ended_at is None or run.started_at is None else run.ended_at - run.started_at
    return {
        "id": run.id,
        "status": run.status,
        "reason": run.reason,
        "source": run.source,
        "model": run.model,
        "session_id": run.session_id,
        "title": run.title,
        "created_at": rfc3339(run.created_at),
        "started_at": _time(run.started_at),
        "ended_at": _time(run.ended_at),
        "duration_ms": ended,
        "usage": UsageView.of(run.usage),
        "step_count": run.step_count,
        "error": FailureView.of(run.error),
        "metadata": run.metadata,
        "parent_run_id": run.parent_run_id,
    }
