"""All that the first screen needs, in one answer."""

import asyncio
from collections.abc import Mapping

import orjson
from kit.clock import Clock, rfc3339
from kit.jsontypes import Json, JsonObject
from kit.report import Reporter

from dashboard.auth.rules import Visitor
from dashboard.reads import Part, SharedRead
from dashboard.status import StatusBoard
from dashboard.storage.preferences import PreferenceStore
from dashboard.upstreams.upstream import Upstream


class Bootstrap:
    """Gathers the parts; one whose source is away comes with its last data, its age, and the state of the source."""

    def __init__(
        self,
        agent: Upstream,
        tracker: Upstream,
        status: StatusBoard,
        preferences: PreferenceStore,
        clock: Clock,
        reporter: Reporter,
    ) -> None:
        self._status = status
        self._preferences = preferences
        self._clock = clock
        self._reads: Mapping[str, SharedRead] = {
            "health": SharedRead(agent, "/api/v1/health", clock, reporter),
            "runs": SharedRead(agent, "/api/v1/runs?limit=20", clock, reporter),
            "run_stats": SharedRead(agent, "/api/v1/runs/stats", clock, reporter),
            "approvals": SharedRead(agent, "/api/v1/approvals?status=pending&limit=100", clock, reporter),
            "insights": SharedRead(tracker, "/api/v1/insights", clock, reporter),
            "issues": SharedRead(tracker, "/api/v1/issues?state=open&sort=last_seen&limit=20", clock, reporter),
        }

    async def gather(self, visitor: Visitor) -> bytes:
        """The answer, encoded."""
        parts = await asyncio.gather(*(shared.get() for shared in self._reads.values()))
        return orjson.dumps(
            {
                "session": self._own(session_view(visitor)),
                "status": self._own(self._status.public()),
                **{name: part.public() for name, part in zip(self._reads, parts, strict=True)},
                "preferences": self._own(await self._preferences.read()),
            }
        )

    async def aclose(self) -> None:
        """Give up what is under way."""
        await asyncio.gather(*(shared.aclose() for shared in self._reads.values()))

    def _own(self, data: Json) -> JsonObject:
        return Part(orjson.dumps(data), self._clock(), stale=False, source_state="ok").public()


def session_view(visitor: Visitor) -> JsonObject:
    """Who is logged in; a script with the token has no session that could expire."""
    session = visitor.session
    return {
        "role": visitor.role,
        "session_id": visitor.session_id,
        "expires_at": rfc3339(session.expires_at) if session else None,
    }
