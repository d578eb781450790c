"""One attempt to sign in: a task that runs the flow, and waits in the middle of it for the person."""

import asyncio
import contextlib
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.client.auth.exceptions import OAuthFlowError
from mcp.shared.auth import AuthorizationCodeResult
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER

from agent_runner.mcp_manager import grants, oauth_rules
from agent_runner.mcp_manager.auth import OAuth
from agent_runner.mcp_manager.errors import SignInFailed
from agent_runner.mcp_manager.grants import Grant, Keeper
from agent_runner.mcp_manager.http import WatchedClient
from agent_runner.mcp_manager.oauth import Flow, no_code, place, step
from agent_runner.mcp_manager.secrets import UnresolvedError
from agent_runner.mcp_manager.types import Callback, Challenge, OwnClient, ServerSpec

PERSON_S = 600.0
_ANSWER_S = 10.0
_REVOKE_S = 5.0
_PROBE = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


class Attempt:
    """Ends by itself when the person does not come back within 10 minutes."""

    def __init__(self, spec: ServerSpec, oauth: OAuth, own: OwnClient | None) -> None:
        self.name = spec.name
        self.url_as_defined = spec.url
        self.state: str | None = None
        self._spec = spec
        self._oauth = oauth
        self._own = own
        loop = asyncio.get_running_loop()
        self._link: asyncio.Future[str] = loop.create_future()
        self._came_back: asyncio.Future[AuthorizationCodeResult] = loop.create_future()
        self._task: asyncio.Task[None] | None = None
        self._prepare: Callable[[], None] = lambda: None

    @property
    def over(self) -> bool:
        """It ended, well or not."""
        return self._task is None or self._task.done()

    async def begin(self, within_s: float) -> str:
        """The address for the person. Raises `SignInFailed`, `StorageUnavailable`."""
        self._task = asyncio.create_task(self._run(), name=f"mcp-sign-in:{self.name}")
        self._task.add_done_callback(_seen)
        await asyncio.wait({self._task, self._link}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if self._link.done():
            return self._link.result()
        if self._task.done():
            self._task.result()
            raise SignInFailed(f"MCP server {self.name!r} asked for no sign-in")
        raise SignInFailed(f"MCP server {self.name!r}: the sign-in could not begin within {within_s:g} s")

    async def finish(self, callback: Callback, within_s: float) -> None:
        """Go on with what the person came back with. Raises `SignInFailed`, `StorageUnavailable`."""
        assert self._task is not None
        self._came_back.set_result(
            AuthorizationCodeResult(code=callback.code or "", state=callback.state, iss=callback.iss)
        )
        await asyncio.wait({self._task}, timeout=within_s)
        if not self._task.done():
            raise SignInFailed(f"the authorization server did not give a token within {within_s:g} s")
        self._task.result()

    async def end(self) -> None:
        """Give up, unless it is over."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            await self._flow()
        except TimeoutError:
            raise SignInFailed("nobody came back within 10 minutes; start again") from None
        except OAuthFlowError as error:
            raise SignInFailed(f"the sign-in to MCP server {self.name!r} failed: {self._without_iss(error)}") from None
        except UnresolvedError as error:
            raise SignInFailed(str(error)) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise SignInFailed(f"the sign-in failed: {_where(error)} cannot be reached") from None

    def _without_iss(self, error: OAuthFlowError) -> str:
        """What came with the browser may be anybody's words: they are not repeated."""
        iss = self._came_back.result().iss if self._came_back.done() else None
        return str(error).replace(iss, "(another)") if iss else str(error)

    async def _flow(self) -> None:
        oauth, url = self._oauth, self._oauth.url_of(self._spec)
        grant = self._grant(url)
        async with _client() as client:
            challenge = oauth.challenge(self.name, url) or await self._probe(client, url)
            # a refusal for a scope builds on the tokens there are; after a 401 all begins anew
            keeper = Keeper(oauth.store, self.name, grant, with_tokens=challenge.status == 403)
            flow = Flow(url, oauth.settings, keeper, self._show, self._answer)
            self._prepare = flow.choose_method
            request, refusal = _replayed(url, challenge)
            async with contextlib.aclosing(flow.requests(request, refusal)) as steps:
                answer = None
                while (outgoing := await step(steps, answer)) is not None:
                    answer = await client.send(outgoing, stream=True)

    def _grant(self, url: str) -> Grant:
        """What there is. A client that the person gives with the attempt is kept when it has worked."""
        store, redirect_uri = self._oauth.store, self._oauth.settings.redirect_uri
        if self._own is None:
            return grants.load_grant(store, self.name, url, redirect_uri)
        client = grants.registered(self._own.client_id, self._own.client_secret, redirect_uri)
        return Grant(url=url, client=client, by_hand=True)

    async def _probe(self, client: httpx2.AsyncClient, url: str) -> Challenge:
        """Ask without a token, to be told what is asked for."""
        headers = {**self._oauth.headers_of(self._spec), "Accept": "application/json, text/event-stream"}
        if self._spec.transport == "sse":
            request = client.build_request("GET", url, headers=headers, timeout=_ANSWER_S)
        else:
            request = client.build_request("POST", url, headers=headers, json=_PROBE, timeout=_ANSWER_S)
        response = await client.send(request, stream=True)
        await response.aclose()
        asked = response.headers.get("www-authenticate", "")
        if not oauth_rules.asks_for_sign_in(response.status_code, asked):
            raise SignInFailed(f"MCP server {self.name!r} asks for no sign-in: it answers HTTP {response.status_code}")
        return Challenge(response.status_code, asked)

    async def _show(self, url: str) -> None:
        why = oauth_rules.unsafe(url, self._oauth.url_of(self._spec))
        if why is not None:
            raise OAuthFlowError(f"its page to sign in is refused: {why}")
        self._prepare()
        self.state = parse_qs(urlsplit(url).query)["state"][-1]
        self._link.set_result(url)

    async def _answer(self) -> AuthorizationCodeResult:
        async with asyncio.timeout(PERSON_S):
            return await self._came_back


async def sign_out(spec: ServerSpec, oauth: OAuth) -> None:
    """Revoke and forget the tokens; a client that a person registered is kept. Raises `StorageUnavailable`."""
    with contextlib.suppress(UnresolvedError):  # nobody can use what is bound to an address that is not known
        url = oauth.url_of(spec)
        grant = grants.load_grant(oauth.store, spec.name, url, oauth.settings.redirect_uri)
        await _revoke(Flow(url, oauth.settings, Keeper(oauth.store, spec.name, grant), _nowhere, no_code))
        if grant.by_hand:
            await grants.save_grant(oauth.store, spec.name, Grant(url=url, client=grant.client, by_hand=True))
            return
    await grants.save_grant(oauth.store, spec.name, None)


async def _revoke(flow: Flow) -> None:
    """Best effort: what is forgotten here ends there by itself."""
    with contextlib.suppress(OAuthFlowError, httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(_REVOKE_S), _client() as client:
            for request in flow.revocations():
                await client.send(request)


async def _nowhere(url: str) -> None:  # noqa: ARG001 - the SDK's signature
    raise AssertionError("nobody signs in while signing out")


def _client() -> WatchedClient:
    return WatchedClient(_unheard, {}, None)


def _unheard(_status: int, _authorization: str | None) -> None:
    """Nobody watches a sign-in's requests but its flow."""


def _replayed(url: str, challenge: Challenge) -> tuple[httpx2.Request, httpx2.Response]:
    """The request that was refused, as far as it matters, and its refusal."""
    version = challenge.protocol_version
    request = httpx2.Request("POST", url, headers={MCP_PROTOCOL_VERSION_HEADER: version} if version else {})
    headers = {"WWW-Authenticate": challenge.www_authenticate} if challenge.www_authenticate else {}
    return request, httpx2.Response(challenge.status, headers=headers, request=request)


def _where(error: Exception) -> str:
    try:
        return place(error.request.url) if isinstance(error, httpx2.RequestError) else "an address of it"
    except RuntimeError:  # httpx2's way to say that it does not know
        return "an address of it"


def _seen(task: "asyncio.Task[None]") -> None:
    """Whoever waits for it gets its exception; nobody may."""
    if not task.cancelled():
        task.exception()
