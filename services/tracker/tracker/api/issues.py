"""Issues: list, look at, set the state of."""

import asyncio
from typing import Annotated, Self, cast

import orjson
from fastapi import Query, Response
from kit.jsontypes import Json
from kit.text import clean_text
from kit.web.pages import Page, PageQuery, cut
from kit.web.routing import router as new_router
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from tracker.api.deps import Kinds, Levels, Services, SettledTracker, States, Time, Words, milliseconds
from tracker.api.records import ErrorRecord, record_page, shown
from tracker.api.views import IssueDetail, IssueItem, issue_detail, issue_item
from tracker.errors import IssueNotFound
from tracker.issues import store
from tracker.issues.states import FOR_GOOD, Issue, State, Until, decided
from tracker.issues.store import IssueFilter, Position, SortKey
from tracker.records.store import RecordFilter, latest
from tracker.storage.times import DAY_HOURS, hour_of

router = new_router("/api/v1/issues", tag="issues")


class UntilChange(BaseModel):
    """When an ignored issue comes back: with an error after `ts`, or after this many more `events`."""

    model_config = ConfigDict(extra="forbid")

    ts: Annotated[int | None, BeforeValidator(milliseconds, json_schema_input_type=str | None)] = None
    events: Annotated[int | None, Field(ge=1, le=2**53, strict=True)] = None


class IssueChange(BaseModel):
    """The state that an issue is put into; `until` only with `ignored`, `resolved_in` only with `resolved`."""

    model_config = ConfigDict(extra="forbid")

    state: State
    until: UntilChange | None = None
    resolved_in: Annotated[
        str | None, Field(min_length=1, max_length=500, description="The release that has the fix.")
    ] = None

    @model_validator(mode="after")
    def _conditions_fit(self) -> Self:
        if self.until is not None and self.state != "ignored":
            raise ValueError("until goes with the state ignored only")
        if self.resolved_in is not None and self.state != "resolved":
            raise ValueError("resolved_in goes with the state resolved only")
        return self

    def of(self, issue: Issue) -> Until:
        """The condition for this issue."""
        if self.until is None:
            return FOR_GOOD
        more = self.until.events
        return Until(self.until.ts, None if more is None else issue.events + more)


@router.get("", summary="Issues, by default the last seen first")
async def list_issues(  # noqa: PLR0913, PLR0917 - each filter is a query parameter
    tracker: SettledTracker,
    page: PageQuery,
    state: States,
    component: Words,
    kind: Kinds,
    level: Levels,
    release: Words,
    environment: Words,
    q: Annotated[
        str, AfterValidator(clean_text), Query(max_length=200, description="A part of the title or culprit.")
    ] = "",
    since: Time = None,
    sort: SortKey = "last_seen",
) -> Page[IssueItem]:
    """Each narrows the list: state, component, kind, level, release, environment, text, last seen `since`."""
    wanted = IssueFilter(state, component, kind, level, release, environment, q, since)
    after = cast("Position | None", page.position(f"issues.{sort}", int, str))
    found = await tracker.database.read(lambda c: store.search(c, wanted, sort, after, page.limit + 1))
    items, cursor = cut(found, page, f"issues.{sort}", lambda one: (getattr(one.issue, sort), one.issue.id))
    return Page(items=[issue_item(one) for one in items], next_cursor=cursor)


@router.get("/{issue_id}", summary="One issue: why it is one, its trend, its latest event")
async def get_issue(tracker: SettledTracker, issue_id: str) -> IssueDetail:
    """The parts of its key are what all its errors have in common."""
    return await _detail(tracker, issue_id)


@router.patch("/{issue_id}", summary="Resolve, ignore or reopen an issue")
async def change_issue(tracker: SettledTracker, issue_id: str, change: IssueChange) -> IssueDetail:
    """An error that happened after an issue was resolved opens it again, as a regression; one that only arrives later
    does not. With `resolved_in` only an error of a release that was first seen after that one does: errors of older
    releases go on for a while. `until` says when an ignored issue comes back."""
    now = tracker.clock()

    def decide(issue: Issue) -> Issue:
        return decided(issue, change.state, change.of(issue), now, change.resolved_in)

    if await tracker.database.write(lambda c: store.change(c, issue_id, decide)) is None:
        raise _missing(issue_id)
    tracker.announcer.note({issue_id: "updated"})
    return await _detail(tracker, issue_id)


@router.get("/{issue_id}/events", summary="The errors of an issue, latest first", response_model=Page[ErrorRecord])
async def list_issue_events(tracker: SettledTracker, page: PageQuery, issue_id: str) -> Response:
    """The raw errors, as under `/errors`."""
    if not await tracker.database.read(lambda c: store.by_ids(c, [issue_id])):
        raise _missing(issue_id)
    return await record_page(tracker, page, RecordFilter(issues=[issue_id]), "issue_events")


async def _detail(tracker: Services, issue_id: str) -> IssueDetail:
    first_hour = hour_of(tracker.clock()) - DAY_HOURS + 1
    read = tracker.database.read
    listed, hours, sample = await asyncio.gather(
        read(lambda c: store.by_ids(c, [issue_id])),
        read(lambda c: store.hours_since(c, issue_id, first_hour)),
        read(lambda c: latest(c, RecordFilter(issues=[issue_id]), None, 1)),
    )
    if not listed:
        raise _missing(issue_id)
    event: Json = orjson.loads(shown(sample[0])) if sample else None
    return issue_detail(listed[0], hours, first_hour, event)


def _missing(issue_id: str) -> IssueNotFound:
    return IssueNotFound(f"no issue has the id {issue_id[:100]!r}")
