"""The floor for the agent: the same two turns and one tool as a bare httpx loop behind a FastAPI route."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import uvicorn
from fastapi import FastAPI, Request

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


@app.post("/v1/chat/completions")
async def complete(request: Request) -> dict[str, object]:
    """Ask until there are no tool calls."""
    messages = (await request.json())["messages"]
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


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
