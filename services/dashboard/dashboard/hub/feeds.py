"""The events of single runs: one subscription a run, shared by all pages that follow it, dropped when none does."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Generator, Sequence
from urllib.parse import quote

import structlog
from kit.jsontypes import JsonObject
from kit.web.sse import ServerEvent, Subscription

from dashboard.errors import UpstreamDown
from dashboard.hub.events import Received
from dashboard.hub.listen import Refused, data_of, listen
from dashboard.upstreams.upstream import Upstream

_RETRY_S = 0.4
_RECENT = 50
_NO_SUCH_RUN = frozenset({400, 404, 422})
_ENDED = frozenset({"succeeded", "failed", "cancelled"})

_log = structlog.get_logger("hub")


class Feed:
    """One run's events. After a break it goes on behind the last number it saw, so that none is lost or doubled.

    A page that comes later gets the last few again: it asked for what was before them in its own time.
    """

    def __init__(self, agent: Upstream, run_id: str) -> None:
        self._agent = agent
        self._run_id = run_id
        self._last_seq: int | None = None
        self._recent: deque[ServerEvent] = deque(maxlen=_RECENT)
        self._awake = asyncio.Event()
        self._awake.set()
        self.members: set[Subscription] = set()
        self.task: asyncio.Task[None] | None = None

    def join(self, member: Subscription) -> None:
        """Tell a page from now on."""
        for event in self._recent:
            member.put(event)
        self.members.add(member)

    def wake(self) -> None:
        """The run goes on after its end: somebody resumed it."""
        self._awake.set()

    async def run(self) -> None:
        """Listen until cancelled."""
        path = f"/api/v1/runs/{quote(self._run_id, safe='')}/events"
        while True:
            await self._awake.wait()
            try:
                last = None if self._last_seq is None else str(self._last_seq)
                async for event in listen(self._agent, path, last):
                    if event is not None:
                        self._take(event)
            except UpstreamDown:
                pass  # the hub's own subscription tells of it
            except Refused as refused:
                if refused.status in _NO_SUCH_RUN:  # the page hears that from its own request
                    self._awake.clear()
            await asyncio.sleep(_RETRY_S)

    def _take(self, received: Received) -> None:
        data = data_of(received)
        if data is None:
            _log.warning("event_unreadable", upstream="agent", type=received.event)
            return
        event = ServerEvent("run", {"run_id": self._run_id, **data})
        seq = data.get("seq")
        if isinstance(seq, int):
            self._last_seq = seq
            self._recent.append(event)
            if _is_the_end(data):
                self._awake.clear()
        for member in self.members:
            member.put(event)


class Feeds:
    """All runs that are followed now."""

    def __init__(self, agent: Upstream) -> None:
        self._agent = agent
        self._feeds: dict[str, Feed] = {}
        self._tasks = asyncio.TaskGroup()

    async def run(self) -> None:
        """Keep the feeds' tasks until cancelled; one that fails in a way it does not know takes all down."""
        async with self._tasks:
            await asyncio.Event().wait()

    @contextlib.contextmanager
    def joined(self, run_ids: Sequence[str], member: Subscription) -> Generator[None]:
        """Let a page follow runs for as long as the block lasts."""
        wanted = set(run_ids)
        for run_id in wanted:
            self._feed(run_id).join(member)
        try:
            yield
        finally:
            for run_id in wanted:
                self._leave(run_id, member)

    def changed(self, change: JsonObject) -> None:
        """A run has changed: if it has ended before and does not say so any more, listen again."""
        feed = self._feeds.get(str(change.get("id")))
        run = change.get("run")
        if feed is not None and isinstance(run, dict) and run.get("status") not in _ENDED:
            feed.wake()

    def _feed(self, run_id: str) -> Feed:
        feed = self._feeds.get(run_id)
        if feed is None:
            feed = self._feeds[run_id] = Feed(self._agent, run_id)
            feed.task = self._tasks.create_task(feed.run())
        return feed

    def _leave(self, run_id: str, member: Subscription) -> None:
        feed = self._feeds[run_id]
        feed.members.discard(member)
        if not feed.members and feed.task is not None:
            feed.task.cancel()
            del self._feeds[run_id]


def _is_the_end(data: JsonObject) -> bool:
    body = data.get("data")
    return data.get("type") == "run.status" and isinstance(body, dict) and body.get("status") in _ENDED
