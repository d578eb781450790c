"""Numbers over time: the summary, and component by component."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import Depends
from kit.web.pages import Page, PageQuery, cut
from kit.web.routing import router as new_router
from pydantic import BaseModel, Field

from tracker.api.deps import Services, SettledTracker, Time, Words
from tracker.api.views import Time as ShownTime
from tracker.errors import ComponentNotFound
from tracker.insights import store
from tracker.insights.store import Scope
from tracker.insights.summary import Tally, Totals, by_key, range_of, series, totals, worst_first
from tracker.storage.times import HOUR_MS

router = new_router("/api/v1", tag="insights")


class ComponentNumbers(BaseModel):
    """What was reported by one component."""

    component: str
    errors: int
    interactions: int
    failures: int = Field(description="Interactions that did not succeed.")
    error_rate: float = Field(description="The errors' share of errors and interactions, 0 to 1.")


class SeriesPoint(BaseModel):
    """From `ts` to the next point."""

    ts: ShownTime
    errors: int
    interactions: int


class Summary(BaseModel):
    """What happened in whole hours from `since` up to `until`."""

    since: ShownTime
    until: ShownTime
    errors: int
    error_rate: float = Field(description="The errors' share of errors and interactions, 0 to 1.")
    interactions: int
    failures: int = Field(description="Interactions that did not succeed.")
    sessions: int
    open_issues: int = Field(description="Open now.")
    new_issues: int = Field(description="First seen in this time.")
    regressed_issues: int = Field(description="Regressed in this time.")
    by_component: list[ComponentNumbers] = Field(description="Most errors first.")
    series: list[SeriesPoint] = Field(description="By hour; over 72 hours by day (UTC).")


class Component(BaseModel):
    """What one component reported in the last 24 hours, or in the time asked for."""

    name: str
    errors: int
    interactions: int
    failures: int = Field(description="Interactions that did not succeed.")
    error_rate: float = Field(description="The errors' share of errors and interactions, 0 to 1.")
    trend: list[int] = Field(description="Errors by hour, the last 24.")
    last_seen: ShownTime


def _scope(
    tracker: SettledTracker,
    component: Words,
    release: Words,
    environment: Words,
    since: Time = None,
    until: Time = None,
) -> Scope:
    return Scope(range_of(since, until, tracker.clock()), component, release, environment)


Scoped = Annotated[Scope, Depends(_scope)]


@router.get("/insights", summary="The summary; by default of the last 24 hours")
async def summarize(tracker: SettledTracker, scope: Scoped) -> Summary:
    """In whole hours, five years at the most: the answer says from when to when. It costs the same for any number of
    events."""
    read = tracker.database.read
    components, steps, sessions, issues = await asyncio.gather(
        read(lambda c: store.tally_by_component(c, scope)),
        read(lambda c: store.tally_by_step(c, scope)),
        read(lambda c: store.count_sessions(c, scope)),
        read(lambda c: store.count_issues(c, scope)),
    )
    total = totals(components)
    return Summary(
        since=scope.hours.since * HOUR_MS,
        until=scope.hours.until * HOUR_MS,
        errors=total.errors,
        error_rate=total.error_rate,
        interactions=total.interactions,
        failures=total.failures,
        sessions=sessions,
        open_issues=issues.open,
        new_issues=issues.new,
        regressed_issues=issues.regressed,
        by_component=[_numbers(name, of_one) for name, of_one in worst_first(by_key(components))],
        series=[
            SeriesPoint(ts=point.ts, errors=point.errors, interactions=point.interactions)
            for point in series(steps, scope.hours)
        ],
    )


@router.get("/components", summary="Every component that was ever heard of, by name")
async def list_components(tracker: SettledTracker, page: PageQuery, scope: Scoped) -> Page[Component]:
    """With the numbers of the time asked for, by default the last 24 hours."""
    after = page.position("components", str)
    name = None if after is None else str(after[0])
    found = await tracker.database.read(lambda c: store.known_components(c, after=name, limit=page.limit + 1))
    items, cursor = cut(found, page, "components", lambda one: one[:1])
    return Page(items=await _components(tracker, items, scope), next_cursor=cursor)


@router.get("/components/{name:path}", summary="One component")
async def get_component(tracker: SettledTracker, name: str, scope: Scoped) -> Component:
    """As in the list; a name may hold slashes."""
    found = await tracker.database.read(lambda c: store.known_components(c, name=name))
    if not found:
        raise ComponentNotFound(f"nothing was reported by a component {name[:100]!r}")
    return (await _components(tracker, found, scope))[0]


async def _components(tracker: Services, known: Sequence[tuple[str, int]], scope: Scope) -> list[Component]:
    scope = replace(scope, components=[name for name, _ in known])
    day = replace(scope, hours=range_of(None, None, tracker.clock()))
    sums, hours = await asyncio.gather(
        tracker.database.read(lambda c: store.tally_by_component(c, scope)),
        tracker.database.read(lambda c: store.tally_by_hour(c, day)),
    )
    numbers = by_key(sums)
    shown = range(day.hours.since, day.hours.until)
    return [
        _component(name, last_seen, numbers.get(name, Totals()), _errors_by_hour(hours.get(name, ()), shown))
        for name, last_seen in known
    ]


def _errors_by_hour(tallies: Sequence[Tally], hours: range) -> list[int]:
    found = by_key(tallies)
    return [found[hour].errors if hour in found else 0 for hour in hours]


def _numbers(name: str, of_one: Totals) -> ComponentNumbers:
    return ComponentNumbers(
        component=name,
        errors=of_one.errors,
        interactions=of_one.interactions,
        failures=of_one.failures,
        error_rate=of_one.error_rate,
    )


def _component(name: str, last_seen: int, of_one: Totals, trend: list[int]) -> Component:
    return Component(
        name=name,
        errors=of_one.errors,
        interactions=of_one.interactions,
        failures=of_one.failures,
        error_rate=of_one.error_rate,
        trend=trend,
        last_seen=last_seen,
    )
