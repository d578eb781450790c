"""From parsed values to what is written: each event checked, filtered, scrubbed, cut and grouped by itself. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

import orjson
from kit.clock import parse_rfc3339, rfc3339
from kit.jsontypes import Json, JsonObject

from tracker.grouping.fingerprint import ErrorFacts, Grouped, Grouping, group
from tracker.ingest.events import Refused, check
from tracker.ingest.filters import why_filtered
from tracker.ingest.limits import MAX_FINGERPRINT_PARTS, SHORT, cut_text, plausible_time, shown_time, to_json
from tracker.ingest.parse import Parsed
from tracker.ingest.scrub import Scrubber
from tracker.issues.states import issue_id_of
from tracker.vocabulary import EventType

Reason: TypeAlias = str
_UNSAID = "unknown"
_LABELS: Mapping[EventType, str] = {"error": "kind", "interaction": "action", "vital": "name", "timing": "name"}
_TITLE_LENGTH = 200
_COLUMNS = 13
_SCRUBBED = frozenset({"message", "stack", "url", "action", "target", "name", "resource", "user_agent"})
_MAX_DROPPED, _MAX_COUNT = 100, 2**53
_WORD = re.compile(r"[\w.-]{1,40}", re.ASCII)


class Event(NamedTuple):
    """An event as it is stored (a tuple, because there are many); its first fields are the columns of its row.

    `body` is all of it as JSON, the rest is what it can be found by. Times in ms since 1970.
    """

    id: bytes
    type: EventType
    ts: int
    received_at: int
    component: str
    session_id: str | None
    release: str
    environment: str
    label: str
    """Kind of an error, action of an interaction, name of a vital or timing."""
    ok: bool | None
    level: str
    """Of an error; empty for the others."""
    issue_id: str | None
    body: bytes
    title: str
    """Of an error: the first line of its message."""
    grouped: Grouped | None
    """Of an error: which issue it belongs to, and why."""

    @property
    def row(self) -> tuple[object, ...]:
        """The values of its columns, in the table's order."""
        return self[:_COLUMNS]

    @property
    def grouping(self) -> Grouping:
        """Of an error."""
        assert self.grouped is not None
        return self.grouped.grouping

    @property
    def culprit(self) -> str:
        """Of an error."""
        assert self.grouped is not None
        return self.grouped.culprit

    @property
    def kind(self) -> str:
        """Of an error."""
        return self.label

    @property
    def handled(self) -> bool | None:
        """Of an error."""
        return self.ok


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that is not taken: its place in the request, a stable word, and what to change."""

    index: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One request, ready to be written."""

    events: Sequence[Event]
    rejected: Sequence[Rejected] = ()
    filtered: Mapping[Reason, int] = field(default_factory=dict[Reason, int])
    dropped: Mapping[Reason, int] = field(default_factory=dict[Reason, int])
    """What the client says it gave up, by `type:reason`."""
    limited: int = 0
    """Events of earlier requests that were turned away, to be entered into the ledger with this one."""


class Preparer:
    """Knows what to scrub and which filters are active."""

    def __init__(self, scrubber: Scrubber, filters: Collection[str]) -> None:
        self._scrubber = scrubber
        self._filters = filters

    def batch(self, parsed: Parsed, received_at: int) -> Batch:
        """Prepare all of a request; one bad event never costs the others."""
        events: list[Event] = []
        rejected: list[Rejected] = []
        filtered: dict[Reason, int] = {}
        for index, value in enumerate(parsed.events):
            try:
                event, ts = check(value)
            except Refused as refused:
                rejected.append(Rejected(index, refused.code, self._scrubber.text(refused.detail)))
                continue
            if reason := why_filtered(event, self._filters):
                filtered[reason] = filtered.get(reason, 0) + 1
            else:
                plausible = plausible_time(ts, received_at)
                event["ts"] = shown_time(event["ts"], ts) if plausible == ts else rfc3339(plausible)
                events.append(event_of(self._record(cast("JsonObject", event)), plausible, received_at))
        return Batch(events, rejected, filtered, dropped_by_reason(parsed.dropped) if parsed.dropped else {})

    def _record(self, event: JsonObject) -> JsonObject:
        """The event with every text cut and scrubbed, without what is null or empty, with what it left unsaid."""
        record: dict[str, Json] = {"component": _UNSAID}
        if event["type"] == "error":
            record["kind"] = _UNSAID
            record["level"] = "error"
        for name, value in event.items():
            if isinstance(value, str):
                if value:
                    text = value if len(value) <= SHORT else cut_text(name, value)
                    record[name] = self._scrubber.text(text) if name in _SCRUBBED else text
            elif value is not None:
                record[name] = self._scrubber.value(value) if name == "context" else value
        fingerprint = event.get("fingerprint")
        if fingerprint:
            record["fingerprint"] = self._fingerprint(fingerprint)
        return record

    def _fingerprint(self, value: Json) -> list[str]:
        parts = [value] if isinstance(value, str) else cast("list[str]", value)[:MAX_FINGERPRINT_PARTS]
        return [self._scrubber.text(cut_text("fingerprint", part)) for part in parts]


def event_of(record: JsonObject, ts: int, received_at: int) -> Event:
    """The row of an event from its JSON, whose fields were checked."""
    type_ = cast("EventType", record["type"])
    text = cast("Mapping[str, str]", record)  # for the fields that are texts
    message = text.get("message", "")
    label = text.get(_LABELS[type_], "")
    grouped = _grouped(record, message) if type_ == "error" else None
    return Event(
        bytes.fromhex(text["id"].replace("-", "")),
        type_,
        ts,
        received_at,
        text["component"],
        text.get("session_id"),
        text.get("release", ""),
        text.get("environment", ""),
        label,
        cast("bool | None", record.get("handled" if grouped else "success")),
        text.get("level", ""),
        issue_id_of(grouped.grouping.fingerprint) if grouped else None,
        to_json(record),
        message.strip().partition("\n")[0][:_TITLE_LENGTH] or label,
        grouped,
    )


def _grouped(record: JsonObject, message: str) -> Grouped:
    text = cast("Mapping[str, str]", record)
    fingerprint = tuple(cast("Sequence[str]", record.get("fingerprint", ())))
    return group(ErrorFacts(text["kind"], text["component"], message, text.get("stack"), fingerprint))


def stored_event(body: bytes, received_at: int) -> Event:
    """An event as it was before it was stored."""
    record: JsonObject = orjson.loads(body)
    return event_of(record, parse_rfc3339(str(record["ts"])), received_at)


def dropped_by_reason(dropped: Json) -> Counter[Reason]:
    """`[{type, reason, count}]` → counts by `type:reason`; what is in no such form is left out."""
    counts: Counter[Reason] = Counter()
    for item in dropped[:_MAX_DROPPED] if isinstance(dropped, list) else ():
        if isinstance(item, Mapping):
            count = item.get("count")
            if isinstance(count, int) and 0 < count <= _MAX_COUNT:
                counts[f"{_word(item.get('type'))}:{_word(item.get('reason'))}"] += count
    return counts


def _word(value: Json) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else _UNSAID
