"""OAuth for the servers' connections. Light: the SDK is imported when the first connection is made."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent_runner.mcp_manager import secrets
from agent_runner.mcp_manager.types import Challenge, ServerSpec

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from agent_runner.mcp_manager.ports import SecretStore


@dataclass(frozen=True, slots=True)
class OAuthSettings:
    """What we are to authorization servers.

    `redirect_uri` is where the browser comes back to, `client_url` the https address of our client metadata document,
    for servers that take one instead of a registration.
    """

    redirect_uri: str
    client_url: str | None = None


class OAuth:
    """The `AuthFactory` that signs in by OAuth 2.1, for every remote server that has no `Authorization` of its own.

    Remembers what each server last asked for, so that a sign-in begins where a request was refused: some servers ask
    only for some calls, and only for some scopes.
    """

    def __init__(self, store: "SecretStore", environment: "Mapping[str, str]", settings: OAuthSettings) -> None:
        self.store = store
        self.settings = settings
        self._environment = environment
        self._challenges: dict[str, tuple[str, Challenge]] = {}

    def url_of(self, spec: ServerSpec) -> str:
        """The server's address as it is called. Raises `UnresolvedError`."""
        return secrets.resolve(spec, self.store, self._environment).url

    def headers_of(self, spec: ServerSpec) -> "Mapping[str, str]":
        """The headers of its definition. Raises `UnresolvedError`."""
        return secrets.resolve(spec, self.store, self._environment).headers

    def auth_for(self, spec: ServerSpec) -> "httpx2.Auth":
        """Called for each connection to a remote server. Raises `UnresolvedError`, `StorageUnavailable`."""
        from agent_runner.mcp_manager import grants, oauth  # noqa: PLC0415 - brings the SDK; loaded by now

        name, url = spec.name, self.url_of(spec)
        keeper = grants.Keeper(self.store, name, grants.load_grant(self.store, name, url, self.settings.redirect_uri))
        return oauth.ServerAuth(name, url, self.settings, keeper, lambda asked: self._note(name, url, asked))

    def challenge(self, name: str, url: str) -> Challenge | None:
        """What the server at this address last asked for."""
        asked_at, challenge = self._challenges.get(name, (None, None))
        return challenge if asked_at == url else None

    def forget_challenge(self, name: str) -> None:
        """It was answered, or is of no use any more."""
        self._challenges.pop(name, None)

    def _note(self, name: str, url: str, challenge: Challenge) -> None:
        self._challenges[name] = (url, challenge)
