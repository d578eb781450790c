"""Under a reverse proxy's path: the same answers with and without it, whether or not the proxy takes it off."""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """Takes the root path off, so that nothing behind has to know of it."""

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app = app
        self._root = root_path
        self._raw = f"{root_path}/".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and (scope["path"] == self._root or scope["path"].startswith(f"{self._root}/")):
            raw: bytes = scope["raw_path"]
            if raw.startswith(self._raw):
                scope["raw_path"] = raw[len(self._raw) - 1 :]
            scope["path"] = scope["path"][len(self._root) :] or "/"
        await self._app(scope, receive, send)
