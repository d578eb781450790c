"""A conversation as OpenAI's chat completions take it. Pure."""

import json
from collections.abc import Iterable

import orjson
from kit.jsontypes import Json, JsonObject
from kit.text import clean

from agent_runner.core.types import Message, ModelRequest, ToolCall, ToolSpec


def encode(model: str, request: ModelRequest, *, usage: bool = True, echo_reasoning: bool = False) -> bytes:
    """The body of a streamed request; `usage` asks for the token counts at its end."""
    body: dict[str, Json] = {
        **(request.options or {}),
        "model": model,
        "messages": [_message(message, echo_reasoning) for message in request.messages],
        "stream": True,
    }
    if usage:
        body["stream_options"] = {"include_usage": True}
    if request.tools:
        body["tools"] = list(_tools(request.tools))
    try:
        return orjson.dumps(body)
    except TypeError:  # text with lone surrogates, numbers beyond 64 bits
        return json.dumps(clean(body)).encode()


def _tools(specs: Iterable[ToolSpec]) -> Iterable[JsonObject]:
    for spec in specs:
        function: JsonObject = {
            "name": spec.name,
            "description": spec.description,
            "parameters": spec.input_schema,
        }
        yield {"type": "function", "function": function}


def _message(message: Message, echo_reasoning: bool) -> JsonObject:
    content = message.content if isinstance(message.content, str) else list(message.content)
    encoded: dict[str, Json] = {"role": message.role, "content": content}
    if message.tool_calls:
        encoded["content"] = content or None
        encoded["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        encoded["tool_call_id"] = message.tool_call_id
    if echo_reasoning and message.reasoning:
        encoded["reasoning_content"] = message.reasoning
    return encoded


def _call(call: ToolCall) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": _arguments(call.arguments)}
    return {**(call.extra or {}), "id": call.id, "type": "function", "function": function}


def _arguments(text: str) -> str:
    """The arguments as they were, when they are an object: several servers refuse a conversation with any other."""
    try:
        value: object = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        value = None
    if isinstance(value, dict):
        return text if text.strip() else "{}"
    return orjson.dumps({"invalid_arguments": text.encode(errors="replace").decode()}).decode()
