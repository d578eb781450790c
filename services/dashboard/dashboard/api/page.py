"""The page: any path that is no API's."""

from kit.problems import NotFound
from starlette.requests import Request
from starlette.responses import Response

from dashboard.api.parts import Parts

_NO_PAGES = ("/api/", "/auth/", "/oauth/")


async def page(request: Request) -> Response:
    """The shell for every path of the page, so that deep links work on reload; else the asset of that name."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    path = request.scope["path"]
    found = None
    if not f"{path}/".startswith(_NO_PAGES):
        found = parts.site.respond(
            path,
            accept_encoding=request.headers.get("accept-encoding", ""),
            if_none_match=request.headers.get("if-none-match", ""),
        )
    if found is None:
        raise NotFound("there is nothing at this path")
    request.scope["route_template"] = "page"  # one metric for all of them
    return found
