"""What a provider's error means: worth another try or not, and words that help."""

from email.utils import formatdate

import httpx
import pytest
from agent_runner.models.failures import from_answer, from_event, from_transport
from agent_runner.models.providers import Provider

OPENAI = Provider("openai", "https://api.openai.com/v1", "sk", "OPENAI_API_KEY")


def meaning(status: int, body: str = "", headers: dict[str, str] | None = None) -> tuple[str, bool, str]:
    error = from_answer(OPENAI, "gpt-x", httpx.Response(status, headers=headers), body.encode())
    return error.failure.code, error.retry, error.failure.detail


@pytest.mark.parametrize(
    ("status", "body", "code", "retry", "said"),
    [
        (401, '{"error": {"message": "bad key"}}', "model_auth", False, "Check OPENAI_API_KEY"),
        (403, '{"error": "forbidden"}', "model_auth", False, "forbidden"),
        (404, '{"error": {"message": "no such model"}}', "model_unknown", False, "'gpt-x'"),
        (402, "", "quota_exhausted", False, "no credit"),
        (429, '{"error": {"code": "insufficient_quota", "message": "pay"}}', "quota_exhausted", False, "pay"),
        (429, '{"error": {"message": "slow down"}}', "model_busy", True, "slow down"),
        (408, "", "model_busy", True, ""),
        (500, '{"detail": "oops"}', "model_unavailable", True, "oops"),
        (503, "<html>down</html>", "model_unavailable", True, "<html>down"),
        (529, "", "model_unavailable", True, "529"),
        (501, "", "model_unavailable", False, "501"),
        (400, '{"error": {"message": "temperature too high"}}', "model_refused", False, "temperature too high"),
        (400, '{"error": {"code": "context_length_exceeded", "message": "m"}}', "context_length", False, "too long"),
        (400, '{"error": {"message": "exceeds the context window"}}', "context_length", False, "exceeds"),
        (422, '[{"error": {"message": "wrapped"}}]', "model_refused", False, "wrapped"),
        (418, '"tea"', "model_refused", False, "tea"),
        (400, "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"), "model_refused", False, ""),
    ],
)
def test_an_error_answer_has_its_meaning(status: int, body: str, code: str, retry: bool, said: str) -> None:
    """The code is stable, the words are the provider's, and only what may pass by itself is tried again."""
    got_code, got_retry, detail = meaning(status, body)
    assert (got_code, got_retry) == (code, retry)
    assert said in detail


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "-3"}, 0.0),
        ({}, 0.0),
    ],
)
def test_the_wait_that_was_asked_for_is_known(headers: dict[str, str], waits: float) -> None:
    """Numbers are read, what is none is passed over."""
    error = from_answer(OPENAI, "m", httpx.Response(429, headers=headers), b"")
    assert (error.after_s, error.retry) == (waits, True)


def test_the_wait_may_be_a_date() -> None:
    """`Retry-After` has two forms."""
    error = from_answer(OPENAI, "m", httpx.Response(503, headers={"Retry-After": formatdate()}), b"")
    assert error.after_s < 2


def test_nobody_waits_longer_than_half_a_minute() -> None:
    """A provider that asks for an hour is a failure to be told of now."""
    assert meaning(429, headers={"Retry-After": "3600"})[1] is False


@pytest.mark.parametrize(
    ("error", "code", "retry"),
    [
        (httpx.ConnectError("refused"), "model_unreachable", True),
        (httpx.ConnectTimeout(""), "model_unreachable", True),
        (httpx.ReadTimeout(""), "model_timeout", False),
        (httpx.RemoteProtocolError("Server disconnected"), "model_interrupted", True),
        (httpx.ReadError(""), "model_interrupted", True),
    ],
)
def test_a_broken_connection_has_its_meaning(error: httpx.TransportError, code: str, retry: bool) -> None:
    """Silence is not tried again, or the wait would double."""
    failed = from_transport(OPENAI, error, idle_s=60)
    assert (failed.failure.code, failed.retry) == (code, retry)
    assert "openai" in failed.failure.detail


@pytest.mark.parametrize("error", [{"message": "overloaded", "code": 529}, "overloaded", {"message": "overloaded"}])
def test_an_error_in_the_stream_is_told_in_the_providers_words(error: object) -> None:
    """The run says why the answer ended."""
    assert "overloaded" in from_event(OPENAI, "m", error).failure.detail


def test_the_key_is_in_no_words() -> None:
    """Neither the failure nor the provider's own description shows it."""
    secret = Provider("p", "http://x/v1", "sk-very-secret", "P_KEY")
    assert "sk-very-secret" not in repr(secret)
    assert "sk-very-secret" not in from_transport(secret, httpx.ConnectError("x"), idle_s=1).failure.detail
