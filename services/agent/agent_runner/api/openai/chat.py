"""`/v1/chat/completions`: the agent, or a model itself, for any OpenAI client."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from kit.problems import BadRequest
from kit.web import routing
from kit.web.problems import problem_response
from starlette.responses import JSONResponse, StreamingResponse

from agent_runner.api.messages import SESSION_ID
from agent_runner.api.openai.answer import Chunks, Head, completion
from agent_runner.api.openai.outcome import Refusal, Result, result_of
from agent_runner.api.openai.request import ChatRequest
from agent_runner.api.openai.stream import Words, chunks
from agent_runner.api.parts import PartsOf
from agent_runner.runs.active import ActiveRun
from agent_runner.runs.manager import Live, RunManager
from agent_runner.runs.slots import PERSON
from agent_runner.storage.records import RunRequest

SessionId = Annotated[
    str | None, Header(alias="X-Session-ID", pattern=SESSION_ID, description="Goes on with a session")
]
Approval = Annotated[
    str | None, Header(alias="X-Approval", description="`wait`: calls that need a person wait for one")
]
_CLIENT_LEFT = 499
_ANSWER: dict[str, Any] = {
    "description": "A chat completion; with `stream` server-sent chunks",
    "content": {"application/json": {}, "text/event-stream": {}},
}


def router() -> APIRouter:
    """`/v1/chat/completions`."""
    routes = routing.router("/v1", tag="openai")

    @routes.post("/chat/completions", summary="Ask the agent, or a model", responses={200: _ANSWER})
    async def chat(
        asked: ChatRequest,
        request: Request,
        parts: PartsOf,
        session_id: SessionId = None,
        approval: Approval = None,
    ) -> Response:
        """`agent` runs the tool loop with our tools; tools in the request are handed back as `tool_calls`.
        `provider:model` talks to that model directly. Leaving before the end cancels the run.
        """
        words = Words()
        live = Live(PERSON, asked.client_tools(), words.hear if asked.stream else None)
        run = await parts.runs.start(_request(asked, session_id, approval), live)
        if asked.stream:
            return await _streamed(asked, run, parts.runs, request, words)
        return await _whole(asked, run, parts.runs, request)

    return routes


def _request(asked: ChatRequest, session_id: str | None, approval: str | None) -> RunRequest:
    if approval not in {None, "wait", "deny"}:
        raise BadRequest("X-Approval is `wait`, or left out")
    return RunRequest(
        messages=[message.to_core() for message in asked.messages],
        source="openai",
        model=None if asked.is_agent else asked.model,
        session_id=session_id,
        approval="ask" if approval == "wait" else "deny",
        direct=not asked.is_agent,
        options=asked.options() or None,
    )


async def _whole(asked: ChatRequest, run: ActiveRun, runs: RunManager, request: Request) -> Response:
    try:
        await _unless_gone(request, run.finished)
    finally:
        runs.break_off(run, "client_left")
    if not run.finished.done():
        return Response(status_code=_CLIENT_LEFT)
    result = _result(asked, run)
    if isinstance(result, Refusal):
        return _refused(result)
    answer = completion(_head(asked, run), result.message, result.finish_reason, run.record.usage)
    return JSONResponse(answer, headers=_headers(run))


async def _streamed(asked: ChatRequest, run: ActiveRun, runs: RunManager, request: Request, words: Words) -> Response:
    """The stream begins with the first words, so that what fails before them is still told by a status."""
    words.end_with(run)
    coming = asyncio.ensure_future(words.next())
    try:
        await _unless_gone(request, coming)
    finally:
        if not coming.done():
            coming.cancel()
            runs.break_off(run, "client_left")
    if coming.cancelled() or not coming.done():
        return Response(status_code=_CLIENT_LEFT)
    first = coming.result()
    if first is None and isinstance(result := _result(asked, run), Refusal):
        return _refused(result)
    make = Chunks(_head(asked, run), with_usage=asked.include_usage)
    body = chunks(words, first, run, make, lambda: _result(asked, run))
    headers = {**_headers(run), "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_while_read(body, run, runs), headers=headers, media_type="text/event-stream")


async def _while_read(body: AsyncGenerator[bytes], run: ActiveRun, runs: RunManager) -> AsyncGenerator[bytes]:
    """The body, for as long as the client reads it: when it leaves, the run ends."""
    try:
        async for chunk in body:
            yield chunk
    finally:
        runs.break_off(run, "client_left")


def _result(asked: ChatRequest, run: ActiveRun) -> Result:
    reason = "stop" if asked.is_agent else run.finish_reason
    return result_of(run.record, run.outcome, reason, run.unasked)


def _refused(refusal: Refusal) -> Response:
    return problem_response(refusal.status, refusal.failure.code, refusal.failure.detail)


def _head(asked: ChatRequest, run: ActiveRun) -> Head:
    return Head(f"chatcmpl-{run.record.id}", run.record.created_at // 1000, asked.model)


def _headers(run: ActiveRun) -> dict[str, str]:
    session = {"X-Session-ID": run.record.session_id} if run.record.session_id else {}
    return {"X-Run-ID": run.record.id, **session}


async def _unless_gone(request: Request, coming: asyncio.Future[Any]) -> None:
    """Wait for `coming`, but not longer than the client does."""
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait([coming, gone], return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
