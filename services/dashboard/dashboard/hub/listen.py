"""One event stream of an upstream, as an iteration."""

from collections.abc import AsyncIterator

import orjson
from kit.jsontypes import JsonObject

from dashboard.errors import UpstreamDown
from dashboard.hub.events import EventParser, Received, TooLong
from dashboard.upstreams.upstream import Upstream

_OK = 200
_REASONS = {401: "it does not take our token: both must use the same BINNACLE_TOKEN"}


class Refused(Exception):
    """The upstream answers, but not with a stream."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


async def listen(upstream: Upstream, path: str, last_event_id: str | None) -> AsyncIterator[Received | None]:
    """None once connected, then the events, until the upstream ends the stream.

    Raises `UpstreamDown` when it cannot be reached or the stream breaks, `Refused`.
    """
    parser = EventParser()
    async with upstream.listen(path, last_event_id) as response:
        if response.status != _OK or response.content_type != "text/event-stream":
            reason = _REASONS.get(response.status, f"it answers {response.status} where its events should be")
            raise Refused(response.status, reason)
        yield None
        async for chunk in upstream.chunks(response):
            try:
                events = parser.feed(chunk)
            except TooLong as error:
                raise UpstreamDown(f"the {upstream.name} sends what is no event stream: {error}") from error
            for event in events:
                yield event


def data_of(event: Received) -> JsonObject | None:
    """The JSON object that an event carries; None when it carries none."""
    try:
        data = orjson.loads(event.data)
    except orjson.JSONDecodeError:
        return None
    return data if isinstance(data, dict) else None  # pyright: ignore[reportUnknownVariableType]
