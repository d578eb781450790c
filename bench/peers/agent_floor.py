"""The floor for the agent: the same two turns and one tool as a bare httpx loop behind a FastAPI route."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

_TOOL = {
    "type": "function",
    "function": {"name": "current_time", "parameters": {"type": "object", "properties": {}}},
}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all."""
    async with httpx.AsyncClient(base_url=os.environ["MODEL_URL"]) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def ready() -> dict[str, str]:
    """For the start."""
    return {"status": "ok"}


@app.post("/v1/chat/completions", response_model=None)
async def complete(request: Request) -> dict[str, object] | StreamingResponse:
    """Ask until there are no tool calls; a streamed answer is passed on as it comes."""
    asked = await request.json()
    if asked.get("stream"):
        return StreamingResponse(_passed_on(request.app.state.client, asked), media_type="text/event-stream")
    messages = asked["messages"]
    while True:
        body = {"model": "mock", "messages": messages, "tools": [_TOOL]}
        answer = (await request.app.state.client.post("/v1/chat/completions", json=body)).json()
        message = answer["choices"][0]["message"]
        if not message.get("tool_calls"):
            return answer
        messages.append(message)
        messages += [
            {"role": "tool", "tool_call_id": call["id"], "content": datetime.now(UTC).isoformat()}
            for call in message["tool_calls"]
        ]


async def _passed_on(client: httpx.AsyncClient, asked: dict[str, object]) -> AsyncIterator[bytes]:
    async with client.stream("POST", "/v1/chat/completions", json=asked) as answer:
        async for data in answer.aiter_bytes():
            yield data


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
