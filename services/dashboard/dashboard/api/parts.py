"""What the routers are given: the parts that `app` has built."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from kit.problems import Unauthorized

from dashboard.auth.gate import visitor_of
from dashboard.auth.limiter import FailureLimiter
from dashboard.auth.login import Login
from dashboard.auth.peers import Peer, peer_of
from dashboard.auth.rules import Visitor
from dashboard.auth.sessions import Sessions
from dashboard.bootstrap import Bootstrap
from dashboard.config import Settings
from dashboard.hub.hub import Hub
from dashboard.page.site import Site
from dashboard.status import StatusBoard
from dashboard.storage.preferences import PreferenceStore
from dashboard.track import Tracking
from dashboard.upstreams.upstream import Upstream


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a request may need."""

    settings: Settings
    cookie: str
    login: Login
    sessions: Sessions
    preferences: PreferenceStore
    tracking: Tracking
    status: StatusBoard
    bootstrap: Bootstrap
    hub: Hub
    site: Site
    agent: Upstream
    callbacks: FailureLimiter
    """Ends of sign-ins that led to nothing."""


def _parts(request: Request) -> Parts:
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


def _visitor(request: Request) -> Visitor:
    visitor = visitor_of(request.scope)
    if visitor is None:  # the gate has let only open paths come so far
        raise Unauthorized("log in first")
    return visitor


def _peer(request: Request) -> Peer:
    return peer_of(request.scope, _parts(request).settings.proxy_networks)


PartsOf = Annotated[Parts, Depends(_parts)]
VisitorOf = Annotated[Visitor, Depends(_visitor)]
PeerOf = Annotated[Peer, Depends(_peer)]
