"""What authorization servers see of us. Where they send people back to: on to the agent, and a page that tells of it.

Open, as the browser brings no cookie of ours from elsewhere. It is safe to be: it only passes on what looks like an
answer, the agent knows the single-use state, and nothing that was sent is shown.
"""

import html
import re
import time

import aiohttp
import orjson
import structlog
from fastapi import APIRouter, Request
from kit.jsontypes import Json
from kit.problems import NotFound, Problem
from kit.web import routing
from pydantic import BaseModel
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from dashboard.api.parts import Parts, PartsOf, PeerOf

_ANSWER_S = 40.0  # the agent waits up to 30 s for the authorization server
_STATE = re.compile(r"[A-Za-z0-9_-]{20,128}")
_ERROR = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_MAX_CODE = 4096
_MAX_ISS = 2048
_MAX_ANSWER = 65_536
_TARGET = "/api/v1/mcp/oauth/callback"
_DONE = "Signed in"
_NOT_DONE = "Not signed in"
_WORDS = {
    "mcp_sign_in_unknown": "This sign-in was finished already, is older than 10 minutes, or never was. Start it again.",
    "mcp_sign_in_denied": "The sign-in was refused, by you or by the other side. Start it again to change that.",
    "mcp_sign_in_failed": "The other side did not give access. The server's log in Binnacle says why.",
    "upstream_down": "The agent cannot be reached just now. Start the sign-in again when it is back.",
    "upstream_timeout": "The agent did not answer in time. Look at the server in Binnacle, and start again if need be.",
}
_OTHERWISE = "Something went wrong on the way. Look at the server in Binnacle, and start the sign-in again."
_ODD = "This address is where a sign-in ends, and what came with it is no answer to one. Start the sign-in in Binnacle."
_TOO_MANY = "Too many sign-ins failed from here. Wait a moment, and start again."
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title} · Binnacle</title>
<main>
<h1>{title}</h1>
<p>{words}</p>
<p><a href="{back}">Back to Binnacle</a></p>
</main>
</html>
"""
_log = structlog.get_logger("oauth")


class ClientDocument(BaseModel):
    """Read by authorization servers that take a document for a registration."""

    client_id: str
    client_name: str = "Binnacle"
    redirect_uris: list[str]
    grant_types: list[str] = ["authorization_code", "refresh_token"]
    response_types: list[str] = ["code"]
    token_endpoint_auth_method: str = "none"  # noqa: S105 - the name of a method
    application_type: str = "web"


def router() -> APIRouter:
    """`/oauth`."""
    routes = routing.router("/oauth", tag="auth")

    @routes.get("/callback", summary="The end of a sign-in to an MCP server", response_class=HTMLResponse)
    async def callback(request: Request, parts: PartsOf, peer: PeerOf) -> HTMLResponse:
        """Takes `state` with `code` or `error`, and `iss`, as authorization servers append them. A page for people."""
        asked = _answer_of(request.query_params)
        if asked is None:
            return _page(parts, 400, _NOT_DONE, _ODD)
        wait_s = parts.callbacks.wait_s(peer.address, time.monotonic())
        if wait_s:
            return _page(parts, 429, _NOT_DONE, _TOO_MANY, {"Retry-After": str(wait_s)})
        try:
            status, code = await _handed_on(parts, asked)
        except Problem as problem:
            status, code = problem.status, problem.code
        if status == 200:
            return _page(parts, 200, _DONE, "The server is being connected. You can close this tab.")
        parts.callbacks.failed(peer.address, time.monotonic())
        _log.warning("oauth_callback_failed", status=status, reason=code)
        return _page(parts, status if status >= 400 else 502, _NOT_DONE, _WORDS.get(code, _OTHERWISE))

    @routes.get("/client.json", summary="What we are to authorization servers")
    async def client(parts: PartsOf) -> ClientDocument:
        """The client metadata document. It exists where the dashboard is published under https (`DASHBOARD_URL`)."""
        base = parts.settings.base_url
        if not base.startswith("https://"):
            raise NotFound("set DASHBOARD_URL to the https address under which the dashboard is published")
        return ClientDocument(client_id=f"{base}/oauth/client.json", redirect_uris=[f"{base}/oauth/callback"])

    return routes


def _answer_of(query: QueryParams) -> dict[str, str] | None:
    """What is handed on, when it has the form of an answer: each name once, within bounds."""
    given = {name: query.getlist(name) for name in ("state", "code", "iss", "error")}
    if any(len(values) > 1 for values in given.values()):
        return None
    asked = {name: values[0] for name, values in given.items() if values and values[0]}
    has_one = ("code" in asked) != ("error" in asked)
    fits = (
        _STATE.fullmatch(asked.get("state", "")) is not None
        and _is_text(asked.get("code", ""), _MAX_CODE)
        and _is_text(asked.get("iss", ""), _MAX_ISS)
        and (_ERROR.fullmatch(asked.get("error", "other")) is not None)
    )
    return asked if has_one and fits else None


def _is_text(value: str, limit: int) -> bool:
    """Visible ASCII, as the standard has it (RFC 6749, appendix A)."""
    return len(value) <= limit and all(" " <= character <= "~" for character in value)


async def _handed_on(parts: Parts, asked: dict[str, str]) -> tuple[int, str]:
    """The agent's status and, where it refuses, its code. Raises `Problem`."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    response = await parts.agent.call("POST", _TARGET, headers, orjson.dumps(asked), within_s=_ANSWER_S)
    try:
        return response.status, _code_of(await response.content.read(_MAX_ANSWER))
    except aiohttp.ClientError:
        return response.status, ""
    finally:
        response.release()


def _code_of(body: bytes) -> str:
    try:
        answer: Json = orjson.loads(body)
    except ValueError:
        return ""
    return str(answer.get("code", "")) if isinstance(answer, dict) else ""


def _page(parts: Parts, status: int, title: str, words: str, headers: dict[str, str] | None = None) -> HTMLResponse:
    back = html.escape(f"{parts.settings.root_path}/tools")
    return HTMLResponse(_PAGE.format(title=title, words=words, back=back), status, headers)
