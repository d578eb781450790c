"""The providers we know, and which of them an environment offers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from kit.settings import SettingsError


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenAI-compatible endpoint. `base_url` ends before `/chat/completions`; `key_variable` named the key.

    `local` ones run on this machine or its host. `preferred` are globs of the models to choose from by default, best
    first. `echo_reasoning` providers want a message's reasoning back with it.
    """

    name: str
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    key_variable: str | None = None
    local: bool = False
    preferred: Sequence[str] = ()
    echo_reasoning: bool = False


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What the model registry is built from. `agent_model` is the `provider:model` to use where none is named.

    Times in seconds: `idle_s` is the longest silence of a remote model, `idle_local_s` of a local one, which may have
    to load first; `discovery_s` the patience with a provider's list of models, `refresh_s` how often it is asked;
    `backoff_s` the first wait before another attempt.
    """

    providers: Sequence[Provider] = ()
    agent_model: str | None = None
    connect_s: float = 10.0
    idle_s: float = 120.0
    idle_local_s: float = 600.0
    discovery_s: float = 5.0
    refresh_s: float = 60.0
    backoff_s: float = 0.25


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    base_url: str
    key_variables: Sequence[str]
    preferred: Sequence[str] = ()
    echo_reasoning: bool = False


_KNOWN = (
    _Known("openai", "https://api.openai.com/v1", ["OPENAI_API_KEY"], ["gpt-*-mini", "gpt-*"]),
    _Known("anthropic", "https://api.anthropic.com/v1", ["ANTHROPIC_API_KEY"], ["claude-sonnet-*", "claude-*"]),
    _Known(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        ["gemini-*-flash", "gemini-*-flash-latest", "gemini-*"],
    ),
    _Known("openrouter", "https://openrouter.ai/api/v1", ["OPENROUTER_API_KEY"], ["openrouter/auto"]),
    _Known("mistral", "https://api.mistral.ai/v1", ["MISTRAL_API_KEY"], ["mistral-medium-latest", "mistral-*-latest"]),
    _Known("groq", "https://api.groq.com/openai/v1", ["GROQ_API_KEY"], ["openai/gpt-oss-*", "llama-*"]),
    _Known("deepseek", "https://api.deepseek.com/v1", ["DEEPSEEK_API_KEY"], ["deepseek-chat"], echo_reasoning=True),
    _Known("xai", "https://api.x.ai/v1", ["XAI_API_KEY"], ["grok-*-fast*", "grok-*"]),
    _Known("together", "https://api.together.xyz/v1", ["TOGETHER_API_KEY"]),
    _Known("fireworks", "https://api.fireworks.ai/inference/v1", ["FIREWORKS_API_KEY"]),
    _Known("cerebras", "https://api.cerebras.ai/v1", ["CEREBRAS_API_KEY"]),
)
_OLLAMA_PORT = 11_434


def model_settings(environ: Mapping[str, str]) -> ModelSettings:
    """The settings that an environment gives. Raises `SettingsError` for a variable that cannot be used."""
    providers = [_ollama(environ.get("OLLAMA_HOST", ""))]
    providers += [provider for known in _KNOWN if (provider := _provider(known, environ)) is not None]
    return ModelSettings(tuple(providers), _agent_model(environ.get("AGENT_MODEL", ""), providers))


def key_variable_of(provider: str) -> str | None:
    """The variable that would bring a provider, for a helpful word on an absent one."""
    return next((known.key_variables[0] for known in _KNOWN if known.name == provider), None)


def _provider(known: _Known, environ: Mapping[str, str]) -> Provider | None:
    variable = next((name for name in known.key_variables if environ.get(name, "").strip()), None)
    own_url = environ.get("OPENAI_BASE_URL", "").strip() if known.name == "openai" else ""
    if variable is None and not own_url:
        return None
    return Provider(
        name=known.name,
        base_url=_checked_url("OPENAI_BASE_URL", own_url) if own_url else known.base_url,
        api_key=environ[variable].strip() if variable else None,
        key_variable=variable or known.key_variables[0],
        local=bool(own_url) and _is_local(own_url),
        preferred=known.preferred,
        echo_reasoning=known.echo_reasoning,
    )


def _ollama(host: str) -> Provider:
    """`OLLAMA_HOST` as Ollama takes it: a host, `host:port` or a URL; for "bind to all" we call this machine."""
    text = host.strip() or "127.0.0.1"
    parts = urlsplit(_checked_url("OLLAMA_HOST", text if "://" in text else f"http://{text}"))
    name = parts.hostname or "127.0.0.1"
    name = "127.0.0.1" if name == "0.0.0.0" else "[::1]" if name == "::" else f"[{name}]" if ":" in name else name
    port = parts.port or (443 if parts.scheme == "https" else _OLLAMA_PORT)
    return Provider("ollama", f"{parts.scheme}://{name}:{port}{parts.path.rstrip('/')}/v1", local=True)


def _checked_url(variable: str, url: str) -> str:
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise SettingsError(variable, f"{url!r} is no http(s) address; give one such as http://127.0.0.1:11434")
    return url.rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1", "host.docker.internal"} or host.startswith("127.")


def _agent_model(text: str, providers: Sequence[Provider]) -> str | None:
    wanted = text.strip()
    if not wanted:
        return None
    name, colon, model = wanted.partition(":")
    if not colon or not model:
        raise SettingsError("AGENT_MODEL", f"{wanted!r} is no model; give provider:model, such as ollama:qwen3")
    if name not in {"builtin", *(provider.name for provider in providers)}:
        variable = key_variable_of(name)
        fix = f"set {variable} to use it" if variable else "there is no such provider"
        raise SettingsError("AGENT_MODEL", f"no provider {name!r} is connected: {fix}")
    return wanted
