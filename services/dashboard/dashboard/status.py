"""What the dashboard knows of the services behind it, and of what waits for the tracker."""

from kit.jsontypes import JsonObject
from kit.outbox import Outbox

from dashboard.upstreams.upstream import Upstream


class StatusBoard:
    """Reads only what is in memory: it can be asked at any rate."""

    def __init__(self, agent: Upstream, tracker: Upstream, spool: Outbox) -> None:
        self._agent = agent
        self._tracker = tracker
        self._spool = spool

    def public(self) -> JsonObject:
        """As the API shows it."""
        return {
            "agent": self._agent.state.public(),
            "tracker": self._tracker.state.public(),
            "spool": {"depth": self._spool.depth, "dropped": self._spool.lost},
        }
