"""The raw events by type: list them, delete them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal, cast

import orjson
from fastapi import Depends, Response
from kit.clock import rfc3339
from kit.web.pages import Page, PageQuery, PageRequest, cut
from kit.web.routing import router as new_router
from pydantic import BaseModel, Field

from tracker.api.deps import Kinds, Levels, Services, Time, Tracker, VitalNames, Words
from tracker.records import store
from tracker.records.store import Cleared, Position, Record, RecordFilter
from tracker.vocabulary import ErrorKind, EventType, Level, VitalName

router = new_router("/api/v1", tag="records")


class _Record(BaseModel):
    id: str = Field(json_schema_extra={"format": "uuid"})
    ts: str = Field(json_schema_extra={"format": "date-time"})
    received_at: str = Field(json_schema_extra={"format": "date-time"})
    component: str = Field(description="`unknown` when the event named none.")
    session_id: str | None = None
    release: str | None = None
    environment: str | None = None
    url: str | None = None
    request_id: str | None = None
    user_agent: str | None = None
    context: dict[str, object] | None = None


class ErrorRecord(_Record):
    """A stored error; what it did not say is left out."""

    type: Literal["error"]
    kind: ErrorKind
    message: str = ""
    stack: str | None = None
    level: Level
    handled: bool | None = None
    fingerprint: list[str] | None = None
    issue_id: str


class InteractionRecord(_Record):
    """A stored interaction; what it did not say is left out."""

    type: Literal["interaction"]
    action: str = ""
    target: str | None = None
    success: bool
    duration_ms: float | None = None


class VitalRecord(_Record):
    """A stored web vital; what it did not say is left out."""

    type: Literal["vital"]
    name: VitalName
    value: float


class TimingRecord(_Record):
    """A stored timing; what it did not say is left out."""

    type: Literal["timing"]
    name: str = ""
    duration_ms: float
    success: bool
    resource: str | None = None
    changed: bool | None = None


class Scope:
    """The filters that all lists of events share."""

    def __init__(
        self,
        component: Words,
        session_id: Words,
        release: Words,
        environment: Words,
        since: Time = None,
        until: Time = None,
    ) -> None:
        self.filter = RecordFilter(
            components=component,
            sessions=session_id,
            releases=release,
            environments=environment,
            since=since,
            until=until,
        )

    def of(self, type_: EventType, labels: Sequence[str], *, ok: bool | None = None) -> RecordFilter:
        """Narrowed to a type, and to a kind, action or name."""
        return replace(self.filter, type=type_, labels=labels, ok=ok)


Scoped = Annotated[Scope, Depends()]


@router.get("/errors", summary="Errors, latest first", response_model=Page[ErrorRecord])
async def list_errors(  # noqa: PLR0917 - each filter is a query parameter
    tracker: Tracker,
    page: PageQuery,
    scope: Scoped,
    kind: Kinds,
    level: Levels,
    issue_id: Words,
    handled: bool | None = None,
) -> Response:
    """As they were stored: scrubbed, and with the issue that each belongs to."""
    wanted = replace(scope.of("error", kind, ok=handled), levels=level, issues=issue_id)
    return await record_page(tracker, page, wanted, "errors")


@router.get("/interactions", summary="Interactions, latest first", response_model=Page[InteractionRecord])
async def list_interactions(
    tracker: Tracker, page: PageQuery, scope: Scoped, action: Words, success: bool | None = None
) -> Response:
    """As they were stored."""
    return await record_page(tracker, page, scope.of("interaction", action, ok=success), "interactions")


@router.get("/vitals", summary="Web vitals, latest first", response_model=Page[VitalRecord])
async def list_vitals(tracker: Tracker, page: PageQuery, scope: Scoped, name: VitalNames) -> Response:
    """As they were stored."""
    return await record_page(tracker, page, scope.of("vital", name), "vitals")


@router.get("/timings", summary="Timings, latest first", response_model=Page[TimingRecord])
async def list_timings(
    tracker: Tracker, page: PageQuery, scope: Scoped, name: Words, success: bool | None = None
) -> Response:
    """As they were stored."""
    return await record_page(tracker, page, scope.of("timing", name, ok=success), "timings")


@router.delete("/errors", summary="Delete all errors, and the issues made of them")
async def delete_errors(tracker: Tracker) -> Cleared:
    """Answers how many errors and issues that were."""
    return await _clear(tracker, "error")


@router.delete("/interactions", summary="Delete all interactions")
async def delete_interactions(tracker: Tracker) -> Cleared:
    """Answers how many that were; their numbers go with them."""
    return await _clear(tracker, "interaction")


@router.delete("/vitals", summary="Delete all web vitals")
async def delete_vitals(tracker: Tracker) -> Cleared:
    """Answers how many that were; their numbers go with them."""
    return await _clear(tracker, "vital")


@router.delete("/timings", summary="Delete all timings")
async def delete_timings(tracker: Tracker) -> Cleared:
    """Answers how many that were; their numbers go with them."""
    return await _clear(tracker, "timing")


@router.delete("/events", summary="Delete all events, issues and counts; the ledger stays")
async def delete_events(tracker: Tracker) -> Cleared:
    """Answers how many of each that were."""
    return await tracker.writer.run(store.clear_all)


async def _clear(tracker: Services, type_: EventType) -> Cleared:
    return await tracker.writer.run(lambda c: store.clear(c, type_))


async def record_page(tracker: Services, page: PageRequest, wanted: RecordFilter, order: str) -> Response:
    """A page of events. Their JSON is sent as it was stored: nothing is parsed, so a page costs next to nothing."""
    after = cast("Position | None", page.position(order, int, int))
    found = await tracker.database.read(lambda c: store.latest(c, wanted, after, page.limit + 1))
    items, cursor = cut(found, page, order, lambda one: (one.ts, one.seq))
    body = b'{"items":[%s],"next_cursor":%s}' % (b",".join(map(shown, items)), orjson.dumps(cursor))
    return Response(body, media_type="application/json")


def shown(record: Record) -> bytes:
    """An event's JSON with what the tracker knows about it."""
    added: dict[str, str] = {"received_at": rfc3339(record.received_at)}
    if record.issue_id is not None:
        added["issue_id"] = record.issue_id
    return b"%s,%s" % (record.body[:-1], orjson.dumps(added)[1:])
