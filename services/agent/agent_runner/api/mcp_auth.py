"""Signing in to MCP servers, and out."""

from typing import Self

from fastapi import APIRouter
from kit.web import routing
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from agent_runner.api.parts import PartsOf
from agent_runner.mcp_manager.types import Callback, OwnClient


class SignInRequest(BaseModel):
    """A client that you registered with the authorization server, where it registers none by itself. It is kept
    when the sign-in succeeds."""

    model_config = ConfigDict(extra="forbid")

    client_id: str | None = Field(None, min_length=1, max_length=2_000)
    client_secret: SecretStr | None = Field(None, min_length=1, max_length=2_000)

    @model_validator(mode="after")
    def _secret_of_a_client(self) -> Self:
        if self.client_secret is not None and self.client_id is None:
            raise ValueError("client_secret goes with client_id")
        return self

    def own(self) -> OwnClient | None:
        """The client, where one is given."""
        if self.client_id is None:
            return None
        return OwnClient(self.client_id, self.client_secret.get_secret_value() if self.client_secret else None)


class SignInStarted(BaseModel):
    """Where to send the person's browser; good for 10 minutes."""

    authorization_url: str


class SignInAnswer(BaseModel):
    """What the authorization server appended to the address that the browser came back to."""

    model_config = ConfigDict(extra="forbid")

    state: str = Field(min_length=1, max_length=128)
    code: str | None = Field(None, min_length=1, max_length=4_096)
    iss: str | None = Field(None, max_length=2_048)
    error: str | None = Field(None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")

    @model_validator(mode="after")
    def _code_or_error(self) -> Self:
        if (self.code is None) == (self.error is None):
            raise ValueError("give either code or error")
        return self


class SignedIn(BaseModel):
    """The server, which is being connected."""

    server: str


def router() -> APIRouter:
    """`/api/v1/mcp`: the part about OAuth."""
    routes = routing.router("/api/v1/mcp", tag="mcp")

    @routes.post("/servers/{name}/auth", summary="Start to sign in to a server")
    async def start(name: str, parts: PartsOf, asked: SignInRequest | None = None) -> SignInStarted:
        """Finds the authorization server and registers there if need be. An earlier sign-in that is under way ends.

        502 `mcp_sign_in_failed` says what stood in the way.
        """
        own = asked.own() if asked else None
        return SignInStarted(authorization_url=await parts.sign_ins.start(name, own))

    @routes.delete("/servers/{name}/auth", status_code=204, summary="Sign out of a server")
    async def sign_out(name: str, parts: PartsOf) -> None:
        """Tokens are revoked where the authorization server offers it, and forgotten. A client of yours is kept."""
        await parts.sign_ins.sign_out(name)

    @routes.post("/oauth/callback", summary="Finish a sign-in, as the dashboard hands it on")
    async def finish(asked: SignInAnswer, parts: PartsOf) -> SignedIn:
        """A `state` works once: 400 `mcp_sign_in_unknown` otherwise. A refusal is 409 `mcp_sign_in_denied`."""
        answer = Callback(asked.state, asked.code, asked.iss, asked.error)
        return SignedIn(server=await parts.sign_ins.finish(answer))

    return routes
