"""Routers whose JSON bodies are safe to store and to send out again, whatever a client put into them."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from kit.text import TooDeep, clean

_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)|NaN|Infinity|[eE]\d{3}")


class _CleanRequest(Request):
    """Cleans the parsed body where its bytes could hold a lone surrogate, NUL, NaN or an infinite number."""

    @override
    async def json(self) -> Any:
        try:
            value = await super().json()
            return clean(value) if _SUSPECT.search(await self.body()) else value
        except (TooDeep, RecursionError):
            raise HTTPException(400, "the body is nested too deeply") from None
        except UnicodeDecodeError:
            raise HTTPException(400, "the body is not UTF-8") from None


class CleanRoute(APIRoute):
    """A route that reads its body through `_CleanRequest`."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def cleaned(request: Request) -> Response:
            return await handle(_CleanRequest(request.scope, request.receive))

        return cleaned


def router(prefix: str = "", *, tag: str) -> APIRouter:
    """The router that every room of an API uses."""
    return APIRouter(prefix=prefix, tags=[tag], route_class=CleanRoute)
