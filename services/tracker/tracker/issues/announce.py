"""Tell whoever listens what happens to issues: new and regressed ones at once, counts at most once a second."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from kit.jsontypes import JsonObject
from kit.web.sse import Broadcast

from tracker.issues.states import Change

Load = Callable[[Sequence[str]], Awaitable[Sequence[JsonObject]]]
"""Reads issues by id as they are listed; one that is gone is left out."""

_AT_ONCE = 100
_MOST_PENDING = 1_000
_BETWEEN_NEWS_S, _BETWEEN_UPDATES_S = 0.1, 1.0


class Announcer:
    """Publishes changed issues; both `tell_…` jobs run until cancelled.

    When more happens than anyone could follow, listeners are told to fetch anew instead. All methods belong to the
    event loop's thread.
    """

    def __init__(self, broadcast: Broadcast, load: Load) -> None:
        self._broadcast = broadcast
        self._load = load
        self._news: dict[str, Change] = {}
        self._updates: dict[str, Change] = {}
        self._has_news = asyncio.Event()
        self._has_updates = asyncio.Event()

    def note(self, changes: Mapping[str, Change]) -> None:
        """Remember what there is to tell, by issue id."""
        for issue_id, change in changes.items():
            (self._updates if change == "updated" else self._news)[issue_id] = change
        if self._news:
            self._has_news.set()
        if self._updates:
            self._has_updates.set()

    async def tell_news(self) -> None:
        """Publish `issue.new` and `issue.regressed`."""
        while True:
            await self._has_news.wait()
            await self._tell_some(self._news, self._has_news)
            await asyncio.sleep(_BETWEEN_NEWS_S)

    async def tell_updates(self) -> None:
        """Publish `issue.updated`."""
        while True:
            await self._has_updates.wait()
            await self._tell_some(self._updates, self._has_updates)
            await asyncio.sleep(_BETWEEN_UPDATES_S)

    async def _tell_some(self, pending: dict[str, Change], filled: asyncio.Event) -> None:
        if len(pending) > _MOST_PENDING:
            pending.clear()
            self._broadcast.publish("resync", {})
        told = {issue_id: pending.pop(issue_id) for issue_id in list(pending)[:_AT_ONCE]}
        if not pending:
            filled.clear()
        for issue in await self._load(list(told)) if told else ():
            self._broadcast.publish(f"issue.{told[str(issue['id'])]}", issue)
