"""Takes what the browser reports. The tracker judges the events; here only what could not be kept is refused."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from kit.clock import parse_rfc3339
from kit.jsontypes import Json, JsonObject
from kit.outbox import Outbox
from kit.problems import BadRequest, Problem
from kit.text import clean

TYPES = ("error", "interaction", "vital", "timing")
_MAX_EVENT = 256 * 1024


class BadEvent(Problem):
    """One event that cannot be kept."""

    status = 422
    code = "invalid_event"


@dataclass(frozen=True, slots=True)
class Origin:
    """What is filled in where an event does not say it."""

    component: str
    release: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """Events to keep, and why the others are not."""

    accepted: list[JsonObject]
    rejected: list[JsonObject]


class Tracking:
    """Guarantee: what `take` counts as accepted is on disk, and reaches the tracker whenever that is there."""

    def __init__(self, spool: Outbox) -> None:
        self._spool = spool

    async def take(self, body: bytes, origin: Origin) -> JsonObject:
        """Keep a batch. Raises `BadRequest` for a body that is no batch, `StorageUnavailable`, `Overloaded`."""
        found = sort(parse(body), origin)
        await self._spool.put(found.accepted)
        return {"accepted": len(found.accepted), "rejected": found.rejected}


def parse(body: bytes) -> Sequence[object]:
    """The events of a body, whatever content type it came with."""
    try:
        value: Any = json.loads(body)  # not orjson: it refuses a whole batch for one lone surrogate
    except (ValueError, RecursionError):
        raise BadRequest('the body is not JSON; send {"events": [...]}') from None
    events: object = cast("dict[str, object]", value).get("events") if isinstance(value, dict) else None
    if not isinstance(events, list):
        raise BadRequest('the body must be an object such as {"events": [...]}')
    return cast("list[object]", events)


def sort(events: Sequence[object], origin: Origin) -> Sorted:
    """Part the events that can be kept from those that cannot; one bad event costs none of the others."""
    accepted: list[JsonObject] = []
    rejected: list[JsonObject] = []
    for index, event in enumerate(events):
        try:
            accepted.append(checked(event, origin))
        except Problem as problem:
            rejected.append({"index": index, "code": problem.code, "detail": problem.detail})
    return Sorted(accepted, rejected)


def checked(event: object, origin: Origin) -> JsonObject:
    """The event, cleaned and filled in. Raises `BadEvent`, `TooDeep`."""
    if not isinstance(event, dict):
        raise BadEvent("an event is an object")
    cleaned = clean(cast("Json", event))
    assert isinstance(cleaned, Mapping)
    _check_head(cleaned)
    defaults = {"component": origin.component, "release": origin.release, "user_agent": origin.user_agent}
    missing = {key: value for key, value in defaults.items() if value and cleaned.get(key) is None}
    whole = {**cleaned, **missing}
    _check_storable(whole)
    return whole


def _check_head(event: JsonObject) -> None:
    if event.get("type") not in TYPES:
        raise BadEvent(f"type: must be one of {', '.join(TYPES)}")
    try:
        uuid.UUID(str(event.get("id")))
    except ValueError:
        raise BadEvent("id: must be a UUID that the sender makes") from None
    try:
        parse_rfc3339(str(event.get("ts")))
    except ValueError:
        raise BadEvent("ts: must be a time such as 2026-01-31T12:00:00.000Z") from None


def _check_storable(event: JsonObject) -> None:
    try:
        size = len(orjson.dumps(event))
    except (TypeError, ValueError):
        raise BadEvent("a whole number in it has more than 64 bits") from None
    if size > _MAX_EVENT:
        raise BadEvent(f"it is over {_MAX_EVENT // 1024} KiB")
