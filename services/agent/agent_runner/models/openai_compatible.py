"""Ask a model over any OpenAI-compatible API."""

from collections.abc import AsyncGenerator, Mapping
from typing import cast

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from agent_runner.core.types import Delta, ModelRequest, Reply
from agent_runner.models import failures
from agent_runner.models.answer import Answer
from agent_runner.models.failures import AttemptFailedError
from agent_runner.models.providers import ModelSettings, Provider
from agent_runner.models.request import encode

_ATTEMPTS = 4


class OpenAICompatibleModel:
    """One model of one provider; a `Model` of the core.

    Guarantee: an attempt is repeated only while not a single word of an answer has come. Every answer is read as a
    stream, so that words show at once, silence is noticed, and closing the generator ends the request.
    """

    def __init__(self, provider: Provider, name: str, http: httpx.AsyncClient, settings: ModelSettings) -> None:
        self.id = f"{provider.name}:{name}"
        self._provider = provider
        self._name = name
        self._http = http
        self._url = f"{provider.base_url}/chat/completions"
        self._idle_s = settings.idle_local_s if provider.local else settings.idle_s
        self._timeout = httpx.Timeout(self._idle_s, connect=settings.connect_s)
        self._headers = {**headers_of(provider), "Content-Type": "application/json", "Accept": "text/event-stream"}
        self._backoff = wait_exponential_jitter(multiplier=settings.backoff_s, max=8, jitter=settings.backoff_s)
        self._counts_tokens = True

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Reply, None]:
        """See `Model`."""
        retrying = AsyncRetrying(
            retry=retry_if_exception(_is_worth_another),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=self._wait,
            reraise=True,
        )
        answer = cast("Answer", await retrying(self._begin, request))
        try:
            for delta in answer.take():
                yield delta
            while await answer.read():
                for delta in answer.take():
                    yield delta
            yield answer.reply()
        finally:
            await answer.aclose()

    async def _begin(self, request: ModelRequest) -> Answer:
        """Send the request and read until the first word, or the end."""
        response = await self._send(request)
        answer = Answer(self._provider, self._name, response, idle_s=self._idle_s)
        try:
            if not response.is_success:
                await self._refused(response)
            while not answer.begun and await answer.read():
                pass
        except BaseException:
            await answer.aclose()
            raise
        return answer

    async def _send(self, request: ModelRequest) -> httpx.Response:
        body = encode(self._name, request, usage=self._counts_tokens, echo_reasoning=self._provider.echo_reasoning)
        outgoing = self._http.build_request(
            "POST", self._url, content=body, headers=self._headers, timeout=self._timeout
        )
        try:
            return await self._http.send(outgoing, stream=True)
        except httpx.RequestError as error:
            raise failures.from_transport(self._provider, error, idle_s=self._idle_s) from error

    async def _refused(self, response: httpx.Response) -> None:
        try:
            body = await response.aread()
        except httpx.RequestError as error:
            raise failures.from_transport(self._provider, error, idle_s=self._idle_s) from error
        if self._counts_tokens and response.status_code in {400, 422} and b"stream_options" in body:
            self._counts_tokens = False  # an old server: without token counts it will do
            raise AttemptFailedError("model_refused", "stream_options is not known here", retry=True)
        raise failures.from_answer(self._provider, self._name, response, body)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.after_s if isinstance(error, AttemptFailedError) else 0.0
        return max(asked, self._backoff(state))


def headers_of(provider: Provider) -> Mapping[str, str]:
    """The headers that identify us to a provider."""
    return {"Authorization": f"Bearer {provider.api_key}"} if provider.api_key else {}


def _is_worth_another(error: BaseException) -> bool:
    return isinstance(error, AttemptFailedError) and error.retry
