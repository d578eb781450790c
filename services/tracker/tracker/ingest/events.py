"""The events that clients send: what is required of them, and what is wrong with one that is refused."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal, NotRequired, TypeAlias, get_args

from kit.clock import parse_rfc3339
from kit.jsontypes import Json, JsonObject
from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from tracker.ingest.parse import Unparsed
from tracker.vocabulary import ErrorKind, Level, VitalName

_KINDS = frozenset(get_args(ErrorKind))
_LEVELS: Mapping[str, Level] = {
    **{level: level for level in get_args(Level)},
    "critical": "fatal",
    "warn": "warning",
    "log": "info",
}
_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}")
_MAX_MS = 10**12  # some thirty years
_MAX_SHOWN = 200


def _known_kind(kind: object) -> object:
    """A kind of the future is better kept as unknown than lost."""
    return "unknown" if isinstance(kind, str) and kind not in _KINDS else kind


def _known_level(level: object) -> object:
    return _LEVELS.get(level.lower(), "error") if isinstance(level, str) else level


Milliseconds = Annotated[float, Field(ge=0, le=_MAX_MS, allow_inf_nan=False)]


@with_config(ConfigDict(strict=True))
class _AnyEvent(TypedDict):
    id: Annotated[str, Field(json_schema_extra={"format": "uuid"})]
    ts: Annotated[str, Field(json_schema_extra={"format": "date-time"})]
    session_id: NotRequired[str | None]
    component: NotRequired[str | None]
    release: NotRequired[str | None]
    environment: NotRequired[str | None]
    url: NotRequired[str | None]
    request_id: NotRequired[str | None]
    user_agent: NotRequired[str | None]
    context: NotRequired[dict[str, object] | None]


class ErrorEvent(_AnyEvent):
    """Something went wrong."""

    type: Literal["error"]
    kind: NotRequired[Annotated[ErrorKind, BeforeValidator(_known_kind)] | None]
    message: str
    stack: NotRequired[str | None]
    level: NotRequired[Annotated[Level, BeforeValidator(_known_level)] | None]
    handled: NotRequired[bool | None]
    fingerprint: NotRequired[str | list[str] | None]


class InteractionEvent(_AnyEvent):
    """A person did something."""

    type: Literal["interaction"]
    action: str
    target: NotRequired[str | None]
    success: bool
    duration_ms: NotRequired[Milliseconds | None]


class VitalEvent(_AnyEvent):
    """A web vital, in milliseconds (CLS without a unit)."""

    type: Literal["vital"]
    name: VitalName
    value: Milliseconds


class TimingEvent(_AnyEvent):
    """How long something took."""

    type: Literal["timing"]
    name: str
    duration_ms: Milliseconds
    success: bool
    resource: NotRequired[str | None]
    changed: NotRequired[bool | None]


AnyEvent: TypeAlias = ErrorEvent | InteractionEvent | VitalEvent | TimingEvent

_VALIDATORS: Mapping[str, Callable[[JsonObject], AnyEvent]] = {
    "error": TypeAdapter(ErrorEvent).validator.validate_python,
    "interaction": TypeAdapter(InteractionEvent).validator.validate_python,
    "vital": TypeAdapter(VitalEvent).validator.validate_python,
    "timing": TypeAdapter(TimingEvent).validator.validate_python,
}


class Refused(Exception):
    """Why an event is not taken: `code` is a stable word, `detail` names the field and what it should be."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def check(value: Json | Unparsed) -> tuple[AnyEvent, int]:
    """The event with its known fields only, its id in canonical form, and its time. Raises `Refused`."""
    if isinstance(value, Unparsed):
        raise Refused(value.code, value.detail)
    if not isinstance(value, dict):
        raise Refused("not_an_object", "an event is a JSON object")
    event = _validated(value)
    event["id"] = _canonical(event["id"])
    return event, _time(event["ts"])


def _validated(value: JsonObject) -> AnyEvent:
    type_ = value.get("type")
    if type_ is None:
        raise Refused("missing_type", "type: is required")
    validate = _VALIDATORS.get(type_) if isinstance(type_, str) else None
    if validate is None:
        raise Refused("invalid_type", f"type: is one of {', '.join(_VALIDATORS)}, not {str(type_)[:_MAX_SHOWN]!r}")
    try:
        return validate(value)
    except ValidationError as error:
        raise _refusal(error) from None


def _refusal(error: ValidationError) -> Refused:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = str(first["loc"][0])
    if first["type"] == "missing":
        return Refused(f"missing_{field}", f"{field}: is required")
    return Refused(f"invalid_{field}", f"{field}: {first['msg']}")


def _canonical(text: str) -> str:
    if _CANONICAL.fullmatch(text):
        return text
    if not _UUID.fullmatch(text):
        raise Refused("invalid_id", "id: must be a UUID")
    digits = text.replace("-", "").lower()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _time(text: str) -> int:
    try:
        return parse_rfc3339(text)
    except ValueError:
        detail = f"ts: must be an RFC 3339 time such as 2026-01-31T12:00:00.000Z, not {text[:50]!r}"
        raise Refused("invalid_ts", detail) from None
