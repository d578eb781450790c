"""What a provider's error means for a run: is it worth another try, and what is a person told? Pure."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import cast

import httpx
import orjson
from kit.clock import now_ms
from kit.jsontypes import JsonObject
from kit.text import clean_text

from agent_runner.core.ports import ModelFailedError
from agent_runner.core.types import Failure
from agent_runner.models.providers import Provider

LONGEST_WAIT_S = 30.0
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_CONTEXT_WORDS = (
    "context_length",
    "context length",
    "context window",
    "maximum context",
    "context size",
    "prompt is too long",
    "too many tokens",
    "input is too long",
)


class AttemptFailedError(ModelFailedError):
    """One attempt failed. `retry` says whether another may help, `after_s` how long the provider asked to wait."""

    def __init__(self, code: str, detail: str, *, retry: bool = False, after_s: float = 0.0) -> None:
        super().__init__(Failure(code, clean_text(detail)))
        self.retry = retry and after_s <= LONGEST_WAIT_S
        self.after_s = after_s


def from_answer(provider: Provider, model: str, response: httpx.Response, body: bytes) -> AttemptFailedError:
    """What a provider's answer that is no success means."""
    message, word = _read(body)
    code, detail = _meaning(provider, model, response.status_code, message, word)
    retry = response.status_code in _RETRIED and code != "quota_exhausted"
    return AttemptFailedError(code, detail, retry=retry, after_s=_wait_asked(response.headers))


def from_event(provider: Provider, model: str, error: object) -> AttemptFailedError:
    """What an error in the middle of a stream means; it is never worth another try by itself."""
    message, word = _read(orjson.dumps({"error": error}))
    status = cast("JsonObject", error).get("code") if isinstance(error, Mapping) else None
    code, detail = _meaning(provider, model, status if isinstance(status, int) else 500, message, word)
    return AttemptFailedError(code, detail, retry=status in _RETRIED)


def from_transport(provider: Provider, error: httpx.RequestError, *, idle_s: float) -> AttemptFailedError:
    """What a connection that failed means."""
    where = f"{provider.name} ({provider.base_url})"
    if isinstance(error, httpx.ReadTimeout):
        return AttemptFailedError("model_timeout", f"{where} was silent for {idle_s:g} s")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return AttemptFailedError("model_unreachable", f"nothing answers at {where}: is it running?", retry=True)
    reason = str(error) or type(error).__name__
    return AttemptFailedError("model_interrupted", f"the connection to {where} broke: {reason}", retry=True)


def _meaning(provider: Provider, model: str, status: int, message: str, word: str) -> tuple[str, str]:
    said = f"{provider.name}: {message}" if message else f"{provider.name} answered {status}"
    lowered = f"{word} {message}".lower()
    if status in {400, 413, 422, 500} and any(words in lowered for words in _CONTEXT_WORDS):
        return "context_length", f"the conversation is too long for {provider.name}:{model}: {message}"
    if status in {401, 403}:
        variable = provider.key_variable
        return "model_auth", f"{said}. Check {variable}." if variable else said
    if status == 404:
        return "model_unknown", f"{provider.name} has no model {model!r}: {message or 'not found'}"
    if status == 402 or "insufficient_quota" in lowered:
        return "quota_exhausted", f"{said}. There is no credit left with {provider.name}."
    if status in {408, 429}:
        return "model_busy", f"{said}. Too many requests, or too large ones; try again later."
    return ("model_unavailable" if status >= 500 else "model_refused"), said


def _read(body: bytes) -> tuple[str, str]:
    """The message and the error word of the many shapes in which providers tell of an error."""
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:300].decode(errors="replace").strip(), ""
    if isinstance(value, list) and value:  # Gemini wraps it in an array
        value = cast("list[object]", value)[0]
    if isinstance(value, Mapping):
        outer = cast("JsonObject", value)
        error = outer.get("error", outer.get("detail", outer))
        if isinstance(error, Mapping):
            inner = cast("JsonObject", error)
            return str(inner.get("message") or "")[:1_000], str(inner.get("code") or inner.get("type") or "")
        return str(error)[:1_000], ""
    return body[:300].decode(errors="replace"), ""


def _wait_asked(headers: Mapping[str, str]) -> float:
    """Seconds of `Retry-After`, which is a number or a date; 0 where there is none that can be read."""
    milliseconds, text = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    try:
        if milliseconds:
            return max(float(milliseconds) / 1000, 0.0)
        return max(float(text), 0.0) if text else 0.0
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(text).timestamp() - now_ms() / 1000, 0.0)
    except ValueError:
        return 0.0
