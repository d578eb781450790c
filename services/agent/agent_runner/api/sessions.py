"""Conversations: look at, rename, pin, delete."""

from typing import Annotated, cast

from fastapi import APIRouter
from kit.web import routing
from kit.web.pages import Page, PageQuery, cut
from pydantic import BaseModel, ConfigDict, StrictBool, StringConstraints

from agent_runner.api.filters import Search
from agent_runner.api.parts import PartsOf
from agent_runner.api.views import SessionView
from agent_runner.errors import SessionNotFound
from agent_runner.storage import sessions as table

_ORDER = "sessions"


class ChangeSession(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None
    pinned: StrictBool | None = None


def router() -> APIRouter:
    """`/api/v1/sessions`."""
    routes = routing.router("/api/v1/sessions", tag="sessions")

    @routes.get("", summary="Conversations, the last used first")
    async def listed(parts: PartsOf, page: PageQuery, q: Search = None) -> Page[SessionView]:
        before = cast("tuple[int, str] | None", page.position(_ORDER, int, str))
        found = await parts.database.read(lambda c: table.newest(c, page.limit + 1, before, q))
        sessions, cursor = cut(found, page, _ORDER, lambda session: (session.updated_at, session.id))
        return Page(items=[SessionView.of(session) for session in sessions], next_cursor=cursor)

    @routes.get("/{session_id}", summary="One conversation; its runs are GET /api/v1/runs?session_id=")
    async def get(session_id: str, parts: PartsOf) -> SessionView:
        found = await parts.database.read(lambda c: table.get(c, session_id))
        if found is None:
            raise SessionNotFound(session_id)
        return SessionView.of(found)

    @routes.patch("/{session_id}", summary="Rename or pin")
    async def change(session_id: str, asked: ChangeSession, parts: PartsOf) -> SessionView:
        return SessionView.of(
            await parts.database.write(lambda c: table.change(c, session_id, title=asked.title, pinned=asked.pinned))
        )

    @routes.delete("/{session_id}", status_code=204, summary="Delete a conversation with its runs")
    async def delete(session_id: str, parts: PartsOf) -> None:
        """409 `session_active` while a run of it is under way."""
        await parts.archive.delete_session(session_id)

    return routes
