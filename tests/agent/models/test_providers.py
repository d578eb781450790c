"""Which providers an environment offers."""

import pytest
from agent_runner.models.providers import Provider, model_settings
from kit.settings import SettingsError


def found(environ: dict[str, str]) -> dict[str, Provider]:
    return {provider.name: provider for provider in model_settings(environ).providers}


def test_without_any_variable_only_ollama_is_looked_for() -> None:
    """On a fresh machine nothing on the internet is asked."""
    providers = found({})
    assert list(providers) == ["ollama"]
    assert providers["ollama"].base_url == "http://127.0.0.1:11434/v1"
    assert providers["ollama"].local


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("OPENAI_API_KEY", "openai"),
        ("ANTHROPIC_API_KEY", "anthropic"),
        ("GEMINI_API_KEY", "gemini"),
        ("GOOGLE_API_KEY", "gemini"),
        ("OPENROUTER_API_KEY", "openrouter"),
        ("MISTRAL_API_KEY", "mistral"),
        ("GROQ_API_KEY", "groq"),
        ("DEEPSEEK_API_KEY", "deepseek"),
        ("XAI_API_KEY", "xai"),
        ("TOGETHER_API_KEY", "together"),
        ("FIREWORKS_API_KEY", "fireworks"),
        ("CEREBRAS_API_KEY", "cerebras"),
    ],
)
def test_a_key_brings_its_provider(variable: str, name: str) -> None:
    """The usual variables are enough; blanks around a key do no harm, and a blank one is none."""
    provider = found({variable: " key "})[name]
    assert (provider.api_key, provider.key_variable) == ("key", variable)
    assert provider.base_url.startswith("https://")
    assert name not in found({variable: "  "})


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("gpu-box", "http://gpu-box:11434/v1"),
        ("gpu-box:8000", "http://gpu-box:8000/v1"),
        ("http://gpu-box:8000/", "http://gpu-box:8000/v1"),
        ("https://ollama.example.org", "https://ollama.example.org:443/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:9", "http://127.0.0.1:9/v1"),
        ("[::]:9", "http://[::1]:9/v1"),
        (":9", "http://127.0.0.1:9/v1"),
        ("host.docker.internal:11434", "http://host.docker.internal:11434/v1"),
        ("http://proxy/ollama", "http://proxy:11434/ollama/v1"),
    ],
)
def test_ollamas_own_variable_is_read_as_ollama_reads_it(host: str, base_url: str) -> None:
    """What people have set for Ollama works here."""
    assert found({"OLLAMA_HOST": host})["ollama"].base_url == base_url


def test_any_compatible_server_needs_no_key() -> None:
    """vLLM, llama.cpp or LM Studio are found by their address alone."""
    provider = found({"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1/"})["openai"]
    assert (provider.base_url, provider.api_key, provider.local) == ("http://127.0.0.1:8000/v1", None, True)


@pytest.mark.parametrize(
    ("environ", "variable"),
    [
        ({"OLLAMA_HOST": "http://[::1"}, "OLLAMA_HOST"),
        ({"OLLAMA_HOST": "box:port"}, "OLLAMA_HOST"),
        ({"OPENAI_BASE_URL": "ftp://x"}, "OPENAI_BASE_URL"),
        ({"OPENAI_BASE_URL": "127.0.0.1:8000"}, "OPENAI_BASE_URL"),
        ({"AGENT_MODEL": "gpt"}, "AGENT_MODEL"),
        ({"AGENT_MODEL": "openai:gpt"}, "AGENT_MODEL"),
        ({"AGENT_MODEL": "nonsense:gpt"}, "AGENT_MODEL"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(environ: dict[str, str], variable: str) -> None:
    """The service stops with one line that names the variable and the fix."""
    with pytest.raises(SettingsError, match=f"^{variable}: ") as raised:
        model_settings(environ)
    assert "\n" not in str(raised.value)


def test_the_missing_key_is_named() -> None:
    """Who chooses a model of a provider without its key reads which variable to set."""
    with pytest.raises(SettingsError, match="set MISTRAL_API_KEY"):
        model_settings({"AGENT_MODEL": "mistral:large"})


@pytest.mark.parametrize("model", ["builtin:operator", "ollama:qwen3:8b"])
def test_a_model_may_be_chosen(model: str) -> None:
    """Names with colons of their own are fine."""
    assert model_settings({"AGENT_MODEL": model}).agent_model == model
