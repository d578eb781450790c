"""What we make of an upstream: a pure judgement over its event stream and its breaker."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from kit.clock import rfc3339
from kit.jsontypes import JsonObject

from dashboard.upstreams.breaker import Breaker

Status: TypeAlias = Literal["ok", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Link:
    """The standing connection to the upstream's event stream, and what is wrong with it."""

    state: Literal["new", "open", "lost", "refused"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UpstreamState:
    """As shown in the page; `since` is in milliseconds since 1970."""

    status: Status
    since: int
    detail: str | None

    def public(self) -> JsonObject:
        """As the API shows it."""
        return {"status": self.status, "since": rfc3339(self.since), "detail": self.detail}


def judge(link: Link, breaker: Breaker, failure: str) -> tuple[Status, str | None]:
    """The status and why: down when neither its events nor calls get through, degraded when one of them does."""
    calls_fail = breaker.state != "closed"
    if link.state == "new" or (link.state == "lost" and calls_fail):
        return "down", link.detail
    if calls_fail:
        return "degraded", f"calls are not answered: {failure}"
    if link.state != "open":
        return "degraded", link.detail
    return "ok", None
