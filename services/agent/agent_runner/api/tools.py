"""The tools there are: what the permissions say of each, how it fares, and a call by hand."""

from typing import Literal, Self, cast, get_args

from fastapi import APIRouter, Request, Response
from kit.jsontypes import JsonObject
from kit.web import routing
from kit.web.pages import Page, PageQuery
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from agent_runner.api.filters import Search, Several, several, several_of
from agent_runner.api.leaving import unless_gone
from agent_runner.api.paging import page_by_name
from agent_runner.api.parts import Parts, PartsOf
from agent_runner.api.views import AttachmentView, FailureView, Object
from agent_runner.core.types import ToolSpec
from agent_runner.runs.direct_calls import DirectCall
from agent_runner.storage.records import RuleDecision
from agent_runner.tools.permissions import Ground, judge

_ORDER = "tools"


class ToolView(BaseModel):
    """A tool that the agent can call. What an MCP server says of its tool is text to show, never markup to render."""

    name: str
    source: str = Field(description="`builtin`, or the MCP server that it comes from")
    description: str
    input_schema: Object
    read_only: bool
    permission: Literal["allow", "ask", "deny"] = Field(description="What the rules for all sessions say of a call")
    permission_from: Ground = Field(
        description="What that rests on: a `rule`, the `server`'s definition, that it is `read_only`, the `default`, "
        "or that its definition `changed` since it was allowed"
    )
    fingerprint: str | None = Field(description="Of an MCP tool: changes with its definition")
    calls: int
    failures: int
    p50_ms: float | None = Field(description="Of its newest calls; null before the first")
    tokens: int = Field(description="What its definition costs in a prompt, about")


class ChangedTool(BaseModel):
    """A permission for all sessions, in the place of the rules that name exactly this tool."""

    model_config = ConfigDict(extra="forbid")

    permission: RuleDecision


class CallTool(BaseModel):
    """A call by hand."""

    model_config = ConfigDict(extra="forbid")

    arguments: Object = Field(default_factory=dict[str, JsonValue])


class CallView(BaseModel):
    """What came of a call."""

    id: str = Field(description="Of its entry in `/api/v1/audit`")
    tool: str
    ok: bool
    text: str
    truncated: bool
    structured: JsonValue = None
    attachments: list[AttachmentView]
    error: FailureView | None
    duration_ms: float

    @classmethod
    def of(cls, call: DirectCall) -> Self:
        """The view of a call."""
        outcome = call.outcome
        return cls(
            id=call.record.id,
            tool=call.record.tool,
            ok=outcome.status == "ok",
            text=outcome.text,
            truncated=outcome.truncated,
            structured=cast("JsonValue", outcome.structured),
            attachments=[AttachmentView.of(attachment) for attachment in outcome.attachments],
            error=FailureView.of(outcome.failure),
            duration_ms=call.duration_ms,
        )


def router() -> APIRouter:
    """`/api/v1/tools`."""
    routes = routing.router("/api/v1/tools", tag="tools")

    @routes.get("", summary="All tools, by name")
    async def listed(
        parts: PartsOf, page: PageQuery, source: Several = None, permission: Several = None, q: Search = None
    ) -> Page[ToolView]:
        """`source` is `builtin` or names of MCP servers; `permission` is what the rules for all sessions say: `allow`,
        `ask` or `deny`; `q` is looked for in names and descriptions.
        """
        sources, words = several(source), (q or "").casefold()
        decisions, rules = several_of("permission", permission, get_args(RuleDecision)), parts.permissions.rules_for("")
        specs = [
            spec
            for spec in parts.tools.specs()
            if _is_wanted(spec, sources, words) and (not decisions or judge(spec, rules).decision in decisions)
        ]
        shown, cursor = page_by_name(specs, page, _ORDER, lambda spec: spec.name)
        return Page(items=[_view(parts, spec) for spec in shown], next_cursor=cursor)

    @routes.get("/{name}", summary="One tool")
    async def get(name: str, parts: PartsOf) -> ToolView:
        return _view(parts, parts.direct_calls.find(name).spec)

    @routes.patch("/{name}", summary="Allow, ask or deny")
    async def change(name: str, asked: ChangedTool, parts: PartsOf) -> ToolView:
        """A rule with a wider pattern still counts: deny beats ask beats allow. To allow an MCP tool is to allow its
        present definition: when that changes, calls ask again.
        """
        spec = parts.direct_calls.find(name).spec
        fingerprint = spec.fingerprint if asked.permission == "allow" else None
        await parts.permissions.set(spec.name, asked.permission, fingerprint)
        return _view(parts, spec)

    @routes.post("/{name}/call", summary="Call a tool by hand", response_model=CallView)
    async def call(name: str, asked: CallTool, request: Request, parts: PartsOf) -> Response:
        """Nobody is asked: it is a person's own call. One that is denied stays so: 403 `tool_denied`. What goes wrong
        in the tool is a 200 with `ok: false`. Closing the connection cancels the call. `/api/v1/audit` has it.
        """
        made = await unless_gone(request, parts.direct_calls.call(name, cast("JsonObject", asked.arguments)))
        if made is None:
            return Response(status_code=499)
        return Response(CallView.of(made).model_dump_json(), media_type="application/json")

    return routes


def _is_wanted(spec: ToolSpec, sources: list[str], words: str) -> bool:
    if sources and spec.source not in sources:
        return False
    return not words or words in spec.name.casefold() or words in spec.description.casefold()


def _view(parts: Parts, spec: ToolSpec) -> ToolView:
    ruling = judge(spec, parts.permissions.rules_for(""))
    stats = parts.ledger.stats(spec.name)
    return ToolView(
        name=spec.name,
        source=spec.source,
        description=spec.description,
        input_schema=cast("Object", spec.input_schema),
        read_only=spec.read_only,
        permission=ruling.decision,
        permission_from=ruling.ground,
        fingerprint=spec.fingerprint,
        calls=stats.calls,
        failures=stats.failures,
        p50_ms=stats.p50_ms,
        tokens=parts.tools.tokens(spec),
    )
