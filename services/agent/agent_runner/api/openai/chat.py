"""`/v1/chat/completions`: the agent, or a model itself, for any OpenAI client."""

import asyncio
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from kit.problems import BadRequest
from kit.web import routing
from starlette.responses import JSONResponse

from agent_runner.api.messages import SESSION_ID
from agent_runner.api.openai.answer import Chunks, Head, completion
from agent_runner.api.openai.outcome import Refusal, Result, result_of
from agent_runner.api.openai.request import ChatRequest
from agent_runner.api.openai.stream import Ending, RunStream, Words, gone_from, refused
from agent_runner.api.parts import PartsOf
from agent_runner.core.types import Failure
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
        heard = words.hear if asked.stream else None
        live = Live(PERSON, attached=True, client_tools=asked.client_tools(), listener=heard)
        run = await parts.runs.start(_request(asked, session_id, approval), live)
        ended = asyncio.ensure_future(parts.runs.ended(run))
        if not asked.stream:
            return await _whole(asked, run, ended, parts.runs, request)
        words.end_with(ended)
        make = Chunks(_head(asked, run), with_usage=asked.include_usage)
        leave = partial(parts.runs.break_off, run, "client_left")
        return RunStream(words, make, lambda: _result(asked, run, ended), headers=_headers(run), leave=leave)

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


async def _whole(asked: ChatRequest, run: ActiveRun, ended: Ending, runs: RunManager, request: Request) -> Response:
    try:
        await _unless_gone(request, ended)
    finally:
        runs.break_off(run, "client_left")
    if not ended.done():
        return Response(status_code=_CLIENT_LEFT)
    result = _result(asked, run, ended)
    if isinstance(result, Refusal):
        return refused(result)
    answer = completion(_head(asked, run), result.message, result.finish_reason, result.usage)
    return JSONResponse(answer, headers=_headers(run))


def _result(asked: ChatRequest, run: ActiveRun, ended: Ending) -> Result:
    if (problem := ended.result()) is not None:
        return Refusal(problem.status, Failure(problem.code, problem.detail))
    reason = "stop" if asked.is_agent else run.finish_reason
    return result_of(run.record, run.outcome, reason, run.unasked)


def _head(asked: ChatRequest, run: ActiveRun) -> Head:
    return Head(f"chatcmpl-{run.record.id}", run.record.created_at // 1000, asked.model)


def _headers(run: ActiveRun) -> dict[str, str]:
    session = {"X-Session-ID": run.record.session_id} if run.record.session_id else {}
    return {"X-Run-ID": run.record.id, **session}


async def _unless_gone(request: Request, coming: Ending) -> None:
    """Wait for `coming`, but not longer than the client does."""
    gone = asyncio.ensure_future(gone_from(request.receive))
    try:
        await asyncio.wait([coming, gone], return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
