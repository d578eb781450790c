"""How the agent's parts fare."""

from typing import Literal, Self

from fastapi import APIRouter
from kit.clock import rfc3339
from kit.web import routing
from pydantic import BaseModel, Field

from agent_runner.api.parts import PartsOf
from agent_runner.api.views import Time
from agent_runner.health.board import Component


class ComponentView(BaseModel):
    """One part of the agent, or something that it needs."""

    name: str
    status: Literal["ok", "degraded", "down"]
    since: Time
    detail: str
    latency_ms: float | None = Field(description="How long the last check took, where that says something")

    @classmethod
    def of(cls, component: Component) -> Self:
        """The view of a component."""
        return cls(
            name=component.name,
            status=component.status,
            since=rfc3339(component.since),
            detail=component.detail,
            latency_ms=component.latency_ms,
        )


class HealthView(BaseModel):
    """All components."""

    components: list[ComponentView]


def router() -> APIRouter:
    """`/api/v1/health`."""
    routes = routing.router("/api/v1", tag="health")

    @routes.get("/health", summary="Every component; always 200")
    async def health(parts: PartsOf) -> HealthView:
        return HealthView(components=[ComponentView.of(each) for each in await parts.health.check()])

    return routes
