"""What is too long is cut, what is out of time is put right: an odd event is kept, in the part that makes sense."""

from collections.abc import Mapping

import orjson
from kit.clock import rfc3339
from kit.jsontypes import Json, JsonObject

MAX_EVENT_BYTES = 256 << 10
"""The largest event that is stored, as JSON."""

_LENGTHS: Mapping[str, int] = {
    "message": 16_000,
    "stack": 100_000,
    "url": 4_000,
    "resource": 4_000,
    "user_agent": 1_000,
}
MAX_FINGERPRINT_PARTS = 20
SHORT = 500
"""Texts of this length fit in any field."""

_STUB_STACK = 20_000
_CUT = "… [cut]"
_EARLIEST = 946_684_800_000  # 2000-01-01: no clock of a client that has been set shows an earlier time
_AHEAD_MS = 10 * 60_000


def plausible_time(ts: int, received_at: int) -> int:
    """The event's own time, or that of its arrival when its clock cannot be right."""
    return ts if _EARLIEST <= ts <= received_at + _AHEAD_MS else received_at


def shown_time(given: str, ts: int) -> str:
    """A time as it is shown: as it was given if that was in this form, for making the text anew is dear."""
    canonical = len(given) == 24 and given[10] == "T" and given[19] == "." and given[23] == "Z"
    return given if canonical else rfc3339(ts)


def cut_text(field: str, text: str) -> str:
    """The beginning of a text that is longer than its field allows."""
    length = _LENGTHS.get(field, SHORT)
    return text if len(text) <= length else text[:length] + _CUT


def to_json(event: JsonObject) -> bytes:
    """The event as JSON; one over `MAX_EVENT_BYTES` becomes a stub: no context, the stack's beginning."""
    body = orjson.dumps(event)
    if len(body) <= MAX_EVENT_BYTES:
        return body
    stub: dict[str, Json] = {**event, "context": {"cut": f"the event had {len(body)} bytes"}}
    stack = event.get("stack")
    if isinstance(stack, str):
        stub["stack"] = stack[:_STUB_STACK]
    return orjson.dumps(stub)
