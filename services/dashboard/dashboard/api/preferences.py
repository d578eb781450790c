"""Preferences of the page."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter
from kit.problems import Invalid
from kit.web import routing
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dashboard.api.parts import PartsOf

_MAX_BYTES = 64 * 1024
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Preferences(BaseModel):
    """All keys are optional; null sets one back to its default."""

    model_config = ConfigDict(extra="forbid")
    theme: Literal["system", "dark", "light"] | None = None
    pinned: Annotated[list[Name], Field(max_length=100)] | None = None
    views: dict[Name, JsonValue] | None = None
    start_tab: Name | None = None


def router() -> APIRouter:
    """`/api/preferences`."""
    routes = routing.router("/api", tag="page")

    @routes.get("/preferences", summary="What was set so far", response_model_exclude_unset=True)
    async def read(parts: PartsOf) -> Preferences:
        return Preferences.model_validate(await parts.preferences.read())

    @routes.put("/preferences", summary="Replace the keys named", response_model_exclude_unset=True)
    async def replace(named: Preferences, parts: PartsOf) -> Preferences:
        values = named.model_dump(mode="json", exclude_unset=True)
        try:
            size = len(orjson.dumps(values))
        except TypeError:
            raise Invalid("views: a whole number in it has more than 64 bits") from None
        if size > _MAX_BYTES:
            raise Invalid(f"the preferences are over {_MAX_BYTES // 1024} KiB")
        return Preferences.model_validate(await parts.preferences.merge(values))

    return routes
