"""MCP servers: list, add, change, test, restart, remove."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from kit.web import routing
from kit.web.pages import Page, PageQuery

from agent_runner.api.mcp.definitions import ChangedServer, NewServer
from agent_runner.api.mcp.views import ServerView, TestView
from agent_runner.api.once import Keep
from agent_runner.api.paging import page_by_name
from agent_runner.api.parts import Parts, PartsOf
from agent_runner.mcp_manager.errors import ServerNotFound
from agent_runner.mcp_manager.types import LogLine, ServerSpec, ServerState

_ORDER = "mcp_servers"


def router() -> APIRouter:
    """`/api/v1/mcp/servers`."""
    routes = routing.router("/api/v1/mcp/servers", tag="mcp")
    _define_collection(routes)
    _define_one(routes)
    _define_actions(routes)
    return routes


def _define_collection(routes: APIRouter) -> None:
    @routes.get("", summary="All MCP servers, by name")
    async def listed(parts: PartsOf, page: PageQuery) -> Page[ServerView]:
        states, cursor = page_by_name(parts.mcp.servers(), page, _ORDER, lambda state: state.spec.name)
        return Page(items=[view_of(parts, state) for state in states], next_cursor=cursor)

    @routes.post("", status_code=201, summary="Add a server", response_model=ServerView)
    async def add(asked: NewServer, request: Request, parts: PartsOf) -> Response:
        """It is kept, and connected in the background. Values of `env` and `headers` go to the secret store. Accepts
        an `Idempotency-Key`. A taken name is 409 `mcp_server_exists`, a definition that cannot work 422
        `mcp_server_invalid`.
        """

        async def create(keep: Keep | None) -> ServerView:
            view = view_of(parts, await parts.mcp.add(asked.to_spec()))
            if keep is not None:  # after it, not with it: who asks again in between hears that the name is taken
                await parts.database.write(keep(view))
            return view

        return await parts.once.answer(request, 201, create)

    @routes.post("/test", summary="Test a definition before it is saved")
    async def test(asked: NewServer, parts: PartsOf) -> TestView:
        """Connects, lists the tools and disconnects; keeps nothing. For a server that is there, masks stand for its
        secrets. A test that fails is a 200 with `ok: false` and the reason.
        """
        return TestView.of(await parts.mcp.test(asked.to_spec(_kept(parts, asked.name))), parts.tools.name_of)


def _define_one(routes: APIRouter) -> None:
    @routes.get("/{name}", summary="One server, with its log")
    async def get(name: str, parts: PartsOf) -> ServerView:
        return view_of(parts, parts.mcp.server(name), lines=None)

    @routes.patch("/{name}", summary="Change a server")
    async def change(name: str, asked: ChangedServer, parts: PartsOf) -> ServerView:
        """What is left out stays; `env` and `headers` are replaced whole, their masks keep secrets. A server of the
        configuration file can be switched on and off here; other changes are 409 `mcp_server_from_file`.
        """
        state = parts.mcp.server(name)
        if asked.only_switches:
            return view_of(parts, await parts.mcp.enable(name, enabled=bool(asked.enabled)), lines=None)
        return view_of(parts, await parts.mcp.update(name, asked.applied_to(state.spec)), lines=None)

    @routes.delete("/{name}", status_code=204, summary="Remove a server, with its secrets")
    async def remove(name: str, parts: PartsOf) -> None:
        await parts.mcp.remove(name)


def _define_actions(routes: APIRouter) -> None:
    @routes.post("/{name}/restart", summary="End its connection and make a new one")
    async def restart(name: str, parts: PartsOf) -> ServerView:
        """Whatever the breaker says; answers at once, the state tells how it went."""
        return view_of(parts, await parts.mcp.restart(name), lines=None)

    @routes.post("/{name}/test", summary="Test the definition that is kept")
    async def test(name: str, parts: PartsOf) -> TestView:
        """Beside the connection that there may be, which it leaves alone."""
        report = await parts.mcp.test(parts.mcp.server(name).spec)
        return TestView.of(report, parts.tools.name_of)

    @routes.post("/{name}/breaker/reset", summary="Probe the server; success closes its breaker")
    async def reset(name: str, parts: PartsOf) -> ServerView:
        """Answers once the probe is over. One that fails leaves the breaker as it is, and its `reason` says why."""
        return view_of(parts, await parts.mcp.reset_breaker(name), lines=None)


def view_of(parts: Parts, state: ServerState, *, lines: int | None = 5) -> ServerView:
    """A server as answers show it."""
    return ServerView.of(state, parts.tools.name_of, _log(parts, state.spec.name), lines=lines)


def _log(parts: Parts, name: str) -> Sequence[LogLine]:
    try:
        return parts.mcp.log_tail(name)
    except ServerNotFound:  # it was removed meanwhile
        return ()


def _kept(parts: Parts, name: str) -> ServerSpec | None:
    try:
        return parts.mcp.server(name).spec
    except ServerNotFound:
        return None
