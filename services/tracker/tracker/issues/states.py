"""What an issue becomes as errors and people act on it. Pure.

However the same errors are cut into batches and in whatever order they arrive, the same issue comes out: every field
is a count, a least, a most, or taken from the latest error (by time, then id).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeAlias

from tracker.grouping.fingerprint import Grouping

State: TypeAlias = Literal["open", "resolved", "ignored"]
Change: TypeAlias = Literal["new", "regressed", "updated"]


class Sighting(Protocol):
    """One error, as its issue sees it."""

    @property
    def id(self) -> bytes: ...
    @property
    def ts(self) -> int: ...
    @property
    def grouping(self) -> Grouping: ...
    @property
    def title(self) -> str: ...
    @property
    def culprit(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def component(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def handled(self) -> bool | None: ...
    @property
    def session_id(self) -> str | None: ...
    @property
    def release(self) -> str: ...
    @property
    def environment(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Until:
    """When an ignored issue comes back: with an error later than `ts`, or once it has `events` in all; else never."""

    ts: int | None = None
    events: int | None = None


FOR_GOOD = Until()


@dataclass(frozen=True, slots=True)
class Issue:
    """What errors with one fingerprint add up to. Times in ms since 1970."""

    id: str
    grouping: Grouping
    title: str
    culprit: str
    kind: str
    component: str
    level: str
    handled: bool | None
    state: State
    state_changed_at: int | None
    """When a person last set the state, or the error came that was a regression; None while nothing did."""
    resolved_at: int | None
    """When it was last resolved; kept when it regresses, so that a straggler can still be told from a regression."""
    resolved_in: str | None
    """Where the resolution names one: the release with the fix. Errors of releases before it do not count."""
    regressed_at: int | None
    """The time of the first error after the resolution."""
    until: Until
    events: int
    sessions: int
    first_seen: int
    last_seen: int
    latest_event: bytes


def issue_id_of(fingerprint: str) -> str:
    """The issue that errors with this fingerprint open: it does not matter who opens it, and when."""
    return f"iss_{fingerprint[:20]}"


def opened(issue_id: str, first: Sighting) -> Issue:
    """The issue that a first error opens; it has no events yet."""
    return Issue(
        id=issue_id,
        grouping=first.grouping,
        title=first.title,
        culprit=first.culprit,
        kind=first.kind,
        component=first.component,
        level=first.level,
        handled=first.handled,
        state="open",
        state_changed_at=None,
        resolved_at=None,
        resolved_in=None,
        regressed_at=None,
        until=FOR_GOOD,
        events=0,
        sessions=0,
        first_seen=first.ts,
        last_seen=first.ts,
        latest_event=first.id,
    )


def absorb(
    issue: Issue, sightings: Sequence[Sighting], new_sessions: int, later_releases: Collection[str] = ()
) -> Issue:
    """The issue with more errors, `new_sessions` of whose sessions it had not seen before.

    `later_releases` are those first seen after the issue's `resolved_in`.
    """
    latest = max(sightings, key=lambda one: (one.ts, one.id))
    counted = replace(
        issue,
        events=issue.events + len(sightings),
        sessions=issue.sessions + new_sessions,
        first_seen=min(issue.first_seen, *(one.ts for one in sightings)),
    )
    return _woken(_regressed(_described(counted, latest), sightings, later_releases))


def _described(issue: Issue, latest: Sighting) -> Issue:
    """An issue looks like its latest error."""
    if (latest.ts, latest.id) < (issue.last_seen, issue.latest_event):
        return issue
    return replace(
        issue,
        title=latest.title,
        culprit=latest.culprit,
        kind=latest.kind,
        component=latest.component,
        level=latest.level,
        handled=latest.handled,
        last_seen=latest.ts,
        latest_event=latest.id,
    )


def _regressed(issue: Issue, sightings: Sequence[Sighting], later_releases: Collection[str]) -> Issue:
    """Only an error that happened after the resolution is a regression, whenever it arrives.

    Where the fix is in a release, errors of releases before it and of none are what was to be expected.
    """
    if issue.resolved_at is None:
        return issue
    late = [one.ts for one in sightings if one.ts > issue.resolved_at]
    if issue.resolved_in is not None:
        late = [one.ts for one in sightings if one.ts > issue.resolved_at and one.release in later_releases]
    if not late:
        return issue
    first = min(late) if issue.regressed_at is None else min(issue.regressed_at, *late)
    return replace(issue, state="open", regressed_at=first, state_changed_at=first)


def _woken(issue: Issue) -> Issue:
    """An ignored issue comes back when its condition is met."""
    if issue.state != "ignored":
        return issue
    until = issue.until
    if until.ts is not None and issue.last_seen > until.ts:
        return replace(issue, state="open", state_changed_at=until.ts, until=FOR_GOOD)
    if until.events is not None and issue.events >= until.events:
        return replace(issue, state="open", until=FOR_GOOD)
    return issue


def decided(issue: Issue, state: State, until: Until, now: int, resolved_in: str | None = None) -> Issue:
    """The issue after a person set its state; what was known of an earlier resolution is void."""
    resolved = state == "resolved"
    return replace(
        issue,
        state=state,
        state_changed_at=now,
        resolved_at=now if resolved else None,
        resolved_in=resolved_in if resolved else None,
        regressed_at=None,
        until=until if state == "ignored" else FOR_GOOD,
    )


def change_between(before: Issue | None, after: Issue) -> Change:
    """What there is to tell about it."""
    if before is None:
        return "new"
    return "regressed" if before.state == "resolved" and after.state == "open" else "updated"
