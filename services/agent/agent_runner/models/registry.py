"""All models there are: those of the providers, as found in the background, and the built-in one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

import httpx
import structlog
from kit.problems import NotFound

from agent_runner.core.ports import Model
from agent_runner.models.connections import model_client
from agent_runner.models.discovery import Discovered, FoundModel, discover
from agent_runner.models.openai_compatible import OpenAICompatibleModel
from agent_runner.models.operator import BUILT_IN, OperatorModel
from agent_runner.models.providers import ModelSettings, Provider, key_variable_of
from agent_runner.models.usage import CountedModel, OnCall

Role: TypeAlias = Literal["agent", "summarization"]
_log = structlog.get_logger("models")


class ModelNotFound(NotFound):
    """No model of that name can be asked."""

    code = "model_not_found"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model to choose. `id` is `provider:name`; `reason` says why it is not available; the window is in tokens."""

    id: str
    provider: str
    name: str
    available: bool
    reason: str | None
    context_window: int | None
    local: bool
    chat: bool
    tools: bool


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """A provider as last seen; `available` is None before it was asked for the first time."""

    name: str
    base_url: str
    local: bool
    available: bool | None
    reason: str | None


class ModelRegistry:
    """Gives out models by id and by role.

    Providers are asked for their models in the background, at start and then every `refresh_s`; nothing waits for
    them. One that stops answering keeps its models, marked as unavailable. `on_change` is called when the list changed.
    """

    def __init__(
        self, settings: ModelSettings, *, on_call: OnCall | None = None, on_change: Callable[[], None] | None = None
    ) -> None:
        self._settings = settings
        self._providers = {provider.name: provider for provider in settings.providers}
        self._found: dict[str, Discovered] = {}
        self._models: dict[str, Model] = {}
        self._on_call = on_call
        self._on_change = on_change
        self._task: asyncio.Task[None] | None = None
        self._http: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Begin to look for models; returns at once."""
        self._task = asyncio.create_task(self._keep_looking())

    async def aclose(self) -> None:
        """Stop looking, and close all connections."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()

    def list(self) -> Sequence[ModelInfo]:
        """All models known, the built-in one last."""
        found = [
            _info(provider, model, self._found[provider.name].reason)
            for provider in self._providers.values()
            if provider.name in self._found
            for model in self._found[provider.name].models
        ]
        return [*found, _BUILT_IN_INFO]

    def providers(self) -> Sequence[ProviderInfo]:
        """All providers configured, also those that do not answer."""
        return [_provider_info(provider, self._found.get(provider.name)) for provider in self._providers.values()]

    def get(self, model_id: str) -> Model:
        """The model `provider:name`. Raises `ModelNotFound`; whether a provider has it is said when it is asked."""
        if model_id not in self._models:
            self._models[model_id] = self._make(model_id)
        return self._models[model_id]

    def info(self, model_id: str) -> ModelInfo | None:
        """What is known of a model; None for one that no provider listed."""
        return next((info for info in self.list() if info.id == model_id), None)

    def context_window(self, model_id: str) -> int | None:
        """How many tokens a request to a model may have, where its provider says so."""
        name, _, model = model_id.partition(":")
        found = self._found.get(name)
        return next((each.context_window for each in found.models if each.name == model), None) if found else None

    def for_role(self, role: Role) -> Model:
        """The model for a role: the one set, else the best that was found, else the built-in one."""
        _ = role  # one model serves all roles until roles can be set
        return self.get(self._settings.agent_model or self._best() or BUILT_IN)

    async def refresh(self) -> None:
        """Ask all providers for their models now."""
        before = dict(self._found)
        await asyncio.gather(*(self._look(provider) for provider in self._providers.values()))
        if self._found != before and self._on_change is not None:
            self._on_change()

    async def _keep_looking(self) -> None:
        while True:
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001 - the edge of the loop: what one provider sends ends no discovery
                _log.error("discovery_failed", exc_info=error)
            await asyncio.sleep(self._settings.refresh_s)

    async def _look(self, provider: Provider) -> None:
        found = await discover(provider, self._client(), self._settings.discovery_s)
        known = self._found.get(provider.name)
        if found.reason is not None and known is not None:
            found = Discovered(known.models, found.reason)
        self._found[provider.name] = found

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:  # when first needed
            self._http = model_client()
        return self._http

    def _make(self, model_id: str) -> Model:
        model = OperatorModel() if model_id == BUILT_IN else self._remote(model_id)
        return CountedModel(model, self._on_call) if self._on_call is not None else model

    def _remote(self, model_id: str) -> Model:
        name, _, model = model_id.partition(":")
        provider = self._providers.get(name)
        if provider is None or not model:
            raise ModelNotFound(_advice(model_id, [*self._providers, "builtin"]))
        return OpenAICompatibleModel(provider, model, self._client(), self._settings)

    def _best(self) -> str | None:
        for provider in self._providers.values():
            found = self._found.get(provider.name)
            if found is not None and found.reason is None and (model := best_of(provider, found.models)):
                return f"{provider.name}:{model}"
        return None


def best_of(provider: Provider, models: Sequence[FoundModel]) -> str | None:
    """The model to use where none is named: the first preferred one, else the first that can call tools."""
    usable = [model.name for model in models if model.chat and model.tools]
    for pattern in provider.preferred:
        if matching := sorted((name for name in usable if fnmatchcase(name, pattern)), reverse=True):
            return matching[0]
    return usable[0] if usable else None


_BUILT_IN_INFO = ModelInfo(BUILT_IN, "builtin", "operator", True, None, None, local=True, chat=True, tools=True)


def _info(provider: Provider, model: FoundModel, reason: str | None) -> ModelInfo:
    return ModelInfo(
        id=f"{provider.name}:{model.name}",
        provider=provider.name,
        name=model.name,
        available=reason is None,
        reason=reason,
        context_window=model.context_window,
        local=provider.local,
        chat=model.chat,
        tools=model.tools,
    )


def _provider_info(provider: Provider, found: Discovered | None) -> ProviderInfo:
    available = None if found is None else found.reason is None
    reason = found.reason if found is not None else None
    return ProviderInfo(provider.name, provider.base_url, provider.local, available, reason)


def _advice(model_id: str, providers: Sequence[str]) -> str:
    name = model_id.partition(":")[0]
    if name not in providers and (variable := key_variable_of(name)):
        return f"no model {model_id!r}: set {variable} to connect {name}"
    return f"no model {model_id!r}; give provider:model, where the provider is one of {', '.join(providers)}"
