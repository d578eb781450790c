"""An MCP server that asks for a sign-in, and the authorization server behind it: both the SDK's own, on real ports."""

# ruff: noqa: ARG002 - the SDK's protocol names the arguments

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import uvicorn
from agent_runner.mcp_manager.auth import OAuth, OAuthSettings
from agent_runner.mcp_manager.secret_file import SecretFile
from agent_runner.mcp_manager.sign_in import SignIns
from agent_runner.mcp_manager.types import Callback, OwnClient, ServerSpec
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    IdentityAssertionParams,
    RefreshToken,
    TokenError,
)
from mcp.server.auth.routes import create_auth_routes
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from mcp.shared.exceptions import MCPError
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.agent.mcp_manager.servers import PLAIN, Running, running

REDIRECT = "http://localhost:8080/oauth/callback"
SCOPE = "notes"


class Authority:
    """Gives tokens to whoever comes, and remembers them. `seen` are the secrets that must never come out anywhere."""

    def __init__(self) -> None:
        self.clients: dict[str, OAuthClientInformationFull] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, RefreshToken] = {}
        self.revoked: list[str] = []
        self.seen: list[str] = []
        self.refreshed = 0
        self.expires_in: int | None = 3600
        self.refuse_refresh = False
        self.holding = asyncio.Event()
        self.let_go = asyncio.Event()

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        code = self._secret("code")
        self.codes[code] = AuthorizationCode(
            code=code,
            client_id=client.client_id,
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        return f"{params.redirect_uri}?{urlencode({'code': code, 'state': params.state})}"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self._tokens(client.client_id, authorization_code.scopes, authorization_code.resource)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        return self.refresh.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        if self.refuse_refresh:
            raise TokenError("invalid_grant", f"{refresh_token.token} is no good")  # as some quote what they got
        del self.refresh[refresh_token.token]
        self.refreshed += 1
        return self._tokens(client.client_id, scopes, refresh_token.resource)

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.access.get(token)

    async def verify_token(self, token: str) -> AccessToken | None:
        return self.access.get(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.revoked.append(token.token)
        self.access.pop(token.token, None)
        self.refresh.pop(token.token, None)

    async def exchange_identity_assertion(
        self, client: OAuthClientInformationFull, params: IdentityAssertionParams
    ) -> OAuthToken:
        raise TokenError("unsupported_grant_type")

    def _tokens(self, client_id: str, scopes: list[str], resource: str | None) -> OAuthToken:
        access, refresh = self._secret("access"), self._secret("refresh")
        self.access[access] = AccessToken(token=access, client_id=client_id, scopes=scopes, resource=resource)
        self.refresh[refresh] = RefreshToken(token=refresh, client_id=client_id, scopes=scopes, resource=resource)
        return OAuthToken(
            access_token=access, refresh_token=refresh, expires_in=self.expires_in, scope=" ".join(scopes)
        )

    def _secret(self, kind: str) -> str:
        made = f"{kind}-{secrets.token_hex(16)}"
        self.seen.append(made)
        return made


class Town:
    """Serves an application on a port of its own; a test may answer for some paths, or close it."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.answers: dict[str, Response] = {}
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        if scope["type"] == "http":
            self.asked.append((scope["method"], scope["path"]))
            answer = self.answers.get(scope["path"])
            if answer is not None:
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        server = uvicorn.Server(uvicorn.Config(self, log_config=None, lifespan="on", timeout_graceful_shutdown=0))
        server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign] - a guest in the test's process
        task = asyncio.create_task(server.serve([self._socket]))
        try:
            while not server.started:
                await asyncio.sleep(0.005)
            yield
        finally:
            server.should_exit = server.force_exit = True
            await task
            self._socket.close()


@dataclass
class World:
    """Everything of one test."""

    authority: Authority
    door: Town
    """The authorization server."""
    notes: Town
    """The MCP server."""
    host: Running
    oauth: OAuth
    sign_ins: SignIns
    spec: ServerSpec
    kept: SecretFile

    async def asks(self) -> None:
        """Until the server needs a sign-in."""
        await self.host.until(self.spec.name, lambda state: state.status == "needs_sign_in")

    async def link(self, own: OwnClient | None = None) -> str:
        """Start a sign-in."""
        return await self.sign_ins.start(self.spec.name, own)

    async def sign_in(self) -> None:
        """From the link to a server that is ready."""
        await self.asks()
        await self.sign_ins.finish(await came_back(await self.link()))
        await self.host.ready(self.spec.name)

    def stored(self) -> str:
        """What is kept of the sign-in."""
        return self.kept.get(f"mcp/{self.spec.name}/oauth") or ""


def _door(authority: Authority, door: Town) -> ASGIApp:
    registration = ClientRegistrationOptions(enabled=True, valid_scopes=[SCOPE], default_scopes=[SCOPE])
    routes = create_auth_routes(authority, AnyHttpUrl(door.url), None, registration, RevocationOptions(enabled=True))
    return Starlette(routes=routes)


def _notes(authority: Authority, notes: Town, door: Town) -> ASGIApp:
    settings = AuthSettings(
        issuer_url=AnyHttpUrl(door.url),
        resource_server_url=AnyHttpUrl(f"{notes.url}/mcp"),
        required_scopes=[SCOPE],
        validate_token_resource=True,
    )
    server = MCPServer("notes", auth=settings, token_verifier=authority)

    @server.tool()
    def add(text: str) -> str:
        """Write a note."""
        return f"noted: {text}"

    @server.tool()
    def tell() -> str:
        """Fail, and quote the token."""
        token = get_access_token()
        raise MCPError(-32000, f"I was given {token.token if token else 'nothing'}")

    @server.tool()
    async def hold() -> str:
        """Take as long as the test wants."""
        authority.holding.set()
        await authority.let_go.wait()
        return "held"

    return server.streamable_http_app()


async def came_back(link: str) -> Callback:
    """What the browser brings back from the authorization server."""
    async with httpx2.AsyncClient() as client:
        response = await client.get(link)
    query = {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}
    return Callback(query["state"], query.get("code"), query.get("iss"), query.get("error"))


@contextlib.asynccontextmanager
async def open_pair() -> AsyncGenerator[tuple[Authority, Town, Town]]:
    """The authorization server, its door, and the MCP server behind it."""
    authority, door, notes = Authority(), Town(), Town()
    door.app, notes.app = _door(authority, door), _notes(authority, notes, door)
    async with door.open(), notes.open():
        yield authority, door, notes


@contextlib.asynccontextmanager
async def world(folder: Path) -> AsyncGenerator[World]:
    """Both servers, and a manager that has the MCP server."""
    async with open_pair() as (authority, door, notes):
        spec = ServerSpec("notes", "http", url=f"{notes.url}/mcp")
        kept = SecretFile(folder / "secrets.json")
        oauth = OAuth(kept, PLAIN, OAuthSettings(REDIRECT))
        async with running(folder, spec, auth=oauth, secrets=kept) as host:
            sign_ins = SignIns(oauth, host.manager)
            yield World(authority, door, notes, host, oauth, sign_ins, spec, kept)
            await sign_ins.aclose()


def by_hand(client_id: str, secret: str) -> OAuthClientInformationFull:
    """A client as a person registers one."""
    return OAuthClientInformationFull.model_validate(
        {
            "client_id": client_id,
            "client_secret": secret,
            "redirect_uris": [REDIRECT, "http://localhost:9999/oauth/callback"],
            "scope": SCOPE,
            "token_endpoint_auth_method": "client_secret_basic",
        }
    )


def refused(status: int, **body: str) -> JSONResponse:
    """An OAuth error answer."""
    return JSONResponse(body, status)
