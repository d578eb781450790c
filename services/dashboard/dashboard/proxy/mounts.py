"""Where the proxies hang: before the router, which would cost the hottest path more than all else here."""

from collections.abc import Mapping

from kit.problems import Problem
from kit.web.problems import handle_http_exception, respond
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send


class Mounts:
    """Hands a request to the application whose prefix its path has; all others go on."""

    def __init__(self, app: ASGIApp, *, mounted: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._mounted = [(f"{prefix}/", mounted_app) for prefix, mounted_app in mounted.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            for prefix, mounted in self._mounted:
                if scope["path"].startswith(prefix):
                    await _answered(mounted, scope, receive, send)
                    return
        await self._app(scope, receive, send)


async def _answered(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Problems become answers here, as the application's handlers would make them; none is raised after a start."""
    try:
        await app(scope, receive, send)
    except Problem as problem:
        response = respond(problem)
    except HTTPException as error:  # only the size limit raises it
        response = await handle_http_exception(Request(scope), error)
    else:
        return
    await response(scope, receive, send)
