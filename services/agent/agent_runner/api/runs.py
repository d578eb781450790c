"""Runs: start, list, look at, cancel, try again, delete."""

from typing import Annotated, Literal, Self, cast, get_args

from fastapi import APIRouter, Depends, Header, Request, Response
from kit.ids import new_id
from kit.jsontypes import JsonObject
from kit.text import clean_text
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agent_runner.api.filters import Moment, Search, Several, moment, several, several_of
from agent_runner.api.messages import SESSION_ID, Metadata, StrictMessage
from agent_runner.api.once import Keep, kept_as
from agent_runner.api.parts import Parts, PartsOf
from agent_runner.api.views import RunDetail, RunSummary
from agent_runner.core.types import Message
from agent_runner.errors import UnknownTools
from agent_runner.runs.manager import Live
from agent_runner.runs.slots import BACKGROUND, PERSON
from agent_runner.runs.steps import steps_of
from agent_runner.storage.records import RUN_STATUSES, ApprovalMode, RunRequest, Source
from agent_runner.storage.runs import RunFilter

Client = Annotated[str | None, Header(alias="X-Binnacle-Client", description="`dashboard`: a person waits for it")]
_ORDER = "runs"
_GLOB = frozenset("*?[")


class NewRun(BaseModel):
    """What to do: either `input`, or `messages` in OpenAI's shape."""

    model_config = ConfigDict(extra="forbid")

    input: str | None = Field(None, min_length=1)
    messages: list[StrictMessage] | None = Field(None, min_length=1, max_length=5_000)
    model: str | None = Field(None, max_length=300, description="`provider:model`; by default the role `agent`'s")
    session_id: str | None = Field(None, pattern=SESSION_ID, description="Goes on with a session; by default a new one")
    tools: list[Annotated[str, Field(min_length=1, max_length=200)]] | None = Field(
        None, max_length=500, description="Names or globs of the tools it may use; by default all"
    )
    max_steps: int | None = Field(None, strict=True, ge=1, le=1_000, description="How many model calls at most")
    approval: ApprovalMode = Field("ask", description="What comes of calls that a person would have to allow")
    metadata: Metadata = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.input is None) == (self.messages is None):
            raise ValueError("give either input or messages")
        if self.messages and self.messages[-1].role in {"assistant", "system", "developer"}:
            raise ValueError("the last of messages must be of role user or tool")
        return self

    def to_request(self, source: Source) -> RunRequest:
        """The request as the runs know it."""
        asked = [Message("user", self.input)] if self.input else [each.to_core() for each in self.messages or ()]
        return RunRequest(
            messages=asked,
            source=source,
            model=None if self.model == "agent" else self.model,
            session_id=self.session_id or new_id("ses"),
            tools=self.tools,
            max_steps=self.max_steps,
            approval=self.approval,
            metadata=cast("JsonObject", self.metadata),
        )


def router() -> APIRouter:
    """`/api/v1/runs`."""
    routes = routing.router("/api/v1/runs", tag="runs")

    @routes.post("", status_code=202, summary="Start a run", response_model=RunSummary)
    async def create(asked: NewRun, request: Request, parts: PartsOf, client: Client = None) -> Response:
        """It runs in the background: closing the connection does not cancel it. Accepts an `Idempotency-Key`."""
        _require_known(parts, asked.tools)

        async def start(keep: Keep | None) -> RunSummary:
            request = asked.to_request(_source(client))
            run = await parts.runs.start(request, _live(client), kept_as(keep, RunSummary.of))
            return RunSummary.of(run.record)

        return await parts.once.answer(request, 202, start)

    @routes.get("", summary="Runs, newest first")
    async def listed(
        parts: PartsOf, page: PageQuery, wanted: Annotated[RunFilter, Depends(_filter)]
    ) -> Page[RunSummary]:
        before = cast("tuple[int, str] | None", page.position(_ORDER, int, str))
        found = await parts.archive.newest(wanted, page.limit + 1, before)
        runs, cursor = cut(found, page, _ORDER, lambda run: (run.created_at, run.id))
        return Page(items=[RunSummary.of(run) for run in runs], next_cursor=cursor)

    @routes.get("/{run_id}", summary="One run with its steps")
    async def get(run_id: str, parts: PartsOf) -> RunDetail:
        record, body, recorded = await parts.archive.look_at(run_id)
        active = parts.runs.active(run_id)
        partial = active.channel.partial_text if active else None
        return RunDetail.made_of(record, body, steps_of(recorded), partial)

    @routes.delete("/{run_id}", status_code=204, summary="Delete a run that has ended, with its events")
    async def delete(run_id: str, parts: PartsOf) -> None:
        await parts.archive.delete(run_id)

    @routes.post("/{run_id}/cancel", summary="End a run, whatever it is doing")
    async def cancel(run_id: str, parts: PartsOf) -> RunSummary:
        """Answers once it has ended. A run that had ended before is 409 `run_ended`."""
        return RunSummary.of(await parts.runs.cancel(run_id))

    @routes.post("/{run_id}/retry", status_code=202, summary="A new run with the same input", response_model=RunSummary)
    async def retry(run_id: str, request: Request, parts: PartsOf, client: Client = None) -> Response:
        """Its `parent_run_id` names the first. Accepts an `Idempotency-Key`."""

        async def start(keep: Keep | None) -> RunSummary:
            run = await parts.runs.retry(run_id, _live(client), kept_as(keep, RunSummary.of))
            return RunSummary.of(run.record)

        return await parts.once.answer(request, 202, start)

    return routes


def _filter(  # noqa: PLR0917 - one parameter each, so that the document names them
    status: Several = None,
    source: Several = None,
    model: Several = None,
    session_id: Several = None,
    q: Search = None,
    since: Moment = None,
    until: Moment = None,
) -> RunFilter:
    return RunFilter(
        several_of("status", status, RUN_STATUSES),
        several_of("source", source, get_args(Source)),
        several(model),
        several(session_id),
        clean_text(q) if q else None,
        moment("since", since),
        moment("until", until),
    )


def _source(client: str | None) -> Literal["dashboard", "api"]:
    return "dashboard" if client == "dashboard" else "api"


def _live(client: str | None) -> Live:
    return Live(priority=PERSON if client == "dashboard" else BACKGROUND)


def _require_known(parts: Parts, tools: list[str] | None) -> None:
    for name in tools or ():
        if not _GLOB & set(name) and parts.tools.find(name) is None:
            raise UnknownTools(f"tools: there is no tool {name!r}; GET /api/v1/tools lists them")
