"""Permission rules, and what was remembered from approvals."""

from typing import Literal, Self, cast

from fastapi import APIRouter, Request, Response
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent_runner.api.messages import SESSION_ID
from agent_runner.api.once import Keep, kept_as
from agent_runner.api.parts import Parts, PartsOf
from agent_runner.api.views import PermissionView
from agent_runner.storage.records import RuleDecision

_ORDER = "permissions"


class NewPermission(BaseModel):
    """A rule on tools by exact name or glob. Deny beats ask beats allow."""

    model_config = ConfigDict(extra="forbid")

    pattern: str = Field(min_length=1, max_length=200, examples=["write_file", "mcp__github__*"])
    decision: RuleDecision
    scope: Literal["always", "session"] = "always"
    session_id: str | None = Field(None, pattern=SESSION_ID, description="With scope `session`: which")

    @model_validator(mode="after")
    def _scope_names_session(self) -> Self:
        if (self.scope == "session") != (self.session_id is not None):
            raise ValueError("session_id goes with scope session, and only with it")
        return self


def router() -> APIRouter:
    """`/api/v1/permissions`."""
    routes = routing.router("/api/v1/permissions", tag="permissions")

    @routes.get("", summary="Rules and remembered decisions, newest first")
    async def listed(parts: PartsOf, page: PageQuery) -> Page[PermissionView]:
        before = cast("tuple[int, str] | None", page.position(_ORDER, int, str))
        found = await parts.permissions.listed(page.limit + 1, before)
        rules, cursor = cut(found, page, _ORDER, lambda rule: (rule.created_at, rule.id))
        return Page(items=[PermissionView.of(rule) for rule in rules], next_cursor=cursor)

    @routes.post("", status_code=201, summary="Make a rule", response_model=PermissionView)
    async def create(asked: NewPermission, request: Request, parts: PartsOf) -> Response:
        """Accepts an `Idempotency-Key`. To allow an MCP tool by its exact name is to allow its present definition."""

        async def add(keep: Keep | None) -> PermissionView:
            also = kept_as(keep, PermissionView.of)
            rule = await parts.permissions.add(
                asked.pattern, asked.decision, asked.session_id, also, _fingerprint(parts, asked)
            )
            return PermissionView.of(rule)

        return await parts.once.answer(request, 201, add)

    @routes.delete("/{permission_id}", status_code=204, summary="Revoke a rule or a remembered decision")
    async def revoke(permission_id: str, parts: PartsOf) -> None:
        await parts.permissions.revoke(permission_id)

    return routes


def _fingerprint(parts: Parts, asked: NewPermission) -> str | None:
    """Of the one tool that is allowed: whoever allows it has seen it as it is now."""
    tool = parts.tools.find(asked.pattern) if asked.decision == "allow" else None
    return tool.spec.fingerprint if tool else None
