"""Find out which models a provider has."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import httpx
from kit.jsontypes import Json, JsonObject

from agent_runner.models.events import decode
from agent_runner.models.failures import from_answer, from_transport
from agent_runner.models.openai_compatible import headers_of
from agent_runner.models.providers import Provider

_NO_CHAT = re.compile(
    r"embed|whisper|transcri|tts|speech|audio|realtime|dall-e|image|imagen|veo|sora|moderation|guard|rerank|ocr|"
    r"davinci|babbage|bge-|minilm",
    re.IGNORECASE,
)
_MAX_MODELS = 1_000
_WINDOW_KEYS = ("context_length", "context_window", "max_context_length", "max_model_len")


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model of a provider. `context_window` in tokens, where known; `chat` ones answer conversations."""

    name: str
    context_window: int | None = None
    chat: bool = True
    tools: bool = True


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a provider said; `reason` tells why it cannot be used, and then the models are those last known."""

    models: Sequence[FoundModel] = ()
    reason: str | None = None


async def discover(provider: Provider, http: httpx.AsyncClient, timeout_s: float) -> Discovered:
    """Ask a provider for its models. Never raises for what a provider or the network does."""
    try:
        response = await http.get(f"{provider.base_url}/models", headers=_headers(provider), timeout=timeout_s)
    except httpx.RequestError as error:
        return Discovered(reason=from_transport(provider, error, idle_s=timeout_s).failure.detail)
    if response.status_code == 404:  # answers, but keeps no list: models are taken as they are named
        return Discovered()
    if not response.is_success:
        return Discovered(reason=from_answer(provider, "", response, response.content).failure.detail)
    models = list(models_in(response.content))
    if provider.name == "ollama":
        models = await asyncio.gather(*(_shown(provider, model, http, timeout_s) for model in models))
    return Discovered(models)


def models_in(body: bytes) -> Iterable[FoundModel]:
    """The models of a list as OpenAI and its many likenesses give it; what is not understood is passed over."""
    try:
        value = decode(body)
    except ValueError:
        return
    listed = cast("JsonObject", value).get("data") if isinstance(value, Mapping) else value
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        return
    for item in listed[:_MAX_MODELS]:
        if isinstance(item, Mapping) and isinstance(name := cast("JsonObject", item).get("id"), str):
            yield _model(name.removeprefix("models/"), cast("JsonObject", item))


def _model(name: str, item: JsonObject) -> FoundModel:
    window = next((size for key in _WINDOW_KEYS if isinstance(size := item.get(key), int)), None)
    return FoundModel(name, window, chat=_NO_CHAT.search(name) is None)


async def _shown(provider: Provider, model: FoundModel, http: httpx.AsyncClient, timeout_s: float) -> FoundModel:
    """What Ollama's own API adds: what a model can do, and its window."""
    url = f"{provider.base_url.removesuffix('/v1')}/api/show"
    try:
        response = await http.post(url, json={"model": model.name}, timeout=timeout_s)
        return with_details(model, decode(response.content)) if response.is_success else model
    except (httpx.RequestError, ValueError):
        return model


def with_details(model: FoundModel, shown: Json) -> FoundModel:
    """The model with what Ollama's `/api/show` says of it."""
    if not isinstance(shown, Mapping):
        return model
    said = cast("JsonObject", shown)
    able, info = said.get("capabilities"), said.get("model_info")
    if isinstance(able, Sequence) and not isinstance(able, str):
        model = replace(model, chat="completion" in able, tools="tools" in able)
    if isinstance(info, Mapping):
        sizes = [size for key, size in info.items() if key.endswith(".context_length") and isinstance(size, int)]
        model = replace(model, context_window=sizes[0] if sizes else None)
    return model


def _headers(provider: Provider) -> Mapping[str, str]:
    if provider.name == "anthropic" and provider.api_key:  # its list is only there in its own dialect
        return {"x-api-key": provider.api_key, "anthropic-version": "2023-06-01"}
    return headers_of(provider)
