"""The tools there are, and what the permissions say of each."""

from typing import Literal, cast

from fastapi import APIRouter
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, Field

from agent_runner.api.parts import PartsOf
from agent_runner.api.views import Object
from agent_runner.tools.permissions import decide

_ORDER = "tools"


class ToolView(BaseModel):
    """A tool that the agent can call."""

    name: str
    source: str = Field(description="`builtin`, or the server that it comes from")
    description: str
    input_schema: Object
    read_only: bool
    permission: Literal["allow", "ask", "deny"] = Field(description="What the rules for all sessions say of a call")


def router() -> APIRouter:
    """`/api/v1/tools`."""
    routes = routing.router("/api/v1/tools", tag="tools")

    @routes.get("", summary="All tools, by name")
    async def listed(parts: PartsOf, page: PageQuery) -> Page[ToolView]:
        after = page.position(_ORDER, str)
        rules = parts.permissions.rules_for("")
        specs = sorted(parts.tools.specs(), key=lambda spec: spec.name)
        following = [spec for spec in specs if after is None or spec.name > str(after[0])]
        shown, cursor = cut(following, page, _ORDER, lambda spec: [spec.name])
        items = [
            ToolView(
                name=spec.name,
                source=spec.source,
                description=spec.description,
                input_schema=cast("Object", spec.input_schema),
                read_only=spec.read_only,
                permission=decide(spec, rules, "ask"),
            )
            for spec in shown
        ]
        return Page(items=items, next_cursor=cursor)

    return routes
