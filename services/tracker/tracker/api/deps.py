"""What endpoints are given: the parts of the running tracker, and the query parameters that lists share."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Query, Request
from kit.clock import Clock, parse_rfc3339
from kit.database import Database
from kit.text import clean_text
from kit.web.sse import Broadcast
from pydantic import BeforeValidator

from tracker.health import HealthBook
from tracker.ingest.budget import Budget
from tracker.ingest.prepare import Preparer
from tracker.ingest.writer import EventWriter
from tracker.issues.announce import Announcer
from tracker.issues.states import State
from tracker.vocabulary import ErrorKind, Level, VitalName


@dataclass(frozen=True, slots=True)
class Services:
    """The running tracker; `app.state.services` holds it."""

    database: Database
    writer: EventWriter
    preparer: Preparer
    budget: Budget
    broadcast: Broadcast
    announcer: Announcer
    health: HealthBook
    clock: Clock


def services_of(request: Request) -> Services:
    """The parts of the tracker that serves this request."""
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


Tracker = Annotated[Services, Depends(services_of)]


async def _settled(tracker: Tracker) -> Services:
    await tracker.writer.settle()
    return tracker


SettledTracker = Annotated[Services, Depends(_settled)]
"""For what is told about issues and numbers: whatever was acknowledged before the request is in them."""


def _split(values: object) -> object:
    texts = cast("list[str]", values)
    return [word for text in texts for part in clean_text(text).split(",") if (word := part.strip())]


def milliseconds(text: object) -> object:
    """RFC 3339 → milliseconds since 1970. Raises `ValueError`."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError("must be an RFC 3339 time such as 2026-01-31T12:00:00Z")  # noqa: TRY004 - pydantic's way to refuse
    return parse_rfc3339(text)


_Many = (
    Query(default_factory=list, max_length=100, description="Several values comma-separated; none stands for all."),
    BeforeValidator(_split),
)
Words = Annotated[list[str], *_Many]
"""`?component=chat,agent`; an empty list stands for all."""
States = Annotated[list[State], *_Many]
Kinds = Annotated[list[ErrorKind], *_Many]
Levels = Annotated[list[Level], *_Many]
VitalNames = Annotated[list[VitalName], *_Many]

Time = Annotated[
    int | None,
    BeforeValidator(milliseconds, json_schema_input_type=str | None),
    Query(json_schema_extra={"format": "date-time"}, description="RFC 3339; without a zone it is UTC."),
]
"""A time in RFC 3339; milliseconds since 1970 here."""
