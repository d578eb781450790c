"""OAuth 2.1 for HTTP servers: the SDK's client, with what it leaves open.

The SDK does discovery, registration, PKCE, resource indicators, scopes and the checks on issuers. Here: requests that
have a token do not wait for each other; a token is refreshed before a person is asked; what is needed to refresh
outlives a restart; every address is judged before anything goes there, and every answer is bounded.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import httpx2
import orjson
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.exceptions import OAuthFlowError, OAuthRegistrationError, OAuthTokenError
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from mcp.shared.inbound import MCP_PROTOCOL_VERSION_HEADER
from pydantic import AnyUrl

from agent_runner import VERSION
from agent_runner.mcp_manager import oauth_rules as rules
from agent_runner.mcp_manager.auth import OAuthSettings
from agent_runner.mcp_manager.grants import Keeper
from agent_runner.mcp_manager.ports import SignInRequiredError
from agent_runner.mcp_manager.types import Challenge

MAX_ANSWER_BYTES = 1 << 20
_TIMEOUT = httpx2.Timeout(10.0).as_dict()
_TRIES = 3
_MAX_WORDS = 300
_REFRESH = b"grant_type=refresh_token"
_PASSING = frozenset({408, 425, 429})
_LOGGER = "mcp.client.auth.oauth2"

OnUrl = Callable[[str], Awaitable[None]]
OnCode = Callable[[], Awaitable[AuthorizationCodeResult]]


class Flow:
    """The SDK's sign-in for one server, step by step."""

    def __init__(self, url: str, settings: OAuthSettings, keeper: Keeper, on_url: OnUrl, on_code: OnCode) -> None:
        logging.getLogger(_LOGGER).setLevel(logging.CRITICAL)  # its tracebacks quote answers, which may hold tokens
        self._url = url
        self._keeper = keeper
        self._provider = OAuthClientProvider(
            url, _description(settings), keeper, on_url, on_code, client_metadata_url=settings.client_url
        )
        keeper.serve(self._provider.context)

    @property
    def token(self) -> str | None:
        """The access token, unless it has expired."""
        context = self._provider.context
        return context.current_tokens.access_token if context.current_tokens and context.is_token_valid() else None

    @property
    def newest(self) -> str | None:
        """The access token, whatever its age: some servers give out what has expired by their own word."""
        tokens = self._provider.context.current_tokens
        return tokens.access_token if tokens else None

    @property
    def refreshable(self) -> bool:
        """Can a new token be had without a person?"""
        return self._provider.context.can_refresh_token()

    def expire(self) -> None:
        """The server does not take the token: what we were told of its end does not hold."""
        self._provider.context.token_expiry_time = 1

    def choose_method(self) -> None:
        """How a client that a person registered proves itself: as the authorization server offers, Basic if it may."""
        client, server = self._provider.context.client_info, self._provider.context.oauth_metadata
        if client is None or client.client_secret is None or client.token_endpoint_auth_method is not None:
            return
        offered = (server.token_endpoint_auth_methods_supported if server else None) or ["client_secret_basic"]
        basic = "client_secret_basic" in offered or "client_secret_post" not in offered
        client.token_endpoint_auth_method = "client_secret_basic" if basic else "client_secret_post"

    def revocations(self) -> list[httpx2.Request]:
        """What tells the authorization server that the tokens are given up (RFC 7009), where it wants to know."""
        context = self._provider.context
        tokens, client, server = context.current_tokens, context.client_info, context.oauth_metadata
        if tokens is None or client is None or server is None or server.revocation_endpoint is None:
            return []
        made: list[httpx2.Request] = []
        for kind, token in (("refresh_token", tokens.refresh_token), ("access_token", tokens.access_token)):
            if token:
                data = {"token": token, "token_type_hint": kind, "client_id": client.client_id}
                data, headers = context.prepare_token_auth(data, {})
                made.append(httpx2.Request("POST", str(server.revocation_endpoint), data=data, headers=headers))
                self._prepare(made[-1])
        return made

    async def requests(
        self, request: httpx2.Request, given: httpx2.Response | None
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """What is to be sent until there is a token for `request`, which was answered with `given`.

        Raises `OAuthFlowError` with words that hold no secret, and what the handlers raise.
        """
        async with aclosing(self._provider.async_auth_flow(request)) as flow:
            outgoing = await anext(flow)
            while True:
                if outgoing is not request:
                    self._prepare(outgoing)
                    answer = yield outgoing
                    word = await _judged(answer)
                elif given is None:
                    return
                else:
                    answer, given, word = given, None, None
                try:
                    following = await flow.asend(answer)
                except StopAsyncIteration:
                    return
                except (OAuthTokenError, OAuthRegistrationError) as error:
                    await self._refused(word)
                    raise type(error)(_plainly(outgoing, answer, word)) from None
                except OAuthFlowError as error:
                    raise OAuthFlowError(str(error)[:_MAX_WORDS]) from None
                except ValueError:
                    raise OAuthFlowError(_plainly(outgoing, answer, word)) from None
                if _REFRESH in outgoing.content and answer.status_code >= 400:
                    await self._refused(word)
                outgoing = following

    def _prepare(self, outgoing: httpx2.Request) -> None:
        why = rules.unsafe(str(outgoing.url), self._url)
        if why is not None:
            raise OAuthFlowError(f"the sign-in leads to {place(outgoing.url)}, which is refused: {why}")
        outgoing.extensions = {**outgoing.extensions, "timeout": _TIMEOUT}

    async def _refused(self, word: str | None) -> None:
        await self._keeper.refused(client_too=word in {"invalid_client", "unauthorized_client"})


class ServerAuth(httpx2.Auth):
    """Authenticates the requests of one connection. Where a person is needed it raises `SignInRequiredError`."""

    def __init__(
        self, name: str, url: str, settings: OAuthSettings, keeper: Keeper, note: Callable[[Challenge], None]
    ) -> None:
        """`note` is told what the server asks for, for the sign-in that follows."""
        self._name = name
        self._note = note
        self._flow = Flow(url, settings, keeper, self._nobody_here, no_code)

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """As httpx2 asks: the requests to send, `request` last."""
        given: httpx2.Response | None = None
        for _ in range(_TRIES):
            used = self._flow.token
            if given is not None or (used is None and self._flow.refreshable):
                async with aclosing(self._steps(request, given)) as steps:
                    answer = None
                    while (outgoing := await step(steps, answer)) is not None:
                        answer = yield outgoing
                used = self._flow.newest
            if used is not None:
                request.headers["Authorization"] = f"Bearer {used}"
            response = yield request
            challenge = _challenge(request, response)
            if challenge is None:
                return
            self._note(challenge)
            given = self._to_give(response, used)

    async def _steps(
        self, request: httpx2.Request, given: httpx2.Response | None
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """What is to be sent for a token. Where nobody can register by themselves, a person is needed too."""
        try:
            async with aclosing(self._flow.requests(request, given)) as steps:
                answer = None
                while (outgoing := await step(steps, answer)) is not None:
                    answer = yield outgoing
        except OAuthRegistrationError as error:
            raise SignInRequiredError(
                f"MCP server {self._name!r} asks for a sign-in, and takes no registration ({error}): sign in with a "
                "client of your own, or give it a header Authorization"
            ) from None

    def _to_give(self, response: httpx2.Response, used: str | None) -> httpx2.Response | None:
        """The refusal, to go on from; None where a newer token, or one to be had by refreshing, comes first."""
        if response.status_code != 401 or used is None:
            return response
        if self._flow.newest == used and not self._flow.refreshable:
            return response
        if self._flow.newest == used:
            self._flow.expire()
        return None

    async def _nobody_here(self, url: str) -> None:  # noqa: ARG002 - the SDK's signature
        raise SignInRequiredError(f"MCP server {self._name!r} asks for a sign-in")


async def no_code() -> AuthorizationCodeResult:
    """The handler where nobody was sent anywhere."""
    raise AssertionError("nobody was sent to the authorization server")


async def step(
    steps: AsyncGenerator[httpx2.Request, httpx2.Response], answer: httpx2.Response | None
) -> httpx2.Request | None:
    """The next request of a flow, given the answer to the one before; None at its end."""
    try:
        return await (anext(steps) if answer is None else steps.asend(answer))
    except StopAsyncIteration:
        return None


async def _judged(answer: httpx2.Response) -> str | None:
    """Read it, within bounds; the OAuth word of a refusal. A passing failure of the other side is no refusal.

    Only for refreshing and exchanging: where metadata is looked for, the SDK knows what 5xx means.
    """
    assert isinstance(answer.stream, httpx2.AsyncByteStream)
    if not answer.is_stream_consumed:
        answer.stream = _Short(answer.stream)
        await answer.aread()
    if answer.request.method == "POST" and (answer.status_code >= 500 or answer.status_code in _PASSING):
        raise OAuthFlowError(f"the authorization server {place(answer.request.url)} answers {answer.status_code}")
    if answer.status_code < 400:
        return None
    try:
        return rules.refusal_word(orjson.loads(answer.content))
    except ValueError:
        return None


class _Short(httpx2.AsyncByteStream):
    """A body that fails when it is longer than any answer of this kind."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                raise OAuthFlowError("an answer of the sign-in is longer than 1 MiB")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _challenge(request: httpx2.Request, response: httpx2.Response) -> Challenge | None:
    asked = response.headers.get("www-authenticate", "")
    if not rules.asks_for_sign_in(response.status_code, asked):
        return None
    return Challenge(response.status_code, asked, request.headers.get(MCP_PROTOCOL_VERSION_HEADER))


def _plainly(outgoing: httpx2.Request, answer: httpx2.Response, word: str | None) -> str:
    """Without the body, which may quote what we sent."""
    said = f"{answer.status_code} {word}" if word else str(answer.status_code)
    if answer.status_code < 400:
        return f"{place(outgoing.url)} gave an answer that cannot be used"
    return f"{place(outgoing.url)} refuses: {said}"


def place(url: httpx2.URL) -> str:
    """The address without its query, which may hold secrets."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}{url.path}"[:200]


def _description(settings: OAuthSettings) -> OAuthClientMetadata:
    here = rules.is_loopback(settings.redirect_uri)
    return OAuthClientMetadata(
        client_name="Binnacle",
        redirect_uris=[AnyUrl(settings.redirect_uri)],
        application_type="native" if here else "web",
        software_id="binnacle",
        software_version=VERSION,
    )
