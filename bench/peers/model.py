"""A model that answers at once: it asks for the time, then says it. Streaming and not, in OpenAI's format."""

import asyncio
import json
import sys
from collections.abc import Mapping

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

app = FastAPI()
_USAGE = {"prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30}
_FIRST_TOKEN_S = 0.05
_WORDS = 20


@app.get("/")
@app.get("/v1/models")
async def models() -> dict[str, object]:
    """One model."""
    return {"object": "list", "data": [{"id": "mock", "object": "model"}]}


@app.post("/v1/chat/completions")
async def complete(request: Request) -> Response:
    """`say` as the last user message streams words after 50 ms; anything else is two turns with one tool."""
    body = await request.json()
    asked = [message for message in body["messages"] if message["role"] == "user"][-1]["content"]
    if asked == "say":
        return StreamingResponse(_say(), media_type="text/event-stream")
    answered = body["messages"][-1]["role"] == "tool"
    message = _ANSWER if answered else _CALL
    if body.get("stream"):
        return StreamingResponse(_stream(message), media_type="text/event-stream")
    choice = {"index": 0, "message": message, "finish_reason": "stop" if answered else "tool_calls"}
    return JSONResponse(_completion("chat.completion", choice, _USAGE))


_ANSWER = {"role": "assistant", "content": "It is noon."}
_CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "current_time", "arguments": "{}"}}],
}


def _completion(kind: str, choice: object, usage: object) -> dict[str, object]:
    return {"id": "c1", "object": kind, "created": 1, "model": "mock", "choices": [choice], "usage": usage}


def _chunk(delta: object, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps(_completion("chat.completion.chunk", choice, None)).encode() + b"\n\n"


async def _stream(message: Mapping[str, object]):
    calls = message.get("tool_calls")
    delta = {"tool_calls": [{"index": 0, **calls[0]}]} if isinstance(calls, list) else {"content": message["content"]}
    yield _chunk({"role": "assistant", **delta})
    yield _chunk({}, "tool_calls" if calls else "stop")
    usage = _completion("chat.completion.chunk", None, _USAGE) | {"choices": []}
    yield b"data: " + json.dumps(usage).encode() + b"\n\ndata: [DONE]\n\n"


async def _say():
    await asyncio.sleep(_FIRST_TOKEN_S)
    for _ in range(_WORDS):
        yield _chunk({"content": "word "})
        await asyncio.sleep(0.002)
    yield _chunk({}, "stop")
    yield b"data: [DONE]\n\n"


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
