"""The first screen, and the state of what is behind the dashboard."""

import gzip
from typing import Generic, Literal, TypeVar

from fastapi import APIRouter, Request, Response
from kit.web import routing
from pydantic import BaseModel, JsonValue

from dashboard.api.parts import PartsOf, VisitorOf
from dashboard.api.preferences import Preferences
from dashboard.storage.sessions import Role

T = TypeVar("T")
_WORTH_BYTES = 1400  # one packet


class UpstreamStatus(BaseModel):
    """How the dashboard sees one service."""

    status: Literal["ok", "degraded", "down"]
    since: str
    detail: str | None


class SpoolStatus(BaseModel):
    """Events that wait for the tracker, and how many were given up and not yet reported."""

    depth: int
    dropped: int


class Status(BaseModel):
    """Both services, and the spool."""

    agent: UpstreamStatus
    tracker: UpstreamStatus
    spool: SpoolStatus


class SessionView(BaseModel):
    """Who is logged in."""

    role: Role
    session_id: str | None
    expires_at: str | None


class Part(BaseModel, Generic[T]):
    """`stale` data is from `as_of`; `source_state` says why."""

    data: T | None
    as_of: str | None
    stale: bool
    source_state: Literal["ok", "down", "absent"]


class BootstrapAnswer(BaseModel):
    """`health`, `runs`, `run_stats` and `approvals` are the agent's answers, `insights` and `issues` the tracker's."""

    session: Part[SessionView]
    status: Part[Status]
    health: Part[JsonValue]
    runs: Part[JsonValue]
    run_stats: Part[JsonValue]
    approvals: Part[JsonValue]
    insights: Part[JsonValue]
    issues: Part[JsonValue]
    preferences: Part[Preferences]


def router() -> APIRouter:
    """`/api/bootstrap` and `/api/status`."""
    routes = routing.router("/api", tag="page")

    @routes.get("/bootstrap", summary="All that the first screen needs", response_model=BootstrapAnswer)
    async def bootstrap(request: Request, visitor: VisitorOf, parts: PartsOf) -> Response:
        body = await parts.bootstrap.gather(visitor)
        headers = {"Vary": "Accept-Encoding"}
        if len(body) > _WORTH_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type="application/json", headers=headers)

    @routes.get("/status", summary="The agent and the tracker as seen from here")
    async def status(parts: PartsOf) -> Status:
        return Status.model_validate(parts.status.public())

    return routes
