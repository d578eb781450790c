"""`/v1/models`: what can stand as `model` in a request."""

from typing import Literal

from fastapi import APIRouter
from kit.web import routing
from pydantic import BaseModel

from agent_runner.api.parts import PartsOf


class OpenAIModel(BaseModel):
    """A model in OpenAI's format."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str


class OpenAIModels(BaseModel):
    """The list in OpenAI's format."""

    object: Literal["list"] = "list"
    data: list[OpenAIModel]


def router() -> APIRouter:
    """`/v1/models`."""
    routes = routing.router("/v1", tag="openai")

    @routes.get("/models", summary="The agent, and the models that can be asked directly")
    async def models(parts: PartsOf) -> OpenAIModels:
        available = [info for info in parts.models.list() if info.available and info.chat]
        agent = OpenAIModel(id="agent", owned_by="binnacle")
        return OpenAIModels(data=[agent, *(OpenAIModel(id=info.id, owned_by=info.provider) for info in available)])

    return routes
