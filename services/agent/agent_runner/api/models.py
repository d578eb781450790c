"""The models there are."""

from typing import Self

from fastapi import APIRouter
from kit.clock import now_ms, rfc3339
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, Field

from agent_runner.api.parts import PartsOf
from agent_runner.api.views import Time, UsageView
from agent_runner.models.registry import ModelInfo
from agent_runner.storage.records import ModelUsage

_ORDER = "models"
_USED_WITHIN_MS = 30 * 24 * 3600 * 1000


class ModelUsageView(UsageView):
    """What runs asked of a model in the last 30 days."""

    runs: int
    failed_runs: int
    last_used_at: Time | None

    @classmethod
    def of_model(cls, used: ModelUsage) -> Self:
        """The view of a model's usage."""
        return cls(
            **UsageView.of(used.usage).model_dump(),
            runs=used.runs,
            failed_runs=used.failed,
            last_used_at=rfc3339(used.last_used_at) if used.last_used_at else None,
        )


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
    usage: ModelUsageView = Field(description="Of the last 30 days")

    @classmethod
    def of(cls, info: ModelInfo, used: ModelUsage, *, default: bool) -> Self:
        """The view of a model."""
        return cls(
            id=info.id,
            provider=info.provider,
            name=info.name,
            available=info.available,
            reason=info.reason,
            context_window=info.context_window,
            local=info.local,
            default=default,
            usage=ModelUsageView.of_model(used),
        )


def router() -> APIRouter:
    """`/api/v1/models`."""
    routes = routing.router("/api/v1/models", tag="models")

    @routes.get("", summary="All models, with their availability and usage")
    async def listed(parts: PartsOf, page: PageQuery) -> Page[ModelView]:
        after = page.position(_ORDER, str)
        default = parts.models.for_role("agent").id
        infos = sorted(parts.models.list(), key=lambda info: info.id)
        following = [info for info in infos if after is None or info.id > str(after[0])]
        shown, cursor = cut(following, page, _ORDER, lambda info: [info.id])
        used = await parts.archive.usage_by_model(now_ms() - _USED_WITHIN_MS)
        items = [ModelView.of(each, used.get(each.id, ModelUsage()), default=each.id == default) for each in shown]
        return Page(items=items, next_cursor=cursor)

    return routes
