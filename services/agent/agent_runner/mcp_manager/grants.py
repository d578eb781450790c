"""What is kept of a sign-in: one secret a server, which holds tokens, our registration, and where both came from."""

from kit.jsontypes import JsonObject
from mcp.client.auth.oauth2 import OAuthContext
from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, OAuthToken, ProtectedResourceMetadata
from pydantic import BaseModel, ValidationError

from agent_runner.mcp_manager.ports import SecretStore
from agent_runner.mcp_manager.secrets import prefix_of


class Grant(BaseModel):
    """Bound to `url`: what was granted for one address is never sent to another.

    `by_hand`: a person gave us `client`. `expires_at` is in seconds since 1970. `server` and `resource` are what was
    discovered: without them nobody would know where tokens are refreshed after a restart.
    """

    url: str
    client: OAuthClientInformationFull | None = None
    by_hand: bool = False
    tokens: OAuthToken | None = None
    expires_at: float | None = None
    server: OAuthMetadata | None = None
    resource: ProtectedResourceMetadata | None = None


def key_of(name: str) -> str:
    """Of a server's grant; `McpManager.remove` forgets it with the server's other secrets."""
    return f"{prefix_of(name)}oauth"


def load_grant(secrets: SecretStore, name: str, url: str, redirect_uri: str) -> Grant:
    """The grant for this address, or an empty one. Raises `StorageUnavailable`.

    A registration of our own that names another `redirect_uri` is passed over: people would not come back.
    """
    stored = secrets.get(key_of(name))
    try:
        grant = Grant.model_validate_json(stored) if stored else Grant(url=url)
    except ValidationError:
        return Grant(url=url)
    if grant.url != url:
        return Grant(url=url)
    uris = [str(uri) for uri in (grant.client.redirect_uris if grant.client else None) or ()]
    stale = bool(uris) and redirect_uri not in uris and not grant.by_hand and grant.tokens is None
    return grant.model_copy(update={"client": None}) if stale else grant


async def save_grant(secrets: SecretStore, name: str, grant: Grant | None) -> None:
    """Keep it, or forget it. Raises `StorageUnavailable`."""
    await secrets.change({key_of(name): _text(grant) if grant else None})


def _text(grant: Grant) -> str:
    return grant.model_dump_json(exclude_none=True)


class Keeper:
    """The SDK's storage, over one grant: it takes what the SDK knows at the moment that something is to be kept."""

    def __init__(self, secrets: SecretStore, name: str, grant: Grant, *, with_tokens: bool = True) -> None:
        """Without tokens the SDK starts a sign-in from nothing; what is kept stays until it has new ones."""
        self._secrets = secrets
        self._name = name
        self._grant = grant
        self._with_tokens = with_tokens
        self._context: OAuthContext | None = None
        self._known = secrets.get(key_of(name))

    def serve(self, context: OAuthContext) -> None:
        """Give the SDK what is kept; it asks the storage for tokens and client alone, and at a moment of its own."""
        self._context = context
        grant = self._grant
        context.client_info = grant.client
        context.oauth_metadata = grant.server
        context.protected_resource_metadata = grant.resource
        if grant.server is not None and grant.resource is not None:
            context.auth_server_url = str(grant.resource.authorization_servers[0])
        if self._with_tokens:
            context.current_tokens = grant.tokens
            context.token_expiry_time = grant.expires_at

    async def get_tokens(self) -> OAuthToken | None:
        """As the SDK asks."""
        return self._grant.tokens if self._with_tokens else None

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """As the SDK asks."""
        return self._grant.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """A new registration. Tokens that an earlier one got are of no more use."""
        self._grant = Grant(url=self._grant.url, client=client_info, tokens=self._grant.tokens)
        await self._save_unless_changed()

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """New tokens, by sign-in or refresh: keep them with all that is known by now."""
        context = self._context
        assert context is not None
        self._with_tokens = True
        self._grant = Grant(
            url=self._grant.url,
            client=_bound(context.client_info, context.oauth_metadata),
            by_hand=self._grant.by_hand,
            tokens=tokens,
            expires_at=context.token_expiry_time,
            server=context.oauth_metadata,
            resource=context.protected_resource_metadata,
        )
        await self._save()

    async def refused(self, *, client_too: bool) -> None:
        """The tokens are no good any more; nor is the registration, unless a person made it."""
        without: dict[str, None] = {"tokens": None, "expires_at": None}
        if client_too and not self._grant.by_hand:
            without["client"] = None
        self._with_tokens = True
        self._grant = self._grant.model_copy(update=without)
        await self._save_unless_changed()

    async def _save(self) -> None:
        self._known = _text(self._grant)
        await self._secrets.change({key_of(self._name): self._known})

    async def _save_unless_changed(self) -> None:
        """When somebody has signed in meanwhile, theirs stays."""
        key, text = key_of(self._name), _text(self._grant)
        if await self._secrets.change({key: text}, expected={key: self._known}):
            self._known = text


def registered(client_id: str, client_secret: str | None, redirect_uri: str) -> OAuthClientInformationFull:
    """A client that a person has registered with the authorization server."""
    known: JsonObject = {"client_id": client_id, "client_secret": client_secret, "redirect_uris": [redirect_uri]}
    return OAuthClientInformationFull.model_validate(known)


def _bound(
    client: OAuthClientInformationFull | None, server: OAuthMetadata | None
) -> OAuthClientInformationFull | None:
    """What a person registered belongs, from the first sign-in on, to the server that took it, and goes to no other."""
    if client is None or client.issuer is not None or server is None:
        return client
    return client.model_copy(update={"issuer": str(server.issuer)})
