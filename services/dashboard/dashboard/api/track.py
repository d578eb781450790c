"""Where the page reports what it meets."""

from fastapi import APIRouter, Request
from kit.web import routing
from pydantic import BaseModel

from dashboard import VERSION
from dashboard.api.parts import PartsOf
from dashboard.track import Origin

_COMPONENT = "dashboard"


class Rejected(BaseModel):
    """An event that could not be kept, by its place in the batch."""

    index: int
    code: str
    detail: str


class TrackAnswer(BaseModel):
    """How many are on disk now, and which are not."""

    accepted: int
    rejected: list[Rejected]


_BODY = {"schema": {"type": "object", "properties": {"events": {"type": "array"}}, "required": ["events"]}}


def router() -> APIRouter:
    """`/api/track`."""
    routes = routing.router("/api", tag="page")

    @routes.post(
        "/track",
        status_code=202,
        summary="Report errors, interactions, vitals and timings; answered once they are on disk",
        openapi_extra={"requestBody": {"content": {"application/json": _BODY, "text/plain": _BODY}, "required": True}},
    )
    async def track(request: Request, parts: PartsOf) -> TrackAnswer:
        origin = Origin(_COMPONENT, VERSION, request.headers.get("user-agent", "")[:500])
        return TrackAnswer.model_validate(await parts.tracking.take(await request.body(), origin))

    return routes
