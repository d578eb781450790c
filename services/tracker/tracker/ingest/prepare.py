"""From parsed values to what is written: each event checked, filtered, scrubbed, cut and grouped by itself. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from kit.clock import rfc3339
from kit.jsontypes import Json, JsonObject

from tracker.grouping.fingerprint import ErrorFacts, culprit_of, group
from tracker.ingest.events import AnyEvent, Refused, check
from tracker.ingest.filters import why_filtered
from tracker.ingest.limits import MAX_FINGERPRINT_PARTS, cut_text, plausible_time, to_json
from tracker.ingest.parse import Parsed
from tracker.ingest.scrub import Scrubber
from tracker.issues.states import Sighting
from tracker.vocabulary import EventType

Reason: TypeAlias = str
_UNSAID = "unknown"
_SCRUBBED = frozenset({"message", "stack", "url", "action", "target", "name", "resource", "user_agent"})
_LABELS: Mapping[EventType, str] = {"error": "kind", "interaction": "action", "vital": "name", "timing": "name"}
_TITLE_LENGTH = 200
_MAX_DROPPED, _MAX_COUNT = 100, 2**53
_WORD = re.compile(r"[\w.-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is stored: `body` is all of it, the rest is what it can be found by. Times in ms since 1970."""

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
    body: bytes
    sighting: Sighting | None = None
    """Of an error: what its issue is made from."""


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
        filtered: Counter[Reason] = Counter()
        for index, value in enumerate(parsed.events):
            try:
                event, ts = check(value)
            except Refused as refused:
                rejected.append(Rejected(index, refused.code, self._scrubber.text(refused.detail)))
                continue
            if reason := why_filtered(event, self._filters):
                filtered[reason] += 1
            else:
                events.append(self._event(event, plausible_time(ts, received_at), received_at))
        return Batch(events, rejected, filtered, dropped_by_reason(parsed.dropped))

    def _event(self, event: AnyEvent, ts: int, received_at: int) -> Event:
        record = self._record(cast("JsonObject", event))
        record["ts"] = rfc3339(ts)
        id_ = bytes.fromhex(event["id"].replace("-", ""))
        return Event(
            id=id_,
            type=event["type"],
            ts=ts,
            received_at=received_at,
            component=_text(record, "component"),
            session_id=_text(record, "session_id") or None,
            release=_text(record, "release"),
            environment=_text(record, "environment"),
            label=_text(record, _LABELS[event["type"]]),
            ok=_flag(record, "handled" if event["type"] == "error" else "success"),
            body=to_json(record),
            sighting=_sighting(record, id_, ts) if event["type"] == "error" else None,
        )

    def _record(self, event: JsonObject) -> dict[str, Json]:
        """The event with every text cut and scrubbed, without what is null or empty, with what it left unsaid."""
        record: dict[str, Json] = {"component": _UNSAID}
        if event["type"] == "error":
            record |= {"kind": _UNSAID, "level": "error"}
        for name, value in event.items():
            if value is not None and value != "":
                record[name] = self._field(name, value)
        return record

    def _field(self, field: str, value: Json) -> Json:
        if field == "fingerprint":
            parts = [value] if isinstance(value, str) else cast("list[str]", value)[:MAX_FINGERPRINT_PARTS]
            return [self._scrubber.text(cut_text(field, part)) for part in parts]
        if isinstance(value, str):
            text = cut_text(field, value)
            return self._scrubber.text(text) if field in _SCRUBBED else text
        return self._scrubber.value(value) if field == "context" else value


def _sighting(record: JsonObject, id_: bytes, ts: int) -> Sighting:
    facts = ErrorFacts(
        kind=_text(record, "kind"),
        component=_text(record, "component"),
        message=_text(record, "message"),
        stack=_text(record, "stack"),
        fingerprint=cast("Sequence[str]", record.get("fingerprint", ())),
    )
    return Sighting(
        id=id_,
        ts=ts,
        grouping=group(facts),
        title=facts.message.strip().partition("\n")[0][:_TITLE_LENGTH] or facts.kind,
        culprit=culprit_of(facts),
        kind=facts.kind,
        component=facts.component,
        level=_text(record, "level"),
        handled=_flag(record, "handled"),
        session_id=_text(record, "session_id") or None,
        release=_text(record, "release"),
        environment=_text(record, "environment"),
    )


def _text(record: JsonObject, field: str) -> str:
    value = record.get(field)
    return value if isinstance(value, str) else ""


def _flag(record: JsonObject, field: str) -> bool | None:
    value = record.get(field)
    return value if isinstance(value, bool) else None


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
