"""From a decoded body to the values of its events: quick for what is well-formed, patient with the rest."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias, cast

import orjson
from kit.jsontypes import Json
from kit.text import TooDeep, clean

from tracker.errors import TooManyEvents, UnreadableBody, UnsupportedMediaType
from tracker.ingest.split import NotSplittable, split_object

MAX_EVENTS = 20_000
"""The most events that one request may carry."""

_MOST_VALUES = 1_000_000  # by commas: ten bytes of text may become a hundred in memory

Form: TypeAlias = Literal["json", "ndjson"]
_FORMS: Mapping[str, Form] = {
    "": "json",
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/jsonl": "ndjson",
}
_ENVELOPE = 'send {"events": [...]}, or one JSON object a line as application/x-ndjson'
_NUL = b"\\u0000"
_LONGEST_INT = 18  # digits that surely fit 64 bits


@dataclass(frozen=True, slots=True)
class Unparsed:
    """An event whose text is no JSON, or JSON that we do not take."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a body holds: its events in order, and what the client says it gave up."""

    events: Sequence[Json | Unparsed]
    dropped: Json = None


def form_of(content_type: str) -> Form:
    """How a body of this type is read. Raises `UnsupportedMediaType`."""
    form = _FORMS.get(content_type.partition(";")[0].strip().lower())
    if form is None:
        raise UnsupportedMediaType(f"Content-Type {content_type[:100]!r} is not taken here; {_ENVELOPE}")
    return form


def parse(body: bytes, form: Form) -> Parsed:
    """Read a body. Every text in it is clean: no NUL, no lone surrogate; NaN and infinite numbers are null.

    Raises `UnreadableBody` when there are no events to be found in it, `TooManyEvents`.
    """
    if body.count(b",") > _MOST_VALUES:
        raise TooManyEvents(f"over {_MOST_VALUES} values in one request; send fewer events at a time")
    parsed = _lines(body) if form == "ndjson" else _whole(body)
    if len(parsed.events) > MAX_EVENTS:
        raise TooManyEvents(f"{len(parsed.events)} events in one request; send at most {MAX_EVENTS}")
    return parsed


def _lines(body: bytes) -> Parsed:
    lines = [line for line in body.split(b"\n") if line and not line.isspace()]
    if not lines:
        raise UnreadableBody(f"the body is empty; {_ENVELOPE}")
    if len(lines) > MAX_EVENTS:
        raise TooManyEvents(f"{len(lines)} events in one request; send at most {MAX_EVENTS}")
    return Parsed([_one(line) for line in lines])


def _whole(body: bytes) -> Parsed:
    try:
        value = _loads(body)
    except ValueError as error:  # one event may be broken: that one alone
        return _unbroken(body) or _refuse(error)
    except (RecursionError, TooDeep):  # one event is nested beyond all measure: read them one by one
        return _each(body)
    if not isinstance(value, Mapping) or not isinstance(value.get("events"), list):
        raise UnreadableBody(f"there is no list of events in the body; {_ENVELOPE}")
    return Parsed(cast("list[Json]", value["events"]), value.get("dropped"))


def _refuse(error: ValueError) -> NoReturn:
    raise UnreadableBody(f"the body is not valid JSON ({error}); {_ENVELOPE}") from None


def _unbroken(body: bytes) -> Parsed | None:
    """A body that is no JSON as a whole because of some of its events; None when all are broken, or none is."""
    with contextlib.suppress(UnreadableBody):
        parsed = _each(body)
        if 0 < sum(isinstance(event, Unparsed) for event in parsed.events) < len(parsed.events):
            return parsed
    return None


def _each(body: bytes) -> Parsed:
    try:
        members = split_object(body, MAX_EVENTS + 1)
    except NotSplittable as error:
        _refuse(error)
    events = members.get("events")
    if not isinstance(events, list):
        raise UnreadableBody(f"there is no list of events in the body; {_ENVELOPE}")
    dropped = members.get("dropped", [])
    return Parsed([_one(item) for item in events], [one for one in map(_one, dropped) if not isinstance(one, Unparsed)])


def _one(text: bytes) -> Json | Unparsed:
    try:
        return _loads(text)
    except ValueError as error:
        return Unparsed("invalid_json", f"not valid JSON: {error}")
    except (RecursionError, TooDeep):
        return Unparsed("too_deep", "nested too deeply")


def _loads(text: bytes) -> Json:
    """orjson where it can; what it refuses (NaN, lone surrogates, bare line ends), json reads, and it is cleaned."""
    try:
        value: Json = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = json.loads(text.decode("utf-8", "replace"), parse_int=_int, strict=False)
        return clean(value)
    return clean(value) if _NUL in text else value


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INT else float(digits)
