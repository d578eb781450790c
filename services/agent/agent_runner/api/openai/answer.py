"""Answers in OpenAI's format, whole and in chunks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from kit.jsontypes import Json, JsonObject

from agent_runner.core.types import Delta, Message, ToolCall, Usage
from agent_runner.storage.codec import call_to_json

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Head:
    """What all chunks of an answer share. `created` is in seconds since 1970; `model` is what the client asked for."""

    id: str
    created: int
    model: str


def completion(head: Head, message: Message, finish_reason: str, usage: Usage) -> JsonObject:
    """A whole answer."""
    said: dict[str, Json] = {"role": "assistant", "content": message.content or None, "refusal": None}
    if message.reasoning:
        said["reasoning_content"] = message.reasoning
    if message.tool_calls:
        said["tool_calls"] = [call_to_json(call) for call in message.tool_calls]
    else:
        said["content"] = message.content
    choice: JsonObject = {"index": 0, "message": said, "finish_reason": finish_reason, "logprobs": None}
    return {**_head(head, "chat.completion"), "choices": [choice], "usage": usage_json(usage)}


class Chunks:
    """Makes the chunks of one streamed answer, ready to be sent."""

    def __init__(self, head: Head, *, with_usage: bool) -> None:
        self._head = _head(head, "chat.completion.chunk")
        self._with_usage = with_usage

    def begin(self) -> bytes:
        """The first chunk: who speaks."""
        return self._choice({"role": "assistant", "content": ""})

    def words(self, delta: Delta) -> bytes:
        """Some words."""
        return self._choice({"content" if delta.kind == "text" else "reasoning_content": delta.text})

    def calls(self, calls: Sequence[ToolCall]) -> bytes:
        """Calls for the client to run."""
        return self._choice({"tool_calls": [{"index": at, **call_to_json(call)} for at, call in enumerate(calls)]})

    def end(self, finish_reason: str, usage: Usage) -> bytes:
        """The last chunk, after it the usage where it was asked for, and the end."""
        last = self._choice({}, finish_reason)
        if not self._with_usage:
            return last + DONE
        return last + _line({**self._head, "choices": [], "usage": usage_json(usage)}) + DONE

    def _choice(self, delta: JsonObject, finish_reason: str | None = None) -> bytes:
        choice: JsonObject = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        chunk = {**self._head, "choices": [choice]}
        return _line({**chunk, "usage": None} if self._with_usage else chunk)


def error_chunk(error: JsonObject) -> bytes:
    """An error in the middle of a stream; nothing but the end follows."""
    return _line(error) + DONE


def usage_json(usage: Usage) -> JsonObject:
    """Tokens in OpenAI's terms."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }


def _head(head: Head, kind: str) -> dict[str, Json]:
    return {"id": head.id, "object": kind, "created": head.created, "model": head.model}


def _line(chunk: JsonObject) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\n\n"
