"""Signing in to a server: from the link, by way of the browser, to tokens in the secret store."""

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog
from kit.problems import Problem

from agent_runner.mcp_manager.errors import InvalidServer, SignInDenied, SignInFailed, SignInUnknown
from agent_runner.mcp_manager.types import Callback, OwnClient, ServerSpec, ServerState

if TYPE_CHECKING:
    from agent_runner.mcp_manager.attempt import Attempt
    from agent_runner.mcp_manager.auth import OAuth

START_S = 9.0  # the dashboard waits for 10
FINISH_S = 30.0
_log = structlog.get_logger("mcp")


class Servers(Protocol):
    """What is needed of the `McpManager`."""

    def server(self, name: str) -> ServerState:
        """One server. Raises `ServerNotFound`."""
        ...

    async def restart(self, name: str) -> ServerState:
        """Connect it anew."""
        ...


class SignIns:
    """Sign-ins under way, at most one a server, each for 10 minutes and known by a `state` that works once.

    They are in memory: when the agent restarts meanwhile, the person starts again.
    """

    def __init__(self, oauth: "OAuth", servers: Servers) -> None:
        self._oauth = oauth
        self._servers = servers
        self._attempts: dict[str, Attempt] = {}
        self._changing = asyncio.Lock()

    async def start(self, name: str, own: OwnClient | None = None) -> str:
        """Begin, and get the address to send the person to. An earlier attempt for the server is over with it.

        `own` is a client that the person has registered, kept when it works; without it the one that is known is used,
        or we register. Raises `ServerNotFound`, `InvalidServer`, `SignInFailed`, `StorageUnavailable`.
        """
        spec = _remote(self._servers.server(name).spec)
        from agent_runner.mcp_manager.attempt import Attempt  # noqa: PLC0415 - brings the SDK: only when needed

        async with self._changing:
            await self._drop(name)
            attempt = self._attempts[name] = Attempt(spec, self._oauth, own)
        try:
            return await attempt.begin(START_S)
        except BaseException:
            if self._attempts.get(name) is attempt:
                await self._drop(name)
            raise

    async def finish(self, callback: Callback) -> str:
        """What the browser came back with; gives the server's name, which is connected anew.

        Raises `SignInUnknown`, `SignInDenied`, `SignInFailed`, `StorageUnavailable`.
        """
        attempt = self._taken(callback.state)
        name = attempt.name
        try:
            if self._servers.server(name).spec.url != attempt.url_as_defined:
                raise SignInFailed(f"the address of MCP server {name!r} was changed meanwhile; start again")
            if callback.error is not None:
                raise SignInDenied(name, callback.error)
            await attempt.finish(callback, FINISH_S)
        except Problem as problem:
            _log.warning("mcp_sign_in_failed", server=name, reason=problem.detail)
            raise
        finally:
            await attempt.end()
        self._oauth.forget_challenge(name)
        _log.info("mcp_signed_in", server=name)
        await self._servers.restart(name)
        return name

    async def sign_out(self, name: str) -> None:
        """Revoke what was granted, where the authorization server offers it, and forget it in any case.

        Raises `ServerNotFound`, `InvalidServer`, `StorageUnavailable`.
        """
        spec = _remote(self._servers.server(name).spec)
        from agent_runner.mcp_manager import attempt  # noqa: PLC0415 - brings the SDK: only when needed

        async with self._changing:
            await self._drop(name)
        self._oauth.forget_challenge(name)
        await attempt.sign_out(spec, self._oauth)
        _log.info("mcp_signed_out", server=name)
        await self._servers.restart(name)

    async def aclose(self) -> None:
        """Give up what is under way."""
        for name in list(self._attempts):
            await self._drop(name)

    def _taken(self, state: str) -> "Attempt":
        """The attempt that this state belongs to, which from now on it does not."""
        for name, attempt in self._attempts.items():
            if attempt.state is not None and attempt.state == state and not attempt.over:
                del self._attempts[name]
                return attempt
        raise SignInUnknown

    async def _drop(self, name: str) -> None:
        attempt = self._attempts.pop(name, None)
        if attempt is not None:
            await attempt.end()


def _remote(spec: ServerSpec) -> ServerSpec:
    if spec.transport == "stdio":
        raise InvalidServer("a stdio server takes its credentials from its variables: there is no sign-in")
    if any(name.lower() == "authorization" for name in spec.headers):
        raise InvalidServer("headers.Authorization: this server is given a token of its own; remove it to sign in")
    return spec
