"""Questions to a person: which calls wait, and the decision."""

from typing import cast, get_args

from fastapi import APIRouter
from kit.clock import now_ms
from kit.jsontypes import JsonObject
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, ConfigDict, Field

from agent_runner.api.filters import Several, several, several_of
from agent_runner.api.parts import PartsOf
from agent_runner.api.views import ApprovalView, Object
from agent_runner.storage.approvals import Taken
from agent_runner.storage.records import ApprovalStatus, Decision

_ORDER = "approvals"


class Decide(BaseModel):
    """`once`: this call. `session` and `always`: also later calls of this tool, as a permission. `deny`: not at all.

    A question of a server (`elicitation`) is answered with `once` and the `content` of its form; `deny` declines it.
    """

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    reason: str | None = Field(None, max_length=2_000, description="What the model is told, where it is denied")
    content: Object | None = Field(None, description="Of an elicitation: the form, filled in as its schema says")


def router() -> APIRouter:
    """`/api/v1/approvals`."""
    routes = routing.router("/api/v1/approvals", tag="approvals")

    @routes.get("", summary="Approvals, newest first")
    async def listed(
        parts: PartsOf, page: PageQuery, status: Several = None, run_id: Several = None
    ) -> Page[ApprovalView]:
        statuses = several_of("status", status, get_args(ApprovalStatus))
        before = cast("tuple[int, str] | None", page.position(_ORDER, int, str))
        found = await parts.approvals.listed(statuses, several(run_id), page.limit + 1, before)
        approvals, cursor = cut(found, page, _ORDER, lambda approval: (approval.created_at, approval.id))
        return Page(items=[ApprovalView.of(approval) for approval in approvals], next_cursor=cursor)

    @routes.post("/{approval_id}", summary="Decide; the run goes on")
    async def decide(approval_id: str, asked: Decide, parts: PartsOf) -> ApprovalView:
        """Bound to exactly the arguments shown, and what is remembered of an MCP tool to its definition. A second
        decision is 409 `approval_decided`.
        """
        taken = Taken(asked.decision, asked.reason, now_ms(), cast("JsonObject | None", asked.content))
        return ApprovalView.of(await parts.approvals.decide(approval_id, taken))

    return routes
