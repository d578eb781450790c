"""The shapes of answers about issues."""

from collections.abc import Mapping
from typing import Annotated

from kit.clock import rfc3339
from kit.jsontypes import Json
from pydantic import BaseModel, Field, PlainSerializer

from tracker.api.records import ErrorRecord
from tracker.grouping.fingerprint import Algorithm
from tracker.issues.states import FOR_GOOD, Issue, State
from tracker.issues.store import Listed
from tracker.storage.times import DAY_HOURS, HOUR_MS
from tracker.vocabulary import ErrorKind, Level

Time = Annotated[int, PlainSerializer(rfc3339, return_type=str), Field(json_schema_extra={"format": "date-time"})]
"""Milliseconds since 1970 here, RFC 3339 outside."""


class IssueItem(BaseModel):
    """What errors with one fingerprint add up to; it looks like its latest error."""

    id: str
    title: str
    kind: ErrorKind
    component: str
    level: Level
    state: State
    events: int
    sessions: int
    first_seen: Time
    last_seen: Time
    releases: list[str] = Field(description="Where it was seen, the latest first, at most 20.")
    culprit: str = Field(description="The innermost function of our own, else the component.")
    handled: bool | None


class WhyPart(BaseModel):
    """One thing that all errors of an issue have in common."""

    part: str
    value: str


class Why(BaseModel):
    """How the errors were found to be the same."""

    algorithm: Algorithm
    version: int
    key: list[WhyPart]


class TrendPoint(BaseModel):
    """The events of one hour."""

    ts: Time
    events: int


class Until(BaseModel):
    """When an ignored issue comes back."""

    ts: Time | None = Field(description="With an error later than this.")
    events: int | None = Field(description="After this many more events.")


class Sample(BaseModel):
    """An event of an issue."""

    event: ErrorRecord


class IssueDetail(IssueItem):
    """An issue, why it is one, and its latest event."""

    why: Why
    trend: list[TrendPoint] = Field(description="By hour, the last 24.")
    sample: Sample | None = Field(description="The latest event whole; null when it was deleted.")
    state_changed_at: Time | None = Field(description="By a person, or by an error that is a regression.")
    regressed_at: Time | None = Field(description="The first error after the last resolution.")
    until: Until | None
    resolved_in: str | None = Field(description="The release that is said to have the fix.")


def issue_item(listed: Listed) -> IssueItem:
    """An issue as it is listed."""
    return IssueItem.model_validate(_item_fields(listed))


def issue_detail(listed: Listed, hours: Mapping[int, int], first_hour: int, latest: Json) -> IssueDetail:
    """An issue with all there is to tell; `hours` are its events by hour, `latest` its latest event."""
    issue = listed.issue
    shown = range(first_hour, first_hour + DAY_HOURS)
    return IssueDetail.model_validate(
        {
            **_item_fields(listed),
            "why": _why(issue),
            "trend": [TrendPoint(ts=hour * HOUR_MS, events=hours.get(hour, 0)) for hour in shown],
            "sample": None if latest is None else {"event": latest},
            "state_changed_at": issue.state_changed_at,
            "regressed_at": issue.regressed_at,
            "until": _until(issue),
            "resolved_in": issue.resolved_in,
        }
    )


def _why(issue: Issue) -> Why:
    parts = [WhyPart(part=one.part, value=one.value) for one in issue.grouping.parts]
    return Why(algorithm=issue.grouping.algorithm, version=issue.grouping.version, key=parts)


def _until(issue: Issue) -> Until | None:
    until = issue.until
    if until == FOR_GOOD:
        return None
    return Until(ts=until.ts, events=None if until.events is None else until.events - issue.events)


def _item_fields(listed: Listed) -> dict[str, object]:
    issue = listed.issue
    return {
        "id": issue.id,
        "title": issue.title,
        "kind": issue.kind,
        "component": issue.component,
        "level": issue.level,
        "state": issue.state,
        "events": issue.events,
        "sessions": issue.sessions,
        "first_seen": issue.first_seen,
        "last_seen": issue.last_seen,
        "releases": listed.releases,
        "culprit": issue.culprit,
        "handled": issue.handled,
    }
