"""The models to choose from, and the one that is chosen where none is named."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest
import respx
from agent_runner.core.ports import ModelFailedError
from agent_runner.core.types import Message, ModelRequest, Reply
from agent_runner.models.discovery import FoundModel
from agent_runner.models.providers import ModelSettings, Provider, model_settings
from agent_runner.models.registry import ModelNotFound, ModelRegistry, best_of
from agent_runner.models.usage import ModelCall

OLLAMA_MODELS = "http://127.0.0.1:11434/v1/models"
OPENAI = Provider("openai", "https://api.openai.com/v1", "sk-1", "OPENAI_API_KEY", preferred=["gpt-*-mini", "gpt-*"])


@asynccontextmanager
async def registry(settings: ModelSettings, **hooks: object) -> AsyncGenerator[ModelRegistry]:
    made = ModelRegistry(settings, **hooks)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.aclose()


@respx.mock
async def test_on_a_fresh_machine_the_built_in_model_is_there() -> None:
    """No key, no server, no network: something answers, and Ollama's absence is explained."""
    respx.get(OLLAMA_MODELS).mock(side_effect=httpx.ConnectError("refused"))
    async with registry(model_settings({})) as models:
        await models.refresh()
        assert [info.id for info in models.list()] == ["builtin:operator"]
        assert models.for_role("agent").id == "builtin:operator"
        (ollama,) = models.providers()
        assert ollama.available is False
        assert "nothing answers at ollama (http://127.0.0.1:11434/v1)" in str(ollama.reason)


@respx.mock
async def test_ollama_is_used_as_soon_as_it_is_found() -> None:
    """Nothing has to be configured, and the change is told."""
    respx.get(OLLAMA_MODELS).respond(json={"data": [{"id": "nomic-embed-text"}, {"id": "qwen3"}]})
    respx.post("http://127.0.0.1:11434/api/show").respond(404)
    changes: list[int] = []
    async with registry(model_settings({}), on_change=lambda: changes.append(1)) as models:
        assert models.for_role("agent").id == "builtin:operator"
        await models.refresh()
        assert models.for_role("agent").id == "ollama:qwen3"
        assert models.for_role("summarization").id == "ollama:qwen3"
        await models.refresh()
    assert changes == [1]


@respx.mock
async def test_the_model_that_was_set_is_used_found_or_not() -> None:
    """A choice is not overruled by what happens to answer."""
    respx.get(OLLAMA_MODELS).respond(json={"data": [{"id": "other"}]})
    respx.post("http://127.0.0.1:11434/api/show").respond(404)
    async with registry(model_settings({"AGENT_MODEL": "ollama:mine"})) as models:
        await models.refresh()
        assert models.for_role("agent").id == "ollama:mine"


@respx.mock
async def test_a_provider_that_stops_answering_keeps_its_models_as_unavailable() -> None:
    """The list does not jump, and says why; the role falls back to what works."""
    answers = [httpx.Response(200, json={"data": [{"id": "gpt-x", "context_window": 9}]}), httpx.ConnectError("gone")]
    respx.get("https://api.openai.com/v1/models").mock(side_effect=answers)
    async with registry(ModelSettings([OPENAI])) as models:
        await models.refresh()
        assert (models.list()[0].available, models.list()[0].context_window) == (True, 9)
        await models.refresh()
        gone = models.info("openai:gpt-x")
        assert gone is not None
        assert gone.available is False
        assert "nothing answers" in str(gone.reason)
        assert models.for_role("agent").id == "builtin:operator"


@respx.mock
async def test_starting_waits_for_nobody() -> None:
    """Discovery goes on in the background, and ends with the registry."""
    asked = asyncio.Event()

    async def hang(request: httpx.Request) -> httpx.Response:
        asked.set()
        await asyncio.sleep(60)
        return httpx.Response(200)

    respx.get("https://api.openai.com/v1/models").mock(side_effect=hang)
    async with registry(ModelSettings([OPENAI])) as models:
        await models.start()
        assert models.list()[-1].id == "builtin:operator"
        assert models.providers()[0].available is None
        await asyncio.wait_for(asked.wait(), 5)


@respx.mock
async def test_providers_are_asked_again_after_a_while() -> None:
    """One that comes later is found without a restart."""
    came = asyncio.Event()
    answers = [httpx.ConnectError("not yet"), httpx.Response(200, json={"data": [{"id": "gpt-x"}]})]
    respx.get("https://api.openai.com/v1/models").mock(side_effect=[*answers, *answers[1:] * 50])
    settings = ModelSettings([OPENAI], refresh_s=0.01)
    async with registry(settings, on_change=lambda: models.info("openai:gpt-x") and came.set()) as models:
        await models.start()
        await asyncio.wait_for(came.wait(), 5)


@pytest.mark.parametrize("model_id", ["gpt-x", "", ":", "openai:", "nowhere:x", "anthropic:claude"])
async def test_an_unknown_model_is_a_problem_that_helps(model_id: str) -> None:
    """404, with the providers there are or the key to set."""
    async with registry(ModelSettings([OPENAI])) as models:
        with pytest.raises(ModelNotFound, match=r"openai, builtin|ANTHROPIC_API_KEY") as raised:
            models.get(model_id)
    assert (raised.value.status, raised.value.code) == (404, "model_not_found")


async def test_a_model_needs_not_be_listed_to_be_asked() -> None:
    """Lists are incomplete: whether a provider has a model, it says itself."""
    async with registry(ModelSettings([OPENAI])) as models:
        assert models.get("openai:ft:gpt:mine").id == "openai:ft:gpt:mine"
        assert models.get("openai:x") is models.get("openai:x")


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["gpt-9", "gpt-5-mini", "gpt-9-mini"], "gpt-9-mini"),
        (["o1", "gpt-4"], "gpt-4"),
        (["o1"], "o1"),
        ([], None),
    ],
)
def test_the_best_model_of_a_provider(names: Sequence[str], best: str | None) -> None:
    """The first that is preferred, the newest name of those; else the first there is."""
    assert best_of(OPENAI, [FoundModel(name) for name in names]) == best


def test_models_without_tools_or_chat_are_not_chosen() -> None:
    """An agent needs both."""
    assert best_of(OPENAI, [FoundModel("gpt-a", chat=False), FoundModel("gpt-b", tools=False), FoundModel("c")]) == "c"


HELLO = ModelRequest([Message("user", "hello")])


@respx.mock
async def test_each_call_is_counted() -> None:
    """Duration, tokens and failure of a call reach whoever counts."""
    calls: list[ModelCall] = []
    respx.post("https://api.openai.com/v1/chat/completions").respond(401)
    async with registry(ModelSettings([OPENAI]), on_call=calls.append) as models:
        async with aclosing(models.get("builtin:operator").stream(HELLO)) as parts:
            assert isinstance([part async for part in parts][-1], Reply)
        with pytest.raises(ModelFailedError):
            await anext(models.get("openai:x").stream(HELLO))
        async with aclosing(models.get("builtin:operator").stream(HELLO)) as parts:
            await anext(parts)
    worked, failed, ended = calls
    assert worked.usage.total_tokens > 0
    assert worked.first_ms is not None
    assert failed.failure is not None
    assert failed.failure.code == "model_auth"
    assert [call.cancelled for call in calls] == [False, False, True]
    assert ended.duration_ms >= 0
