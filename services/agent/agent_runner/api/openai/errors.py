"""On `/v1` every error is an OpenAI error object, whoever raised it."""

from typing import cast

import orjson
from kit.jsontypes import Json, JsonObject
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def error_object(status: int, code: str, message: str, param: str | None = None) -> JsonObject:
    """`{error: {message, type, param, code}}`."""
    type_ = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


class OpenAIErrors:
    """Turns problem answers on `/v1` into OpenAI error objects; goes around everything else that may answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not (scope["path"] + "/").startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Translator(send))


class _Translator:
    """Holds a problem answer back until it is whole; hands everything else on at once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            await self._part(self._start, message)

    async def _part(self, start: Message, message: Message) -> None:
        self._body.append(message.get("body", b""))
        if message.get("more_body", False):
            return
        status, body = translate(b"".join(self._body))
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-type"] = "application/json"
        headers["content-length"] = str(len(body))
        await self._send({**start, "status": status, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def translate(problem: bytes) -> tuple[int, bytes]:
    """The status and body in OpenAI's format for a problem's body."""
    fields = cast("JsonObject", orjson.loads(problem))
    status = cast("int", fields["status"])
    status = 400 if status == 422 else status  # OpenAI knows no 422
    error = error_object(status, str(fields["code"]), str(fields["detail"]), _param(fields.get("errors")))
    return status, orjson.dumps(error)


def _param(errors: Json) -> str | None:
    """The first value that was refused: `body, messages, 0, role` → `messages.0.role`."""
    if not isinstance(errors, list) or not errors:
        return None
    place = cast("list[Json]", cast("JsonObject", errors[0])["loc"])
    return ".".join(str(part) for part in place if part != "body") or None


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("application/problem+json")
