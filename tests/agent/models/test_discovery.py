"""Finding out which models there are."""

import json

import httpx
import pytest
import respx
from agent_runner.models.discovery import Discovered, FoundModel, discover, models_in, with_details
from agent_runner.models.providers import Provider

OPENAI = Provider("openai", "https://api.openai.com/v1", "sk-1", "OPENAI_API_KEY")
OLLAMA = Provider("ollama", "http://127.0.0.1:11434/v1", local=True)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}, ["a", "b"]),
        ([{"id": "a"}], ["a"]),
        ({"data": [{"id": "models/gemini-x"}]}, ["gemini-x"]),
        ({"data": [{"id": 3}, None, "x", {}, {"id": "a"}]}, ["a"]),
        ({"data": "none"}, []),
        ({"models": []}, []),
        ("text", []),
        (None, []),
    ],
)
def test_lists_are_read_as_servers_write_them(body: object, names: list[str]) -> None:
    """What is not understood is passed over."""
    assert [model.name for model in models_in(json.dumps(body).encode())] == names


def test_a_page_that_is_no_list_has_no_models() -> None:
    """A login page in the place of JSON does not raise."""
    assert list(models_in(b"<html>")) == []


@pytest.mark.parametrize(
    ("name", "chat"),
    [
        ("gpt-x", True),
        ("llama3.2:3b", True),
        ("text-embedding-3-small", False),
        ("nomic-embed-text", False),
        ("whisper-1", False),
        ("tts-1", False),
        ("dall-e-3", False),
        ("omni-moderation-latest", False),
        ("gpt-image-1", False),
    ],
)
def test_models_that_do_not_chat_are_known_by_their_names(name: str, chat: bool) -> None:
    """They are listed, but never chosen for a conversation."""
    (model,) = models_in(json.dumps({"data": [{"id": name}]}).encode())
    assert model.chat is chat


@pytest.mark.parametrize("key", ["context_length", "context_window", "max_context_length", "max_model_len"])
def test_the_window_is_known_where_a_server_says_it(key: str) -> None:
    """Each server has its own word for it."""
    (model,) = models_in(json.dumps({"data": [{"id": "m", key: 4096}]}).encode())
    assert model.context_window == 4096


def test_ollama_says_what_a_model_can_do() -> None:
    """Its own API knows more than the list."""
    shown = {"capabilities": ["completion", "tools"], "model_info": {"llama.context_length": 8192}}
    assert with_details(FoundModel("m"), shown) == FoundModel("m", 8192, chat=True, tools=True)
    assert with_details(FoundModel("m"), {"capabilities": ["embedding"]}) == FoundModel("m", None, False, False)
    assert with_details(FoundModel("m"), "odd") == FoundModel("m")


@respx.mock
async def test_a_provider_is_asked_with_its_key() -> None:
    """The list is what the key may use."""
    route = respx.get("https://api.openai.com/v1/models").respond(json={"data": [{"id": "gpt-x"}]})
    async with httpx.AsyncClient() as http:
        assert await discover(OPENAI, http, 1) == Discovered([FoundModel("gpt-x")])
    assert route.calls.last.request.headers["Authorization"] == "Bearer sk-1"


@respx.mock
async def test_anthropic_is_asked_in_its_own_dialect() -> None:
    """Its list needs other headers than its chat."""
    route = respx.get("https://api.anthropic.com/v1/models").respond(json={"data": [{"id": "claude-x"}]})
    async with httpx.AsyncClient() as http:
        await discover(Provider("anthropic", "https://api.anthropic.com/v1", "sk-2"), http, 1)
    headers = route.calls.last.request.headers
    assert (headers["x-api-key"], headers["anthropic-version"]) == ("sk-2", "2023-06-01")
    assert "Authorization" not in headers


@respx.mock
async def test_ollama_is_asked_about_each_model() -> None:
    """One that cannot be shown keeps what the list said."""
    respx.get("http://127.0.0.1:11434/v1/models").respond(json={"data": [{"id": "a"}, {"id": "b"}]})
    shown = httpx.Response(200, json={"capabilities": ["completion"], "model_info": {}})
    respx.post("http://127.0.0.1:11434/api/show").mock(side_effect=[shown, httpx.ReadTimeout("")])
    async with httpx.AsyncClient() as http:
        found = await discover(OLLAMA, http, 1)
    assert found.models == [FoundModel("a", tools=False), FoundModel("b")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.ConnectError("refused"), "nothing answers"),
        (httpx.ReadTimeout(""), "silent for 1 s"),
        (httpx.Response(401, json={"error": {"message": "bad key"}}), "Check OPENAI_API_KEY"),
        (httpx.Response(500, text="oops"), "oops"),
    ],
)
@respx.mock
async def test_a_provider_that_cannot_be_used_says_why(answer: httpx.Response | Exception, said: str) -> None:
    """The reason is for people to read, and nothing is raised."""
    respx.get("https://api.openai.com/v1/models").mock(side_effect=[answer])
    async with httpx.AsyncClient() as http:
        found = await discover(OPENAI, http, 1)
    assert found.models == ()
    assert said in str(found.reason)


@respx.mock
async def test_a_server_without_a_list_is_available() -> None:
    """Its models are taken as they are named."""
    respx.get("https://api.openai.com/v1/models").respond(404)
    async with httpx.AsyncClient() as http:
        assert await discover(OPENAI, http, 1) == Discovered()
