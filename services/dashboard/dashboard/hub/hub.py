"""Listens to both services and tells every page."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence

import structlog
from kit.jsontypes import Json
from kit.web.sse import RESYNC, Broadcast, ServerEvent, Subscription

from dashboard.errors import UpstreamDown
from dashboard.hub.events import Received
from dashboard.hub.feeds import Feeds
from dashboard.hub.listen import Refused, data_of, listen
from dashboard.upstreams.state import Link
from dashboard.upstreams.upstream import Upstream

_STREAM = "/api/v1/stream"
_RETRY_S = 0.4
_REFUSED_RETRY_S = 1.0
_MAX_RUNS = 50
_REMEMBERED = 1_000

_log = structlog.get_logger("hub")


class Hub:
    """Fans the services' events out to the pages, together with what state each service is in.

    Guarantees: one connection to each service, however many pages there are; it is tried again within half a second of
    its loss, for ever; a page's stream never ends because a service did. A page gets the state of both services first,
    and `resync` whenever events may have been missed.
    """

    def __init__(self, upstreams: Sequence[Upstream], feeds: Feeds) -> None:
        self._upstreams = upstreams
        self._feeds = feeds
        self._broadcast = Broadcast()
        self._pages: dict[Subscription, str | None] = {}
        self._ended: deque[str] = deque(maxlen=_REMEMBERED)
        for upstream in upstreams:
            upstream.on_change(lambda changed: self._broadcast.publish("upstream", _described(changed)))

    async def run(self) -> None:
        """Listen to all until cancelled."""
        async with asyncio.TaskGroup() as group:
            for upstream in self._upstreams:
                group.create_task(self._follow(upstream))

    async def page(
        self, run_ids: Sequence[str], last_event_id: str | None, session_id: str | None
    ) -> AsyncIterator[ServerEvent]:
        """What one page hears: everything, and the words of the runs it names."""
        async with self._broadcast.subscribe(last_event_id) as subscription:
            if session_id in self._ended:
                return
            self._pages[subscription] = session_id
            for upstream in self._upstreams:
                subscription.put(ServerEvent("upstream", _described(upstream)))
            try:
                with self._feeds.joined(run_ids[:_MAX_RUNS], subscription):
                    async for event in subscription:
                        if subscription not in self._pages:
                            return
                        yield event
            finally:
                self._pages.pop(subscription, None)

    def end_session(self, session_id: str) -> None:
        """End the streams of a session that is over, also one that was let in and does not stand yet."""
        self._ended.append(session_id)
        for subscription in [page for page, owner in self._pages.items() if owner == session_id]:
            del self._pages[subscription]
            subscription.put(RESYNC)  # only to wake it

    async def _follow(self, upstream: Upstream) -> None:
        last_id: str | None = None
        again = False
        while True:
            pause_s = _RETRY_S
            try:
                async for event in listen(upstream, _STREAM, last_id):
                    if event is None:
                        upstream.linked(Link("open"))
                        if again and last_id is None:  # nothing to resume from: who knows what was missed
                            self._broadcast.publish("resync", {})
                        again = True
                        continue
                    last_id = event.id or last_id
                    self._pass_on(upstream, event)
            except UpstreamDown as problem:
                upstream.linked(Link("lost", problem.detail))
            except Refused as refused:
                upstream.linked(Link("refused", refused.detail))
                pause_s = _REFUSED_RETRY_S
            await asyncio.sleep(pause_s)

    def _pass_on(self, upstream: Upstream, event: Received) -> None:
        if event.event == "resync":
            self._broadcast.publish("resync", {})
            return
        data = data_of(event)
        if data is None:
            _log.warning("event_unreadable", upstream=upstream.name, type=event.event)
            return
        self._broadcast.publish(f"{upstream.name}.{event.event}", data)
        if upstream.name == "agent" and event.event == "runs":
            self._feeds.changed(data)


def _described(upstream: Upstream) -> Json:
    return {"name": upstream.name, **upstream.state.public()}
