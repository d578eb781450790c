"""The models there are."""

from fastapi import APIRouter
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, Field

from agent_runner.api.parts import PartsOf

_ORDER = "models"


class ModelView(BaseModel):
    """A model to choose."""

    id: str = Field(description="`provider:model`")
    provider: str
    name: str
    available: bool
    reason: str | None = Field(description="Why it is not available")
    context_window: int | None = Field(description="In tokens, where it is known")
    local: bool = Field(description="Runs on this machine or its host")
    default: bool = Field(description="Answers where no model is named")


def router() -> APIRouter:
    """`/api/v1/models`."""
    routes = routing.router("/api/v1/models", tag="models")

    @routes.get("", summary="All models, with their availability")
    async def listed(parts: PartsOf, page: PageQuery) -> Page[ModelView]:
        after = page.position(_ORDER, str)
        default = parts.models.for_role("agent").id
        infos = sorted(parts.models.list(), key=lambda info: info.id)
        following = [info for info in infos if after is None or info.id > str(after[0])]
        shown, cursor = cut(following, page, _ORDER, lambda info: [info.id])
        items = [
            ModelView(
                id=info.id,
                provider=info.provider,
                name=info.name,
                available=info.available,
                reason=info.reason,
                context_window=info.context_window,
                local=info.local,
                default=info.id == default,
            )
            for info in shown
        ]
        return Page(items=items, next_cursor=cursor)

    return routes
