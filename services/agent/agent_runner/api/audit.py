"""The audit trail: every tool call, who decided on it, and what came of it."""

from typing import Annotated, Literal, Self, cast, get_args

from fastapi import APIRouter, Depends
from kit.clock import rfc3339
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, Field, JsonValue

from agent_runner.api.filters import Moment, Several, moment, several, several_of
from agent_runner.api.parts import PartsOf
from agent_runner.api.views import FailureView, Time
from agent_runner.core.types import Failure
from agent_runner.storage.calls import CallFilter
from agent_runner.storage.records import CallRecord, CallStatus

_ORDER = "audit"


class AuditEntry(BaseModel):
    """One tool call that was allowed or denied."""

    id: str
    run_id: str | None = Field(description="Null: a call by hand")
    session_id: str | None
    step: int | None = Field(description="The index of its step in the run")
    call_id: str
    tool: str
    source: str
    fingerprint: str | None = Field(description="Of the definition that the decision was on")
    arguments: JsonValue = Field(description="Texts over 10,000 characters are cut; the run has the whole")
    decision: Literal["allow", "deny"]
    decided_by: str = Field(
        description="`rule`, the `server`'s definition, a person's `approval`, `read_only`, the `run` (it was started "
        "with `approval: allow`), `nobody` (there was none to ask), or the `person` who called it"
    )
    rule_id: str | None
    approval_id: str | None
    reason: str | None
    status: CallStatus = Field(description="`interrupted`: the agent ended while it was under way")
    error: FailureView | None
    started_at: Time
    duration_ms: float | None
    request_id: str | None

    @classmethod
    def of(cls, call: CallRecord) -> Self:
        """The view of a call."""
        failed = Failure(call.error_code, call.error_detail or "") if call.error_code else None
        return cls(
            id=call.id,
            run_id=call.run_id,
            session_id=call.session_id,
            step=call.step,
            call_id=call.call_id,
            tool=call.tool,
            source=call.source,
            fingerprint=call.fingerprint,
            arguments=cast("JsonValue", call.arguments),
            decision=call.decision,
            decided_by=call.decided_by,
            rule_id=call.rule_id,
            approval_id=call.approval_id,
            reason=call.reason,
            status=call.status,
            error=FailureView.of(failed),
            started_at=rfc3339(call.started_at),
            duration_ms=call.duration_ms,
            request_id=call.request_id,
        )


def router() -> APIRouter:
    """`/api/v1/audit`."""
    routes = routing.router("/api/v1/audit", tag="tools")

    @routes.get("", summary="Every tool call and who decided on it, newest first")
    async def listed(
        parts: PartsOf, page: PageQuery, wanted: Annotated[CallFilter, Depends(_filter)]
    ) -> Page[AuditEntry]:
        """Kept also when the run is deleted."""
        before = cast("tuple[int, str] | None", page.position(_ORDER, int, str))
        found = await parts.ledger.listed(wanted, page.limit + 1, before)
        calls, cursor = cut(found, page, _ORDER, lambda call: (call.started_at, call.id))
        return Page(items=[AuditEntry.of(call) for call in calls], next_cursor=cursor)

    return routes


def _filter(
    run_id: Several = None,
    tool: Several = None,
    source: Several = None,
    decision: Several = None,
    status: Several = None,
    since: Moment = None,
) -> CallFilter:
    return CallFilter(
        several(run_id),
        several(tool),
        several(source),
        several_of("decision", decision, ("allow", "deny")),
        several_of("status", status, get_args(CallStatus)),
        moment("since", since),
    )
